"""Groups at the Bot API server: what a bot hears there, topics, and who may press."""

import pytest

from limner.tests.fakes.telegram import PersonError, TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg

ANN, BOB, GROUP, TOPIC = 1001, 1002, -1001000000001, 7


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(server: TelegramServer, call: Caller) -> None:
    """With privacy on: commands not addressed to others, mentions, and replies to it; no photos, no talk."""
    voice = server.group(GROUP).join(server.person(ANN))
    theirs = (await call("sendMessage", chat_id=GROUP, text="Hello"))["message_id"]
    for text in ("hi all", "/portrait", "/portrait@limner_bot", "/portrait@other_bot", "you, @limner_bot?"):
        await voice.send(text)
    await voice.photo(jpeg())
    await voice.send("yes", reply_to=theirs)
    texts = [update["message"].get("text") for update in await call.heard()]
    assert texts == ["/portrait", "/portrait@limner_bot", "you, @limner_bot?", "yes"]


async def test_without_privacy_the_bot_hears_everything(server: TelegramServer, call: Caller) -> None:
    """A bot that is administrator gets photos too."""
    await server.group(GROUP, privacy=False).join(server.person(ANN)).photo(jpeg())
    assert "photo" in (await call.heard())[0]["message"]


async def test_topics_of_a_forum(server: TelegramServer, call: Caller) -> None:
    """Messages tell their topic, the bot may write into one that there is, and persons speak in one that there is."""
    group = server.group(GROUP, topics={TOPIC: "Portraits"})
    await group.join(server.person(ANN), TOPIC).send("/portrait")
    message = (await call.heard())[0]["message"]
    assert (message["message_thread_id"], message["chat"]["is_forum"]) == (TOPIC, True)
    await call("sendMessage", chat_id=GROUP, text="Here", message_thread_id=TOPIC)
    assert [seen.thread_id for seen in group.messages] == [TOPIC, TOPIC]
    assert "thread not found" in await call.refused("sendMessage", chat_id=GROUP, text="Hi", message_thread_id=8)
    with pytest.raises(PersonError, match="no topic"):
        group.join(server.person(ANN), 8)


async def test_everybody_in_a_group_may_press(server: TelegramServer, call: Caller) -> None:
    """A press tells who pressed, not for whom the button was meant."""
    group = server.group(GROUP)
    group.join(server.person(ANN))
    rows = [[{"text": "Show", "callback_data": "v:show"}]]
    await call("sendMessage", chat_id=GROUP, text="Ann's", reply_markup={"inline_keyboard": rows})
    await group.join(server.person(BOB, first_name="Bob")).press("Show")
    assert (await call.heard())[0]["callback_query"]["from"]["id"] == BOB


async def test_who_runs_a_group_is_told(server: TelegramServer, call: Caller) -> None:
    """The owner of a group is listed, nobody else is, and a private chat has no such list."""
    group = server.group(GROUP)
    assert await call("getChatAdministrators", chat_id=GROUP) == []
    group.make_owner(server.person(ANN))
    server.person(BOB)
    (owner,) = await call("getChatAdministrators", chat_id=GROUP)
    assert (owner["status"], owner["user"]["id"]) == ("creator", ANN)
    await call.refused("getChatAdministrators", chat_id=ANN)
