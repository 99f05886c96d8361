"""What a message may say: its text or caption, its photo or document, what it replies to and in which topic.

Source: https://core.telegram.org/bots/api#sendmessage (4,096), #sendphoto (1,024).
"""

from typing import Any

from limner.tests.fakes.telegram.chats import Chat, Json
from limner.tests.fakes.telegram.errors import MisuseError, bad_request
from limner.tests.fakes.telegram.files import Upload
from limner.tests.fakes.telegram.html import read_html, units
from limner.tests.fakes.telegram.world import Ask

TEXT_MOST = 4096
PREVIEW_FIELDS = frozenset({"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"})
CAPTION_MOST = 1024


def read_text(values: Json) -> Json:
    """Give `text` and `entities` of a message. Raises MisuseError if it is empty, too long or not well formed."""
    text, entities = _words(values.get("text", ""), values.get("parse_mode"), values.get("entities"))
    for name in values.get("link_preview_options", {}).keys() - PREVIEW_FIELDS:
        raise MisuseError(f"link_preview_options has a field {name!r} that the Bot API does not know")
    if not text.strip():
        raise MisuseError("message text is empty")
    if units(text) > TEXT_MOST:
        raise MisuseError("message is too long")
    return {"text": text} | ({"entities": entities} if entities else {})


def read_caption(values: Json) -> Json:
    """Give `caption` and `caption_entities`, nothing where there is none. Raises MisuseError like `read_text`."""
    text, entities = _words(values.get("caption", ""), values.get("parse_mode"), values.get("caption_entities"))
    if units(text) > CAPTION_MOST:
        raise MisuseError("message caption is too long")
    found = {"caption": text} if text else {}
    return found | ({"caption_entities": entities} if text and entities else {})


def _words(text: str, parse_mode: str | None, entities: list[Any] | None) -> tuple[str, list[Json]]:
    if parse_mode and parse_mode.lower() != "html":
        raise MisuseError(f"unsupported parse_mode: this server reads HTML, not {parse_mode!r}")
    text, found = read_html(text) if parse_mode else (text, entities or [])
    # Clients show no space around a message; the server takes it away.
    return (text, found) if found else (text.strip(), found)


def read_photo(ask: Ask, name: str, value: str | None) -> Json:
    """Keep a photo that is uploaded or named by its id; give `photo`. Raises ApiError."""
    upload = find_upload(ask, name, value)
    if upload is not None:
        return {"photo": ask.world.files.photo(upload.data)}
    return {"photo": ask.world.files.photo_again(value or "")}


def read_document(ask: Ask, name: str, value: str | None) -> Json:
    """Keep a document that is uploaded or named by its id; give `document`. Raises ApiError."""
    upload = find_upload(ask, name, value)
    if upload is not None:
        return {"document": ask.world.files.document(upload)}
    return {"document": ask.world.files.document_again(value or "")}


def find_upload(ask: Ask, name: str, value: str | None) -> Upload | None:
    """Find the file that came as a field of its own or is named by `attach://`. Raises MisuseError if it is missing."""
    if value is None:
        return ask.uploads[name]
    if value.startswith(("http://", "https://")):
        raise MisuseError("failed to get HTTP URL content: this server fetches nothing")
    if not value.startswith("attach://"):
        return None
    if value[9:] not in ask.uploads:
        raise MisuseError("can't parse InputMedia: media not found")
    return ask.uploads[value[9:]]


def read_place(ask: Ask, chat: Chat) -> Json:
    """Give the topic and what is replied to. Raises ApiError if either is not there."""
    return _topic(chat, ask.get("message_thread_id")) | _reply(chat, ask.get("reply_parameters"))


def _topic(chat: Chat, thread_id: int | None) -> Json:
    if thread_id is None:
        return {}
    if thread_id not in chat.topics:
        raise bad_request("message thread not found")
    return {"message_thread_id": thread_id, "is_topic_message": True}


def _reply(chat: Chat, reply: Json | None) -> Json:
    if reply is None:
        return {}
    for name in reply.keys() - {"message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode"}:
        raise MisuseError(f"reply_parameters has a field {name!r} that this server does not know")
    replied = chat.messages.get(int(reply.get("message_id", 0)))
    if replied is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}
