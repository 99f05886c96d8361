"""Faults on command: what a test orders happens once, to the calls it named, and to no others."""

import asyncio
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientError

from limner.tests.fakes.telegram import DOWNLOAD, PersonError, TelegramServer
from limner.tests.fakes.telegram.caller import Caller, jpeg

ANN, BOB = 1001, 1002
ALBUM = '[{"type": "photo", "media": "attach://a"}, {"type": "photo", "media": "attach://a"}]'


@pytest.fixture(autouse=True)
def ann(server: TelegramServer) -> None:
    """Have two persons to write to."""
    server.person(ANN)
    server.person(BOB, first_name="Bob")


async def test_a_refusal_meets_the_named_method_and_chat_once(server: TelegramServer, call: Caller) -> None:
    """Other methods and chats go on, and so does the next call."""
    server.fail_next("sendMessage", chat_id=ANN, retry_after=7)
    await call("sendMessage", chat_id=BOB, text="a")
    await call("sendChatAction", chat_id=ANN, action="typing")
    answer = await call.body("sendMessage", chat_id=ANN, text="a")
    assert (answer["error_code"], answer["parameters"]) == (429, {"retry_after": 7})
    await call("sendMessage", chat_id=ANN, text="b")
    assert [seen.text for seen in server.person(ANN).messages] == ["b"]
    assert server.problems == []


async def test_a_refusal_may_have_any_status_and_last(server: TelegramServer, call: Caller) -> None:
    """A status with its own words, for as many calls of any method as wanted."""
    server.fail_next("*", status=502, times=2)
    assert await call.refused("getMe") == await call.refused("sendMessage", chat_id=ANN, text="a") == "Bad Gateway"
    server.fail_next("sendMessage", status=403, description="Forbidden: user is deactivated")
    assert await call.refused("sendMessage", chat_id=ANN, text="a") == "Forbidden: user is deactivated"
    server.fail_next("*", times=1_000)
    server.clear_faults()
    await call("getMe")


@pytest.mark.parametrize("when, shown", [("before", 0), ("after", 1)])
async def test_the_network_is_cut(server: TelegramServer, call: Caller, when: str, shown: int) -> None:
    """The connection ends without an answer, before the message is shown or after it."""
    server.cut_next("sendMessage", "after" if when == "after" else "before")
    with pytest.raises(ClientError):
        await call("sendMessage", chat_id=ANN, text="a")
    assert len(server.person(ANN).messages) == shown
    assert server.calls[-1].status == 0
    await call("sendMessage", chat_id=ANN, text="b")


@pytest.mark.parametrize("cut", [False, True])
async def test_an_album_is_sent_by_half(server: TelegramServer, call: Caller, cut: bool) -> None:  # noqa: FBT001
    """Its first items are shown and the call fails, with an answer or without one; the next album is whole."""
    server.half_send_next(1, chat_id=ANN, cut=cut)
    half = call.refused("sendMediaGroup", {"a": jpeg()}, chat_id=ANN, media=ALBUM)
    if cut:
        with pytest.raises(ClientError):
            await half
    else:
        assert "failed to send message #2" in await half
    assert len(server.person(ANN).messages) == 1
    await call("sendMediaGroup", {"a": jpeg()}, chat_id=ANN, media=ALBUM)
    assert len(server.person(ANN).messages) == 3


async def test_a_call_can_be_held(server: TelegramServer, call: Caller) -> None:
    """While a call is held, one that came after it takes effect; then the held one does."""
    server.hold_next("sendMessage", 3600, chat_id=ANN)
    held = asyncio.create_task(call("sendMessage", chat_id=ANN, text="held"))
    while not server.calls:  # noqa: ASYNC110  (the record has no event)
        await asyncio.sleep(0.005)
    await call("sendMessage", chat_id=ANN, text="later")
    held.cancel()
    server.hold_next("sendMessage", 0.01)
    await call("sendMessage", chat_id=ANN, text="last")
    assert [seen.text for seen in server.person(ANN).messages] == ["later", "last"]


async def test_downloads_fail_too(server: TelegramServer, call: Caller) -> None:
    """A file is there after getFile, and not before; its download can be refused or cut."""
    sent = await server.person(ANN).photo(jpeg())
    photo = server.world.chats[ANN].messages[sent]["photo"][-1]
    base = f"{server.file_base}{server.token.replace(':', '%3A')}"
    async with call.session.get(f"{base}/photos/file_0.jpg") as response:
        assert response.status == 404
    path = (await call("getFile", file_id=photo["file_id"]))["file_path"]
    server.fail_next(DOWNLOAD, status=502)
    server.cut_next(DOWNLOAD, times=2)  # aiohttp repeats a GET once by itself
    async with call.session.get(f"{base}/{path}") as response:
        assert response.status == 502
    with pytest.raises(ClientError):
        await call.session.get(f"{base}/{path}")
    async with call.session.get(f"{base}/{path}") as response:
        assert await response.read() == jpeg()
    assert len(server.calls_of(DOWNLOAD)) == 5


async def test_unknown_chats_are_not_found_and_unstarted_ones_forbidden(server: TelegramServer, call: Caller) -> None:
    """A chat that does not exist is a 400, a person who never started the bot a 403, until they write."""
    assert await call.refused("sendMessage", chat_id=5, text="a") == "Bad Request: chat not found"
    eve = server.person(6, first_name="Eve", started=False)
    assert "can't initiate conversation" in await call.refused("sendMessage", chat_id=6, text="a")
    await eve.start()
    await call("sendMessage", chat_id=6, text="a")


async def test_who_blocks_the_bot_is_not_reached(server: TelegramServer, call: Caller) -> None:
    """Every way to write is a 403, the bot is told of blocking and unblocking, and then it may write again."""
    ann = server.person(ANN)
    ann.block()
    blocked = "Forbidden: bot was blocked by the user"
    assert await call.refused("sendMessage", chat_id=ANN, text="a") == blocked
    assert await call.refused("editMessageText", chat_id=ANN, message_id=1, text="a") == blocked
    assert await call.refused("sendChatAction", chat_id=ANN, action="typing") == blocked
    with pytest.raises(PersonError, match="unblocks"):
        await ann.send("Hi")
    ann.unblock()
    await call("sendMessage", chat_id=ANN, text="a")
    told = [update["my_chat_member"]["new_chat_member"]["status"] for update in await call("getUpdates")]
    assert told == ["kicked", "member"]


async def test_a_group_that_migrates_tells_its_new_id(server: TelegramServer, call: Caller) -> None:
    """Calls to the old id are told the new one, where the bot can write; both chats say so to the bot."""
    old, new = -77, -1000000000077
    group = server.group(old)
    server.migrate_chat(old, new)
    answer = await call.body("sendMessage", chat_id=old, text="a")
    assert (answer["error_code"], answer["parameters"]) == (400, {"migrate_to_chat_id": new})
    await call("sendMessage", chat_id=new, text="a")
    said = [update["message"] for update in await call("getUpdates")]
    assert (said[0]["migrate_to_chat_id"], said[1]["migrate_from_chat_id"]) == (new, old)
    with pytest.raises(PersonError, match="moved"):
        await group.join(server.person(ANN)).send("Hi")


async def test_a_bot_that_was_thrown_out_cannot_write(server: TelegramServer, call: Caller) -> None:
    """A group that removed the bot answers 403 and tells the bot, which then hears nothing more of it."""
    group = server.group(-1001)
    group.remove_bot(server.person(ANN))
    await group.join(server.person(ANN)).send("/portrait")
    assert "bot was kicked from the" in await call.refused("sendMessage", chat_id=-1001, text="a")
    [update] = await call("getUpdates")
    assert update["my_chat_member"]["chat"]["id"] == -1001


async def test_a_bot_that_is_killed_in_the_middle_of_a_call_is_no_problem(server: TelegramServer, call: Caller) -> None:
    """Half a call has no effect, and the server goes on."""
    address = urlsplit(server.api_base)
    _, sending = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST {address.path}{server.token}/sendMessage HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    sending.write(f'{head}Content-Length: 1000\r\n\r\n{{"chat_id"'.encode())
    await sending.drain()
    async with asyncio.timeout(5):
        while not server.calls_of("sendMessage"):  # noqa: ASYNC110  (the server has no event for a call that began)
            await asyncio.sleep(0.01)
    sending.transport.abort()
    await call("sendMessage", chat_id=ANN, text="b")
    assert [seen.text for seen in server.person(ANN).messages] == ["b"]
    assert server.problems == []
