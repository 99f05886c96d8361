"""The Bot API server changes, deletes and answers only what there is, and says in Telegram's words why not."""

from typing import Any

import pytest

from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg

ANN = 1001
KEYBOARD = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}


@pytest.fixture(autouse=True)
def ann(server: TelegramServer) -> None:
    """Have a person to write to."""
    server.person(ANN)


async def test_an_edit_has_to_change_something(call: Caller) -> None:
    """The same text with the same keyboard is "not modified"; another keyboard, or none, is a change."""
    edit: dict[str, Any] = {"chat_id": ANN, "message_id": 1, "text": "<b>Hi</b>", "parse_mode": "HTML"}
    await call("sendMessage", chat_id=ANN, text="<b>Hi</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    assert "message is not modified" in await call.refused("editMessageText", **edit, reply_markup=KEYBOARD)
    assert "reply_markup" not in await call("editMessageText", **edit)
    assert "message is not modified" in await call.refused("editMessageReplyMarkup", chat_id=ANN, message_id=1)
    assert (await call("editMessageText", **(edit | {"text": "Hi"})))["text"] == "Hi"


async def test_an_edit_needs_a_message_of_the_bot_with_words(server: TelegramServer, call: Caller) -> None:
    """A missing message, a person's message and a photo have no text to edit, and a text has no caption or media."""
    theirs = await server.person(ANN).send("Hi")
    photo = await call("sendPhoto", {"photo": jpeg()}, chat_id=ANN)
    text = await call("sendMessage", chat_id=ANN, text="Hi")
    for message_id, words in ((99, "not found"), (theirs, "can't be edited"), (photo["message_id"], "no text")):
        assert words in await call.refused("editMessageText", chat_id=ANN, message_id=message_id, text="Ho")
    number = text["message_id"]
    assert "no caption" in await call.refused("editMessageCaption", chat_id=ANN, message_id=number, caption="Ho")
    media = {"type": "photo", "media": photo["photo"][-1]["file_id"]}
    assert "no media" in await call.refused("editMessageMedia", chat_id=ANN, message_id=number, media=media)


async def test_captions_and_media_are_edited(server: TelegramServer, call: Caller) -> None:
    """A caption is written anew, and another picture takes the place of the first."""
    photo = await call("sendPhoto", {"photo": jpeg()}, chat_id=ANN)
    number = photo["message_id"]
    await call("editMessageCaption", chat_id=ANN, message_id=number, caption="Ho")
    blue = jpeg(colour="blue")
    media = '{"type": "photo", "media": "attach://new"}'
    await call("editMessageMedia", {"new": blue}, chat_id=ANN, message_id=number, media=media)
    [seen] = server.person(ANN).messages
    assert (seen.photo, seen.text, seen.edited) == (blue, "", True)


async def test_messages_are_deleted(server: TelegramServer, call: Caller) -> None:
    """One at a time, or many, of which missing ones are skipped."""
    ann = server.person(ANN)
    sent = [await ann.send("Hi") for _ in range(3)]
    await call("deleteMessage", chat_id=ANN, message_id=sent[0])
    assert "not found" in await call.refused("deleteMessage", chat_id=ANN, message_id=sent[0])
    await call("deleteMessages", chat_id=ANN, message_ids=sent)
    assert ann.messages == []
    await call.misused("deleteMessages", chat_id=ANN, message_ids=[])


async def test_a_query_is_answered_in_time_and_once(server: TelegramServer, call: Caller) -> None:
    """An unknown query, one that was answered and one that is too old are refused alike; 200 letters are the most."""
    ann = server.person(ANN)
    await call("sendMessage", chat_id=ANN, text="Hi", reply_markup=KEYBOARD)
    first, second = await ann.press("A"), await ann.press("A")
    await call.misused("answerCallbackQuery", callback_query_id=first.question.id, text="x" * 201)
    await call("answerCallbackQuery", callback_query_id=first.question.id, text="x" * 200)
    assert (await first.answered())["text"] == first.toast == "x" * 200
    assert first.took_s is not None
    for query in (first.question.id, "1"):
        assert "query is too old" in await call.refused("answerCallbackQuery", callback_query_id=query)
    server.query_timeout_s = 0
    too_late = await call.refused("answerCallbackQuery", callback_query_id=second.question.id)
    assert "query is too old" in too_late
    assert second.toast is None


async def test_replies_and_topics_have_to_exist(call: Caller) -> None:
    """A reply to a missing message is refused unless that is allowed, and a private chat has no topics."""
    reply = {"message_id": 9}
    assert "replied not found" in await call.refused("sendMessage", chat_id=ANN, text="Hi", reply_parameters=reply)
    allowed = reply | {"allow_sending_without_reply": True}
    assert (await call("sendMessage", chat_id=ANN, text="Hi", reply_parameters=allowed))["message_id"] == 1
    replied = await call("sendMessage", chat_id=ANN, text="Ho", reply_parameters={"message_id": 1})
    assert replied["reply_to_message"]["text"] == "Hi"
    assert "thread not found" in await call.refused("sendMessage", chat_id=ANN, text="Hi", message_thread_id=3)


async def test_commands_are_short_and_lower_case(server: TelegramServer, call: Caller) -> None:
    """Commands are kept per scope and language; malformed ones are refused."""
    commands = [{"command": "start", "description": "Begin"}]
    await call("setMyCommands", commands=commands, scope={"type": "all_private_chats"}, language_code="de")
    assert server.world.commands == {("all_private_chats", "de"): commands}
    assert await call("getMyCommands", scope={"type": "all_private_chats"}, language_code="de") == commands
    await call("deleteMyCommands", scope={"type": "all_private_chats"}, language_code="de")
    assert await call("getMyCommands", scope={"type": "all_private_chats"}, language_code="de") == []
    for bad in ({"command": "Start", "description": "Begin"}, {"command": "start", "description": ""}):
        await call.misused("setMyCommands", commands=[bad])
    await call.misused("setMyCommands", commands=commands, scope={"type": "everybody"})
    await call.misused("setMyCommands", commands=commands, language_code="english")


async def test_a_chat_action_is_one_of_the_documented(call: Caller) -> None:
    """Typing is an action, dancing is not."""
    assert await call("sendChatAction", chat_id=ANN, action="upload_document") is True
    await call.misused("sendChatAction", chat_id=ANN, action="dance")


async def test_a_message_is_deleted_for_two_days_only(server: TelegramServer, call: Caller) -> None:
    """After 48 hours one message is refused, and several are passed over in silence, as Telegram does."""
    number = (await call("sendMessage", chat_id=ANN, text="Hello"))["message_id"]
    message = server.person(ANN).chat.messages[number]
    message["date"] -= 49 * 3600
    assert "can't be deleted" in await call.refused("deleteMessage", chat_id=ANN, message_id=number)
    assert await call("deleteMessages", chat_id=ANN, message_ids=[number])
    assert number in server.person(ANN).chat.messages
    message["date"] += 2 * 3600
    assert await call("deleteMessage", chat_id=ANN, message_id=number)
