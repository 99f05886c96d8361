"""Raw updates into what we use of them. Decides nothing, and never fails: what it does not know is None or `Other`.

Source: https://core.telegram.org/bots/api#update
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from limner.bots.telegram.updates.incoming import (
    Command,
    Content,
    Incoming,
    Mentioned,
    Migrated,
    Other,
    Paid,
    PhotoFile,
    PreCheckout,
    Pressed,
    Sender,
    Words,
)

__all__ = ["ALLOWED_UPDATES", "translate"]

ALLOWED_UPDATES = ("message", "callback_query", "pre_checkout_query")
"""What we ask Telegram for; the rest never comes."""

SERVICE = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "pinned_message",
        "refunded_payment",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "write_access_allowed",
        "chat_background_set",
    }
)
"""Messages that Telegram writes itself: nobody waits for an answer."""

Raw = Mapping[str, Any]


def translate(raw: Raw, *, again: bool = False) -> Incoming | None:
    """Return what an update says; None for what nobody waits for an answer to."""
    if query := raw.get("callback_query"):
        where = query.get("message") or {}
        return _incoming(raw, query, where, Pressed(str(query["id"]), str(query.get("data", ""))), again=again)
    if query := raw.get("pre_checkout_query"):
        asked = PreCheckout(str(query["id"]), query["invoice_payload"], query["total_amount"], query["currency"])
        return _incoming(raw, query, {}, asked, again=again)
    message = raw.get("message")
    content = _content(message) if message else None
    return None if message is None or content is None else _incoming(raw, message, message, content, again=again)


def _incoming(raw: Raw, by: Raw, where: Raw, content: Content, *, again: bool) -> Incoming | None:
    sender = by.get("from")
    if not sender or (sender.get("is_bot") and not isinstance(content, Migrated)):
        return None
    name = " ".join(filter(None, (sender.get("first_name"), sender.get("last_name"))))
    chat = where.get("chat") or {"id": sender["id"], "type": "private"}
    return Incoming(
        update_id=int(raw["update_id"]),
        sender=Sender(int(sender["id"]), sender.get("language_code"), name),
        chat_id=int(chat["id"]),
        private=chat.get("type") == "private",
        # Outside of forums a thread is only a chain of replies, to which nothing can be sent.
        thread_id=where.get("message_thread_id") if where.get("is_topic_message") else None,
        message_id=where.get("message_id"),
        content=content,
        again=again,
        title=str(chat.get("title", "")),
    )


def _content(message: Raw) -> Content | None:
    if new_id := message.get("migrate_to_chat_id"):
        return Migrated(int(new_id))
    if paid := message.get("successful_payment"):
        charge = paid["telegram_payment_charge_id"]
        return Paid(charge, paid["invoice_payload"], paid["total_amount"], paid["currency"])
    if photo := _photo(message):
        return replace(photo, template=_asks_template(_command(message, "caption", "caption_entities")))
    if "text" in message:
        command = _command(message, "text", "entities")
        if _asks_template(command) and (photo := _photo(message.get("reply_to_message") or {})):
            return replace(photo, album=None, template=True)
        return command or _mention(message) or Words()
    return None if any(_is_set(message.get(name)) for name in SERVICE) else Other()


def _is_set(value: object) -> bool:
    # Telegram leaves out what a message does not have; libraries write it as False or an empty list.
    return value is not None and value is not False and value != []


def _photo(message: Raw) -> PhotoFile | None:
    album = message.get("media_group_id")
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda size: size["width"] * size["height"])
        return PhotoFile(largest["file_id"], largest["file_unique_id"], largest.get("file_size") or 0, "", album)
    file = message.get("document")
    if file and _may_be_photo(file):
        name = str(file.get("file_name") or "")[:120]
        return PhotoFile(file["file_id"], file["file_unique_id"], file.get("file_size") or 0, name, album)
    return None


def _may_be_photo(file: Raw) -> bool:
    # Telegram's own clients give HEIC as image/heic or as application/octet-stream, by platform.
    kind, name = str(file.get("mime_type", "")), str(file.get("file_name", "")).lower()
    return kind.startswith("image/") or name.endswith((".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"))


def _asks_template(command: Command | None) -> bool:
    return command is not None and command.name == "template"


def _command(message: Raw, words: str, entities: str) -> Command | None:
    first = next(iter(message.get(entities) or ()), None)
    text = message.get(words, "")
    if not first or first["type"] != "bot_command" or first["offset"] != 0:
        return None
    word, _, argument = text.partition(" ")
    name, _, addressee = word.partition("\n")[0].removeprefix("/").partition("@")
    return Command(name.lower(), argument.strip()[:64], addressee.lower() or None)


def _mention(message: Raw) -> Mentioned | None:
    # Offsets count UTF-16 units (https://core.telegram.org/api/entities#entity-length).
    text = message["text"].encode("utf-16-le")
    entities = [one for one in message.get("entities") or () if one["type"] == "mention"]
    slices = [text[2 * one["offset"] : 2 * (one["offset"] + one["length"])] for one in entities]
    names = tuple(one.decode("utf-16-le").removeprefix("@").lower() for one in slices)
    return Mentioned(names) if names else None
