"""The form of an avatar event: photos, consent, and whether the portrait may be shown, in one answer to one press.

It is opened for whoever has to give photos. Who that is is looked up in storage, for a moment; where storage is slow,
the form is opened, and what comes back with it decides.
"""

import asyncio
import logging
from dataclasses import dataclass

from discord import ui

from limner.bots.discord.desk import PLATFORM, Desk
from limner.bots.discord.forms import QUICK_S, missing, overview_of
from limner.bots.discord.messages.buttons import address
from limner.bots.discord.messages.views import form
from limner.bots.discord.rules import Rules
from limner.bots.discord.updates.incoming import Incoming
from limner.storage.errors import NotFoundError
from limner.storage.events import AvatarEvent
from limner.storage.users import User

__all__ = ["EventForms"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a form asks for: at least so many photos (0: no form), and whether the portrait may be shown."""

    language: str
    least: int
    gallery: bool


class EventForms:
    """Decides on the forms of events, and makes them."""

    def __init__(self, desk: Desk, rules: Rules) -> None:
        self._desk = desk
        self._rules = rules

    async def first(self, incoming: Incoming) -> ui.Modal | None:
        """Return the form that a press is to be answered with; None where it is answered otherwise."""
        if incoming.kind != "press" or incoming.name not in {"join", "bring"}:
            return None
        asked = _Asked(incoming.person.language, self._desk.conversation.tools.limits.least_photos, gallery=True)
        try:
            async with asyncio.timeout(QUICK_S):
                asked = await self._look(incoming)
        except Exception as error:  # noqa: BLE001 - a slow or broken storage is met again when the form comes back
            logger.warning("Whether an event's form is needed could not be looked up: %s.", type(error).__name__)
        return self._make(incoming, asked) if asked.least else None

    async def _look(self, incoming: Incoming) -> _Asked:
        user = await self._desk.storage.users.find(PLATFORM, str(incoming.person.id))
        language = user.language if user else incoming.person.language
        try:
            event = await self._desk.storage.events.get(incoming.argument)
        except NotFoundError:
            return _Asked(language, 0, gallery=False)
        if await self._rules.outsider(incoming, language) is not None or not await self._takes(event, user):
            return _Asked(language, 0, gallery=False)
        return _Asked(language, await self._least(incoming, user), event.gallery)

    async def _takes(self, event: AvatarEvent, user: User | None) -> bool:
        events = self._desk.storage.events
        if event.state != "open":
            return False
        if user is not None and await events.member(event.id, user.id) is not None:
            waits = await events.joining(user.id)
            return waits is not None and waits.id == event.id
        return (await events.counts(event.id)).members < event.most_members

    async def _least(self, incoming: Incoming, user: User | None) -> int:
        if incoming.name == "bring":
            return 1
        if user is None:
            return self._desk.conversation.tools.limits.least_photos
        return missing(await overview_of(self._desk, user))

    def _make(self, incoming: Incoming, asked: _Asked) -> ui.Modal:
        phrases = self._desk.words(asked.language)
        say, limits = phrases.words.say, phrases.limits
        terms = "\n\n".join(say(f"consent-{part}", limits) for part in ("text", "only-yours"))
        return form(
            say("discord-form"),
            address("bring", incoming.person.id, incoming.argument),
            (say("discord-form-photos", {**limits, "least": asked.least}), say("discord-form-photos-about")),
            asked.least,
            limits["most"],
            terms,
            (say("consent-title"), say("consent-button")),
            gallery=(say("discord-event-gallery"), say("event-show-mine")) if asked.gallery else None,
        )
