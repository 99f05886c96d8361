"""A chat as a person sees it: messages with their pictures and buttons, edits applied, deleted ones gone."""

from dataclasses import dataclass

from limner.tests.fakes.telegram.chats import Chat, Json
from limner.tests.fakes.telegram.files import FileStore


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message: what it says, and what it does when pressed."""

    text: str
    data: str | None = None
    url: str | None = None
    pay: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One message on the screen. `text` is the caption where there is a picture."""

    message_id: int
    from_bot: bool
    text: str
    photo: bytes | None
    document: bytes | None
    document_name: str | None
    rows: tuple[tuple[Button, ...], ...]
    album: str | None
    """What the members of one album have in common."""
    thread_id: int | None
    reply_to: int | None
    edited: bool
    raw: Json
    """The message as the Bot API has it."""

    @property
    def buttons(self) -> list[str]:
        """Name all buttons."""
        return [button.text for row in self.rows for button in row]

    def button(self, text: str) -> Button | None:
        """Find the button that says this, else the first that contains it."""
        all_buttons = [button for row in self.rows for button in row]
        exact = [button for button in all_buttons if button.text == text]
        return next(iter(exact + [button for button in all_buttons if text in button.text]), None)


def said(message: Json) -> str:
    """Return the words of a message: its text or its caption."""
    return str(message.get("text", message.get("caption", "")))


def look(chat: Chat, files: FileStore) -> list[Seen]:
    """Return all messages of a chat, oldest first."""
    return [_seen(message, files) for message in chat.messages.values()]


def _seen(message: Json, files: FileStore) -> Seen:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    document = message.get("document")
    return Seen(
        message_id=message["message_id"],
        from_bot=message["from"]["is_bot"],
        text=said(message),
        photo=files.get(message["photo"][-1]["file_id"]).data if "photo" in message else None,
        document=files.get(document["file_id"]).data if document else None,
        document_name=document["file_name"] if document else None,
        rows=tuple(tuple(_button(button) for button in row) for row in keyboard),
        album=message.get("media_group_id"),
        thread_id=message.get("message_thread_id"),
        reply_to=message.get("reply_to_message", {}).get("message_id"),
        edited="edit_date" in message,
        raw=dict(message),
    )


def _button(button: Json) -> Button:
    return Button(button["text"], button.get("callback_data"), button.get("url"), bool(button.get("pay")))
