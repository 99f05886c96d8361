"""What a person has asked for and what must come first: their consent, their photos, the verdicts on them.

A wish is a note in storage, so that a restart loses none. There is one for each person: a new one takes its place.
"""

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from limner.bots.discord.messages.outgoing import Place
from limner.bots.discord.updates.incoming import Attachment
from limner.bots.events import EventBegun, StyleChosen
from limner.storage.users import User, Users

__all__ = ["Wish", "Wishes", "spoken"]

NOTE = "wish"


@dataclass(frozen=True, slots=True)
class Wish:
    """Portraits in a style, asked for at a place.

    `key` names the interaction, so that the request is made once. The state says what it waits for: the person's
    consent, photos that are being taken in, or the verdicts on them. `names` are those of the files by the photos' ids,
    `refused` the files that did not become photos, with the reasons. `event_id` names the avatar event that it is for,
    `template` the picture to be painted into.
    """

    style: str
    key: str
    place: Place
    state: Literal["consent", "taking", "looking"]
    files: tuple[Attachment, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    refused: tuple[tuple[str, str], ...] = ()
    event_id: str = ""
    template: Attachment | None = None


def spoken(wish: Wish) -> StyleChosen | EventBegun:
    """Say a wish as the conversation hears it."""
    return EventBegun(wish.event_id) if wish.event_id else StyleChosen(wish.style, wish.key)


class Wishes:
    """Keeps wishes."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def of(self, user: User) -> Wish | None:
        """Give a person's wish."""
        note = await self._users.recall(user.id, NOTE)
        return None if note is None else msgspec.json.decode(note, type=Wish)

    async def keep(self, user: User, wish: Wish) -> None:
        """Keep a wish, in place of the former one."""
        await self._users.remember(user.id, NOTE, msgspec.json.encode(wish).decode())

    async def drop(self, user: User) -> None:
        """Let a wish go: it is fulfilled, or its end was told."""
        await self._users.remember(user.id, NOTE, None)
