"""What comes from Telegram, as far as we use it."""

from dataclasses import dataclass

from limner.storage.inbox import user_lane

__all__ = [
    "Command",
    "Incoming",
    "Mentioned",
    "Migrated",
    "Other",
    "Paid",
    "PhotoFile",
    "PreCheckout",
    "Pressed",
    "Sender",
    "Words",
]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who it is from; `language` is what their Telegram is set to."""

    id: int
    language: str | None
    name: str


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo, or a file that may be one, not fetched yet. `size` is in bytes, 0 where Telegram does not say it.

    `template` says that the sender wants to be painted into it.
    """

    file_id: str
    unique_id: str
    size: int
    name: str
    album: str | None
    template: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what stands behind it; in groups also for another bot: `addressee`."""

    name: str
    argument: str
    addressee: str | None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed; `data` may be anything, and from long ago."""

    query_id: str
    data: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text without a command."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A text that mentions somebody, in a group."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """Something that is neither words nor a photo: a video, a sticker, a voice message."""


@dataclass(frozen=True, slots=True)
class PreCheckout:
    """Telegram asks whether a payment may go through; it waits ten seconds."""

    query_id: str
    payload: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment has gone through."""

    charge_id: str
    payload: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group has another id now."""

    new_id: int


Content = PhotoFile | Command | Pressed | Words | Mentioned | Other | PreCheckout | Paid | Migrated


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. `again` says that it may have been handled before, by a process that was killed.

    `title` is the group's name, empty in private.
    """

    update_id: int
    sender: Sender
    chat_id: int
    private: bool
    thread_id: int | None
    message_id: int | None
    content: Content
    again: bool = False
    title: str = ""

    @property
    def lane(self) -> str:
        """Name whose update it is: those of one lane are handled in their order."""
        return user_lane(str(self.sender.id))
