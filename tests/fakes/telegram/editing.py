"""Methods that change or delete what the bot has sent.

Source: https://core.telegram.org/bots/api#updating-messages.
"""

import time
from typing import Any

from limner.tests.fakes.telegram.chats import Chat, Json
from limner.tests.fakes.telegram.content import read_caption, read_text
from limner.tests.fakes.telegram.errors import MisuseError, bad_request
from limner.tests.fakes.telegram.markup import read_markup
from limner.tests.fakes.telegram.sending import read_media
from limner.tests.fakes.telegram.world import Ask

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
WORDS = ("text", "entities")
CAPTION = ("caption", "caption_entities")
MEDIA = ("photo", "document", *CAPTION)
DELETE_MOST = 100
DELETABLE_S = 48 * 3600
"""https://core.telegram.org/bots/api#deletemessage; the bot is no administrator here."""


def edit_message_text(ask: Ask) -> Json:
    """Write another text; a keyboard that is not sent again is gone."""
    message = _editable(ask, "text", "there is no text in the message to edit")
    return _change(ask, message, WORDS, read_text(ask.values))


def edit_message_caption(ask: Ask) -> Json:
    """Write another caption, or none."""
    message = _editable(ask, "photo", "there is no caption in the message to edit", "document")
    return _change(ask, message, CAPTION, read_caption(ask.values))


def edit_message_media(ask: Ask) -> Json:
    """Show another photo or document."""
    message = _editable(ask, "photo", "there is no media in the message to edit", "document")
    content = read_media(ask, ask.values["media"])
    if "media_group_id" in message and ("photo" in message) != ("photo" in content):
        raise bad_request("can't change media type of the message in an album")
    return _change(ask, message, MEDIA, content)


def edit_message_reply_markup(ask: Ask) -> Json:
    """Show other buttons, or none."""
    return _change(ask, _editable(ask), (), {})


def _editable(ask: Ask, kind: str | None = None, missing: str = "", other: str | None = None) -> Json:
    if "message_id" not in ask.values or "chat_id" not in ask.values:
        raise MisuseError("message identifier is not specified")
    message = ask.open_chat().find(ask.values["message_id"], "message to edit not found")
    if message["from"]["id"] != ask.world.me.id:
        raise bad_request("message can't be edited")
    if kind is not None and kind not in message and other not in message:
        raise bad_request(missing)
    return message


def _change(ask: Ask, message: Json, fields: tuple[str, ...], content: Json) -> Json:
    markup = read_markup(ask.get("reply_markup"), inline_only=True)
    if markup and "media_group_id" in message:
        raise MisuseError("a message of an album can't have a keyboard")
    fields = (*fields, "reply_markup")
    wanted = content | ({"reply_markup": markup} if markup else {})
    if {name: message[name] for name in fields if name in message} == wanted:
        raise bad_request(SAME)
    chat = ask.chat()
    ask.spend(chat)
    for name in fields:
        message.pop(name, None)
    message |= wanted | {"edit_date": int(time.time())}
    chat.changed.fire()
    return message


def delete_message(ask: Ask) -> bool:
    """Delete a message."""
    chat = ask.open_chat()
    message = chat.find(ask.values["message_id"], "message to delete not found")
    if not _deletable(ask, chat, message):
        raise bad_request("message can't be deleted for everyone")
    chat.remove(message["message_id"])
    return True


def delete_messages(ask: Ask) -> bool:
    """Delete messages; those that are not there are skipped."""
    chat, numbers = ask.open_chat(), ask.values["message_ids"]
    if not 1 <= len(numbers) <= DELETE_MOST or not all(_whole(number) for number in numbers):
        raise MisuseError("message_ids has to be a list of 1 to 100 message identifiers")
    for number in numbers:
        if number in chat.messages and _deletable(ask, chat, chat.messages[number]):
            chat.remove(number)
    return True


def _deletable(ask: Ask, chat: Chat, message: Json) -> bool:
    mine = chat.kind == "private" or bool(message["from"]["id"] == ask.world.me.id)
    return mine and message["date"] > time.time() - DELETABLE_S


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
