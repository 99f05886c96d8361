"""What goes to Discord, before it is a call: one message, its files, what can be pressed under it; and where to."""

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Button", "Choice", "Controls", "File", "Looks", "Menu", "Outgoing", "Place", "Row", "Way"]


Looks = Literal["plain", "strong", "danger"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button; `address` comes back when it is pressed."""

    words: str
    address: str
    looks: Looks = "plain"


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu; `value` comes back when it is chosen."""

    value: str
    words: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu from which one line is chosen."""

    address: str
    words: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row under a message: up to five buttons, or a menu."""

    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None


Controls = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file, as it is to be called there; `about` is read to those who do not see it."""

    name: str
    data: bytes = field(repr=False)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message."""

    words: str
    controls: Controls = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """An interaction's own way back, which Discord closes after a quarter of an hour.

    `until` is the moment (seconds since 1970) up to which it is used, `limit` how many bytes a file may have. What goes
    there is for this person alone: where others could see it, `quiet` makes it a message that only they are shown.
    """

    token: str = field(repr=False)
    until: float
    limit: int
    quiet: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was asked for, so that the answer finds back; `public` lets portraits be shown to all there."""

    way: Way
    server_id: int | None
    channel_id: int | None
    public: bool = False
