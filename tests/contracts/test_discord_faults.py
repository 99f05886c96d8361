"""Faults on command: what a test orders happens once, to the calls it named, and to no others."""

import asyncio
from urllib.parse import urlsplit

import discord
import pytest
from aiohttp import ClientError

from limner.tests.fakes.discord import DOWNLOAD, Channel, DiscordServer, Person, Upload
from limner.tests.fakes.discord.caller import Bot
from limner.tests.fakes.discord_client import Client, Start

POST = "POST /channels/{channel_id}/messages"
FOLLOWUP = "POST /webhooks/{application_id}/{interaction_token}"
ORIGINAL = "PATCH /webhooks/{application_id}/{interaction_token}/messages/{message_id}"


@pytest.fixture
def ann(discord_server: DiscordServer) -> Person:
    """Have a person."""
    return discord_server.person("ann")


@pytest.fixture
def general(discord_server: DiscordServer, ann: Person) -> Channel:
    """Have a guild with that person in it, and give its channel."""
    return discord_server.channel(discord_server.guild("Studio", [ann]), "general")


def known(client: Client, channel: Channel) -> discord.TextChannel:
    """Find a channel as the client knows it."""
    found = client.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


@pytest.mark.parametrize("everywhere", [False, True])
async def test_discord_py_waits_and_tries_again_after_a_429(
    discord_server: DiscordServer, start_client: Start, general: Channel, *, everywhere: bool
) -> None:
    """Two refusals with a time to wait end in one message."""
    client = await start_client()
    discord_server.fail_next(POST, retry_after=0.05, everywhere=everywhere, times=2)
    await known(client, general).send("One")
    assert [call.status for call in discord_server.calls_of(POST, general)] == [429, 429, 200]
    assert [seen.text for seen in discord_server.messages(general)] == ["One"]


async def test_discord_py_tries_again_after_a_5xx(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """A bad gateway is tried again after a second."""
    client = await start_client()
    discord_server.fail_next(POST, status=502)
    await known(client, general).send("One")
    assert [call.status for call in discord_server.calls_of(POST)] == [502, 200]


async def test_a_cut_call_has_its_effect_or_not(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """Cut before, nothing was sent; cut after, it was, and the same nonce does not send it again."""
    client = await start_client()
    for when, there in (("before", 0), ("after", 1)):
        discord_server.cut_next(POST, "after" if there else "before")
        with pytest.raises(ClientError):
            await known(client, general).send(when, nonce="n")
        assert len(discord_server.messages(general)) == there
    await known(client, general).send("again", nonce="n")
    assert [seen.text for seen in discord_server.messages(general)] == ["after"]


@pytest.mark.parametrize("status, code", [(401, 50027), (403, 50007), (413, 40005), (404, 10008), (403, 50013)])
async def test_a_refusal_has_its_status_and_code(
    discord_server: DiscordServer, start_client: Start, general: Channel, status: int, code: int
) -> None:
    """Any status with Discord's code for it, once."""
    client = await start_client()
    discord_server.fail_next(POST, status=status, code=code)
    with pytest.raises(discord.HTTPException) as refused:
        await known(client, general).send("One")
    assert (refused.value.status, refused.value.code) == (status, code)
    await known(client, general).send("Two")
    assert discord_server.problems == []


async def test_a_token_can_be_lost_before_its_time(bot: Bot) -> None:
    """An edit of the answer fails once as if the fifteen minutes were over."""
    asked = await bot.asked()
    await bot.answer(asked, 5)
    bot.rest.server.fail_next(ORIGINAL, status=401, code=50027)
    route = bot.webhook(asked, "PATCH", "@original")
    assert await bot.rest.refused(route, {"content": "One"}) == (401, 50027)
    await bot.rest(bot.webhook(asked), {"content": "Two"})


async def test_a_fault_meets_the_named_channel(bot: Bot) -> None:
    """Other channels and routes go on, and what was ordered can be called off."""
    server, general = bot.rest.server, bot.general
    assert general.guild is not None
    other = server.channel(general.guild, "other")
    server.fail_next(POST, status=500, channel=general)
    await bot.rest(f"POST /channels/{other.id}/messages", {"content": "x"})
    await bot.rest(f"POST /channels/{general.id}/typing")
    assert await bot.rest.refused(f"POST /channels/{general.id}/messages", {"content": "x"}) == (500, 0)
    server.fail_next("*", status=503, times=5)
    assert await bot.rest.refused("GET /users/@me") == (503, 0)
    server.clear_faults()
    await bot.rest("GET /users/@me")


async def test_a_call_can_be_held(bot: Bot) -> None:
    """While a call is held, one that came after it takes effect."""
    server, route = bot.rest.server, f"POST /channels/{bot.general.id}/messages"
    server.hold_next(POST, 3600)
    held = asyncio.create_task(bot.rest(route, {"content": "held"}))
    while not server.calls_of(POST):  # noqa: ASYNC110  (the record has no event)
        await asyncio.sleep(0.005)
    await bot.rest(route, {"content": "later"})
    held.cancel()
    server.hold_next(POST, 0.01)
    await bot.rest(route, {"content": "last"})
    assert [seen.text for seen in bot.ann.messages(bot.general)] == ["later", "last"]


async def test_downloads_fail_too(bot: Bot) -> None:
    """The download of a file is recorded, and can be refused or cut."""
    await bot.ann.write("", [Upload("a.png", b"x")], at=bot.general)
    url = bot.rest.server.world.files.json(bot.ann.messages(bot.general)[0].raw.files[0])["url"]
    bot.rest.server.fail_next(DOWNLOAD, status=502)
    bot.rest.server.cut_next(DOWNLOAD, times=2)  # aiohttp repeats a GET once by itself
    async with bot.rest.session.get(url) as response:
        assert response.status == 502
    with pytest.raises(ClientError):
        await bot.rest.session.get(url)
    async with bot.rest.session.get(url) as response:
        assert await response.read() == b"x"
    assert len(bot.rest.server.calls_of(DOWNLOAD)) == 4


async def test_calls_are_recorded(bot: Bot) -> None:
    """Each call has its time, route, path, fields, files, status and answer."""
    await bot.rest(f"POST /channels/{bot.general.id}/messages", {"content": "x"}, {"a.png": b"xyz"})
    [call] = bot.rest.server.calls_of(POST, bot.general)
    assert (call.ids, call.fields) == ({"channel_id": str(bot.general.id)}, {"content": "x"})
    assert (call.files, call.status, call.answer["content"]) == ({"a.png": 3}, 200, "x")
    assert call.at > bot.rest.server.calls[0].at


async def test_a_bot_that_is_killed_in_the_middle_of_a_call_is_no_problem(bot: Bot) -> None:
    """Half a call has no effect, and the server goes on."""
    address = urlsplit(bot.rest.server.api_base)
    _, sending = await asyncio.open_connection(address.hostname, address.port)
    path = f"{address.path}/channels/{bot.general.id}/messages"
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    sending.write(f'{head}Content-Length: 1000\r\n\r\n{{"content"'.encode())
    await sending.drain()
    async with asyncio.timeout(5):
        while not bot.rest.server.calls_of(POST):  # noqa: ASYNC110  (no event tells that a call began)
            await asyncio.sleep(0.01)
    sending.transport.abort()
    await bot.rest(f"POST /channels/{bot.general.id}/messages", {"content": "b"})
    assert [seen.text for seen in bot.ann.messages(bot.general)] == ["b"]
