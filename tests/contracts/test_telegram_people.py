"""Persons at the Bot API server: what they do reaches the bot as Telegram tells it, and they see what the bot does."""

import asyncio

import pytest

from limner.tests.fakes.telegram import PersonError, TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg

ANN = 1001


async def test_a_text_arrives_with_who_said_it(server: TelegramServer, call: Caller) -> None:
    """A message tells the person, the language, the chat and where its commands stand."""
    await server.person(ANN, language="pt-br", username="ann_p").start("g_1_2")
    [update] = await call.heard()
    message = update["message"]
    assert message["text"] == "/start g_1_2"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "pt-br"
    assert message["chat"] == {"id": ANN, "type": "private", "first_name": "Ann", "username": "ann_p"}
    assert server.person(ANN).user.language == "pt-br"


async def test_a_photo_arrives_in_sizes(server: TelegramServer, call: Caller) -> None:
    """The largest comes last with at most 1280 pixels; every size has ids of its own and can be fetched."""
    await server.person(ANN).photo(jpeg(2000, 1000), "me")
    [update] = await call.heard()
    sizes = update["message"]["photo"]
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    assert len({size["file_unique_id"] for size in sizes}) == len({size["file_id"] for size in sizes}) == 4
    for size in sizes:
        assert (await call("getFile", file_id=size["file_id"]))["file_size"] == size["file_size"]
    assert update["message"]["caption"] == "me"


async def test_the_same_photo_again_is_another_file_and_a_forwarded_one_is_not(
    server: TelegramServer, call: Caller
) -> None:
    """Only forwarding keeps file_unique_id; a photo may also come from somebody whom the bot does not know."""
    ann = server.person(ANN)
    first = await ann.photo(jpeg())
    await ann.photo(jpeg(), forwarded_from="Eve")
    await ann.forward(first)
    messages = [update["message"] for update in await call.heard()]
    unique = [message["photo"][-1]["file_unique_id"] for message in messages]
    assert unique[0] == unique[2] != unique[1]
    assert [message.get("forward_origin", {}).get("sender_user_name") for message in messages] == [None, "Eve", "Ann"]


async def test_a_document_keeps_its_bytes_name_and_type(server: TelegramServer, call: Caller) -> None:
    """A file arrives as it is."""
    sent = await server.person(ANN).document(b"heic", "IMG_1.HEIC", "image/heic")
    [update] = await call.heard()
    document = update["message"]["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == ("IMG_1.HEIC", "image/heic", 4)
    assert server.person(ANN).messages[sent - 1].document == b"heic"


async def test_an_album_comes_as_single_messages(server: TelegramServer, call: Caller) -> None:
    """Its members share a media_group_id, come one after the other, and nothing marks the last."""
    await server.person(ANN).album([jpeg(), jpeg(), jpeg()], caption="us")
    messages = [update["message"] for update in await call.heard()]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["us", None, None]


async def test_an_album_may_be_of_files_and_from_somebody_else(server: TelegramServer, call: Caller) -> None:
    """Photos sent as files, or forwarded, come as albums too."""
    await server.person(ANN).album([jpeg(), jpeg()], as_files=True, forwarded_from="Eve")
    messages = [update["message"] for update in await call.heard()]
    assert [message["document"]["file_name"] for message in messages] == ["IMG_0.jpg", "IMG_1.jpg"]
    assert all("media_group_id" in message and "forward_origin" in message for message in messages)


async def test_members_of_an_album_may_come_far_apart(server: TelegramServer, call: Caller) -> None:
    """While the second member is on its way the first is there alone."""
    ann = server.person(ANN)
    sending = asyncio.create_task(ann.album([jpeg(), jpeg()], apart_s=3600))
    await ann.until(bool)
    assert len(await call.heard()) == 1
    sending.cancel()


async def test_edits_of_a_person_are_told(server: TelegramServer, call: Caller) -> None:
    """An edited message is an update of its own."""
    ann = server.person(ANN)
    await ann.edit(await ann.send("Hi"), "Ho")
    assert [next(key for key in update if key != "update_id") for update in await call.heard()] == [
        "message",
        "edited_message",
    ]


async def test_any_content_can_be_sent(server: TelegramServer, call: Caller) -> None:
    """What the bot has no use for arrives as well."""
    server.person(ANN).say({"dice": {"emoji": "*", "value": 3}})
    [update] = await call.heard()
    assert update["message"]["dice"]["value"] == 3


async def test_a_press_carries_the_buttons_data_and_its_message(server: TelegramServer, call: Caller) -> None:
    """The newest message with that button is meant; what is no button, or leads elsewhere, cannot be pressed."""
    ann = server.person(ANN)
    rows = [
        [{"text": "Done", "callback_data": "v:done"}, {"text": "Help", "url": "https://t.me/limner_bot?start=help"}]
    ]
    for text in ("old", "new"):
        await call("sendMessage", chat_id=ANN, text=text, reply_markup={"inline_keyboard": rows})
    press = await ann.press("Do")
    assert server.unanswered == [press.question.id]
    [update] = await call.heard()
    query = update["callback_query"]
    assert (query["data"], query["message"]["text"], query["from"]["id"]) == ("v:done", "new", ANN)
    await call("answerCallbackQuery", callback_query_id=query["id"])
    assert await press.answered() == {}
    for text in ("Clear", "Help"):
        with pytest.raises(PersonError):
            await ann.press(text)
    assert server.unanswered == []
    await ann.follow(ann.link("Help"))
    assert (await call.heard())[0]["message"]["text"] == "/start help"
    with pytest.raises(PersonError, match="does not lead"):
        await ann.follow("https://t.me/another_bot")


async def test_a_message_is_waited_for_and_its_absence_told(server: TelegramServer, call: Caller) -> None:
    """Waiting ends when the words appear, also by an edit, and says what is there when they do not."""
    ann = server.person(ANN)
    await ann.send("Hello you")
    waiting = asyncio.create_task(ann.wait("you see"))
    number = (await call("sendMessage", chat_id=ANN, text="Now"))["message_id"]
    await call("editMessageText", chat_id=ANN, message_id=number, text="Now you see me")
    assert (await waiting).message_id == number
    with pytest.raises(PersonError, match="Now you see me"):
        await ann.wait("nothing", 0.01)
    with pytest.raises(PersonError):
        await ann.wait("you see", 0.01, after=number)


async def test_chats_can_be_asked_for(server: TelegramServer, call: Caller) -> None:
    """The bot knows itself, and chats by id or by @username."""
    server.person(ANN, username="ann_p")
    me = await call("getMe")
    assert (me["is_bot"], me["username"], me["id"]) == (True, "limner_bot", 42)
    assert (await call("getChat", chat_id="@ann_p"))["id"] == ANN
    assert await call.refused("getChat", chat_id="@nobody") == "Bad Request: chat not found"
