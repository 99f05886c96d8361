"""Raw updates into what we use of them."""

from typing import Any

import pytest

from limner.bots.telegram.updates.incoming import (
    Command,
    Mentioned,
    Migrated,
    Other,
    Paid,
    PhotoFile,
    PreCheckout,
    Pressed,
    Words,
)
from limner.bots.telegram.updates.translate import translate

ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "de"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100, "type": "supergroup", "title": "Friends"}
SMALL = {"file_id": "s", "file_unique_id": "us", "width": 90, "height": 60, "file_size": 900}
LARGE = {"file_id": "l", "file_unique_id": "ul", "width": 1280, "height": 853, "file_size": 90_000}


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    """Make an update of a message."""
    return {"update_id": 5, "message": {"message_id": 3, "from": ANN, "chat": chat, "date": 0, **content}}


def content(raw: dict[str, Any]) -> Any:
    """Translate, and return what it says."""
    incoming = translate(raw)
    assert incoming is not None
    return incoming.content


def document(name: str, mime: str) -> dict[str, Any]:
    """Make an update of a file."""
    return message(
        document={"file_id": "f", "file_unique_id": "u", "file_name": name, "mime_type": mime, "file_size": 4}
    )


def command(text: str, length: int) -> Any:
    """Make an update of a command, and translate it."""
    return content(message(text=text, entities=[{"type": "bot_command", "offset": 0, "length": length}]))


def test_a_message_says_whose_it_is_and_where() -> None:
    """Sender, language, chat, message and lane are taken from the message."""
    incoming = translate(message(text="hello"), again=True)
    assert incoming is not None
    assert (incoming.sender.id, incoming.sender.language, incoming.sender.name) == (7, "de", "Ann Lee")
    assert (incoming.chat_id, incoming.private, incoming.message_id, incoming.lane) == (7, True, 3, "user:7")
    assert incoming.content == Words()
    assert incoming.again


def test_of_a_photo_the_largest_size_is_taken() -> None:
    """Whatever the order of the sizes, with its album."""
    expected = PhotoFile("l", "ul", 90_000, "", "album")
    assert content(message(photo=[LARGE, SMALL], media_group_id="album")) == expected
    assert content(message(photo=[SMALL, LARGE], media_group_id="album")) == expected


@pytest.mark.parametrize(
    "name, mime",
    [("a.png", "image/png"), ("IMG.HEIC", "application/octet-stream"), ("a", "image/heic"), ("b.JPG", "")],
)
def test_a_picture_sent_as_a_file_is_a_photo(name: str, mime: str) -> None:
    """Told by its type, or by its name where the type says nothing."""
    assert content(document(name, mime)) == PhotoFile("f", "u", 4, name, None)


@pytest.mark.parametrize(
    "raw",
    [
        document("a.pdf", "application/pdf"),
        message(sticker={"file_id": "x"}),
        message(dice={}),
        message(voice={}, pinned_message=None, delete_chat_photo=False, new_chat_photo=[]),
    ],
)
def test_what_is_no_photo_is_something_else(raw: dict[str, Any]) -> None:
    """It will be answered with words; nothing is passed over in silence."""
    assert content(raw) == Other()


MARK = [{"type": "bot_command", "offset": 0, "length": 9}]


def test_a_picture_with_template_as_its_caption_is_a_template() -> None:
    """Of an album the one that has the caption; a caption of other words makes none."""
    asked = message(photo=[SMALL, LARGE], caption="/template", caption_entities=MARK, media_group_id="album")
    assert content(asked) == PhotoFile("l", "ul", 90_000, "", "album", template=True)
    assert content(message(photo=[LARGE], caption="my template")) == PhotoFile("l", "ul", 90_000, "", None)
    start = message(photo=[LARGE], caption="/start me", caption_entities=[{**MARK[0], "length": 6}])
    assert not content(start).template


def test_an_answer_of_template_means_the_picture_that_it_answers() -> None:
    """Also one of an album, by itself; an answer to words, or to nothing, is a command as others are."""
    answered = {"message_id": 2, "photo": [LARGE], "media_group_id": "album"}
    asked = message(text="/template", entities=MARK, reply_to_message=answered)
    assert content(asked) == PhotoFile("l", "ul", 90_000, "", None, template=True)
    words = message(text="/template", entities=MARK, reply_to_message={"message_id": 2, "text": "hello"})
    assert content(words) == Command("template", "", None)
    assert command("/template", 9) == Command("template", "", None)


def test_commands_with_their_argument_and_addressee() -> None:
    """`/start x`, `/portrait@bot`, and a slash in the middle of a text, which is none."""
    assert command("/start g_-1_2_ab", 6) == Command("start", "g_-1_2_ab", None)
    assert command("/Portrait@Limner_Bot", 20) == Command("portrait", "", "limner_bot")
    entities = [{"type": "bot_command", "offset": 4, "length": 5}]
    assert content(message(text="see /help", entities=entities)) == Words()


def test_a_mention_after_an_emoji_is_cut_where_telegram_counts() -> None:
    """Offsets are in UTF-16 units."""
    entities = [{"type": "mention", "offset": 3, "length": 11}]
    text = "\N{GRINNING FACE} @limner_bot"
    assert content(message(GROUP, text=text, entities=entities)) == Mentioned(("limner_bot",))


def test_a_press_belongs_to_who_pressed() -> None:
    """The message below the button is the bot's own; the lane is the presser's."""
    pressed_in = {"message_id": 9, "from": {"id": 1, "is_bot": True}, "chat": PRIVATE, "date": 0}
    raw = {"update_id": 6, "callback_query": {"id": "q", "from": ANN, "message": pressed_in, "data": "1:done:x"}}
    incoming = translate(raw)
    assert incoming is not None
    assert incoming.content == Pressed("q", "1:done:x")
    assert (incoming.lane, incoming.message_id, incoming.private) == ("user:7", 9, True)


def test_payments() -> None:
    """A question before, and the payment itself."""
    asked = {"id": "q", "from": ANN, "currency": "XTR", "total_amount": 50, "invoice_payload": "p8"}
    assert content({"update_id": 6, "pre_checkout_query": asked}) == PreCheckout("q", "p8", 50, "XTR")
    paid = {"currency": "XTR", "total_amount": 50, "invoice_payload": "p8", "telegram_payment_charge_id": "c"}
    assert content(message(successful_payment=paid)) == Paid("c", "p8", 50, "XTR")


def test_a_group_that_moved_and_topics() -> None:
    """The new id is taken; a thread counts in forums only."""
    assert content(message(GROUP, migrate_to_chat_id=-200)) == Migrated(-200)
    in_topic = translate(message(GROUP, text="x", message_thread_id=4, is_topic_message=True))
    in_thread = translate(message(GROUP, text="x", message_thread_id=4))
    assert in_topic is not None
    assert in_thread is not None
    assert (in_topic.thread_id, in_thread.thread_id) == (4, None)


@pytest.mark.parametrize(
    "raw",
    [
        {"update_id": 1, "edited_message": {}},
        message(forum_topic_closed={}),
        message(pinned_message={}),
        message(new_chat_members=[ANN]),
        {"update_id": 2, "message": {"message_id": 1, "chat": GROUP, "date": 0, "text": "from a channel"}},
        {"update_id": 3, "message": {"message_id": 1, "from": {**ANN, "is_bot": True}, "chat": GROUP, "text": "x"}},
    ],
)
def test_what_nobody_waits_for_is_nothing(raw: dict[str, Any]) -> None:
    """Edits, service messages, channels and other bots."""
    assert translate(raw) is None
