"""What goes to a chat, before it is a call: texts, pictures, files, and the buttons under them."""

from dataclasses import dataclass

__all__ = ["Album", "Button", "Document", "Keyboard", "Outgoing", "Picture", "Place", "Text"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: a chat, perhaps a topic of it, perhaps as an answer to a message."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button: `data` comes back when it is pressed, `url` is opened."""

    words: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message of words, as Telegram's HTML."""

    html: str
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with words below it; `cache` names one that many people are shown and that is uploaded once."""

    data: bytes
    caption: str = ""
    cache: str | None = None


@dataclass(frozen=True, slots=True)
class Album:
    """Two to ten pictures together; Telegram allows no buttons on them."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file, untouched by Telegram."""

    data: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Documents:
    """Two to ten files together."""

    files: tuple[Document, ...]


Outgoing = Text | Picture | Album | Document | Documents
