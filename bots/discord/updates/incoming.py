"""What comes from Discord, as far as we use it. Interactions only: the bot reads no messages.

These are written down as JSON (`pack`, `unpack`): ids, choices and the addresses of files, never a file itself.
"""

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from limner.bots.discord.messages.outgoing import Way
from limner.storage.inbox import user_lane

__all__ = ["Attachment", "Incoming", "Person", "pack", "unpack"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is from: what their Discord is set to, and what they are called there."""

    id: int
    language: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a command or a form, not fetched yet. `size` is in bytes."""

    id: int
    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """One interaction.

    `name` is the command's (with its subcommand's behind it), or the button's or form's with `argument` behind it;
    `owner` is for whom a button was made (None: everybody), `message_id` the message it stands under. `installed` says
    that the bot is a member of the server, `lacks` what it may not do in the channel, `manager` that the person may
    change the server's settings, `host` that they may hold events there. `again` says that it may have been handled
    before, by a process that was killed.
    """

    id: int
    kind: Literal["command", "press", "form"]
    name: str
    person: Person
    way: Way
    server_id: int | None = None
    channel_id: int | None = None
    message_id: int | None = None
    installed: bool = False
    options: dict[str, str | int | bool] = field(default_factory=dict)
    argument: str = ""
    owner: int | None = None
    values: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    template: Attachment | None = None
    roles: tuple[int, ...] = ()
    lacks: tuple[str, ...] = ()
    manager: bool = False
    host: bool = False
    again: bool = False

    @property
    def key(self) -> str:
        """Name what it asks for, so that it is done once however often it is handled."""
        return f"discord:{self.id}"

    @property
    def lane(self) -> str:
        """Name whose it is: those of one lane are handled in their order."""
        return user_lane(str(self.person.id))

    @property
    def chosen(self) -> str:
        """What was picked in a menu, else what the button stands for."""
        return self.values[0] if self.values else self.argument


def pack(incoming: Incoming) -> bytes:
    """Write an interaction as JSON."""
    return msgspec.json.encode(incoming)


def unpack(body: bytes) -> Incoming:
    """Read what `pack` has written; raise msgspec.ValidationError or DecodeError for anything else."""
    return msgspec.json.decode(body, type=Incoming)
