"""Methods that send: each checks everything first, then counts against the rates, then shows its message."""

import secrets
from typing import Any

from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.content import read_caption, read_document, read_photo, read_place, read_text
from limner.tests.fakes.telegram.errors import ApiError, MisuseError
from limner.tests.fakes.telegram.markup import read_markup
from limner.tests.fakes.telegram.world import Ask

ALBUM = range(2, 11)
ALBUM_FIELDS = {"type", "media", "caption", "parse_mode", "caption_entities"}
PHOTO_FIELDS = ALBUM_FIELDS | {"has_spoiler", "show_caption_above_media"}
DOCUMENT_FIELDS = ALBUM_FIELDS | {"thumbnail", "disable_content_type_detection"}
# https://core.telegram.org/bots/api#sendchataction
SENT_KINDS = ("photo", "video", "voice", "document", "video_note")
ACTIONS = frozenset({"typing", "choose_sticker", "find_location"}).union(
    *({f"upload_{kind}", f"record_{kind}"} for kind in SENT_KINDS)
) - {"record_photo", "record_document"}


def send_message(ask: Ask) -> Json:
    """Send a text."""
    return _send(ask, read_text(ask.values))


def send_photo(ask: Ask) -> Json:
    """Send a photo."""
    return _send(ask, read_photo(ask, "photo", ask.get("photo")) | read_caption(ask.values))


def send_document(ask: Ask) -> Json:
    """Send a file as it is."""
    return _send(ask, read_document(ask, "document", ask.get("document")) | read_caption(ask.values))


def _send(ask: Ask, content: Json) -> Json:
    chat = ask.open_chat()
    markup = read_markup(ask.get("reply_markup"))
    content |= read_place(ask, chat) | ({"reply_markup": markup} if markup else {})
    ask.spend(chat)
    return chat.add(ask.world.me, content)


def send_media_group(ask: Ask) -> list[Json]:
    """Send an album of 2 to 10 photos or of 2 to 10 documents.

    Telegram itself lets a single item pass as a message; its documentation does not, and neither does this server.
    """
    chat, items = ask.open_chat(), ask.values["media"]
    if len(items) not in ALBUM:
        few_or_many = "too few" if len(items) < ALBUM.start else "too many"
        raise MisuseError(f"{few_or_many} messages to send as an album")
    contents = [read_media(ask, item) for item in items]
    if len({"photo" in content for content in contents}) > 1:
        raise MisuseError("document can't be mixed with other media types")
    common = {"media_group_id": str(secrets.randbits(53))} | read_place(ask, chat)
    sent = contents[: ask.fault.items]
    ask.spend(chat, len(sent))
    return [chat.add(ask.world.me, content | common) for content in sent]


def read_media(ask: Ask, item: Any) -> Json:
    """Read one InputMediaPhoto or InputMediaDocument. Raises MisuseError and ApiError."""
    kinds = {"photo": (PHOTO_FIELDS, read_photo), "document": (DOCUMENT_FIELDS, read_document)}
    if not isinstance(item, dict) or item.get("type") not in kinds:
        raise MisuseError("can't parse InputMedia: this server knows the types photo and document")
    fields, read = kinds[item["type"]]
    for name in item.keys() - fields:
        raise MisuseError(f"can't parse InputMedia: field {name!r} is not known")
    if not isinstance(item.get("media"), str) or not item["media"]:
        raise MisuseError("can't parse InputMedia: media not found")
    return read(ask, "media", item["media"]) | read_caption(item)


def send_chat_action(ask: Ask) -> bool:
    """Show that the bot is at work."""
    ask.open_chat()
    if ask.values["action"] not in ACTIONS:
        raise MisuseError("wrong parameter action in request")
    return True


def send_invoice(ask: Ask) -> Json:
    """Send an invoice for Telegram Stars (XTR): one price, no provider."""
    values = ask.values
    _check_lengths(values)
    if values["currency"] != "XTR" or values.get("provider_token"):
        raise MisuseError("PAYMENT_PROVIDER_INVALID: this server takes Telegram Stars (XTR) only")
    prices = values["prices"]
    if len(prices) != 1 or set(prices[0]) != {"label", "amount"} or not _positive(prices[0]["amount"]):
        raise MisuseError("Stars need exactly one price, with a label and a positive whole amount")
    markup = read_markup(ask.get("reply_markup"), inline_only=True)
    pay = [[{"text": f"Pay {prices[0]['amount']} XTR", "pay": True}]]
    if markup and "pay" not in markup["inline_keyboard"][0][0]:
        raise MisuseError("the first button of an invoice must be a Pay button")
    invoice = {name: values[name] for name in ("title", "description", "currency")}
    invoice |= {"start_parameter": values.get("start_parameter", ""), "total_amount": prices[0]["amount"]}
    chat = ask.open_chat()
    content = {"invoice": invoice, "reply_markup": markup or {"inline_keyboard": pay}} | read_place(ask, chat)
    ask.spend(chat)
    message = chat.add(ask.world.me, content)
    ask.world.invoices[chat.id, message["message_id"]] = values["payload"]
    return message


def _check_lengths(values: Json) -> None:
    limits = {"title": 32, "description": 255, "payload": 128}
    for name, most in limits.items():
        length = len(values[name].encode()) if name == "payload" else len(values[name])
        if not 1 <= length <= most:
            raise MisuseError(f"invoice {name} has to be of 1 to {most}, not {length}")


def _positive(amount: Any) -> bool:
    return isinstance(amount, int) and amount > 0


def half_sent(items: int) -> ApiError:
    """Make the refusal of an album of which only the first items were sent."""
    return ApiError(400, f'Bad Request: failed to send message #{items + 1} with the error message "Request aborted"')
