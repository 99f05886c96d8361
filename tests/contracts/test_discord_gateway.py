"""The gateway of the Discord of the tests: what it tells to whom, drops and resumption, and what it does not stand."""

import json
from typing import Any

import discord
import pytest
from aiohttp import WSMsgType

from limner.tests.fakes.discord import Channel, DiscordServer, Person
from limner.tests.fakes.discord.caller import Bot, Rest
from limner.tests.fakes.discord_client import Client, Start

GUILDS, MEMBERS, MESSAGES, CONTENT = 1 << 0, 1 << 1, 1 << 9, 1 << 15


@pytest.fixture
def ann(discord_server: DiscordServer) -> Person:
    """Have a person."""
    return discord_server.person("ann")


@pytest.fixture
def general(discord_server: DiscordServer, ann: Person) -> Channel:
    """Have a guild with that person in it, and give its channel."""
    return discord_server.channel(discord_server.guild("Studio", [ann]), "general")


class Wire:
    """A connection to the gateway without any client library."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._socket: Any = None

    async def open(self, query: str = "?v=10&encoding=json") -> dict[str, Any]:
        """Connect; return what is said first."""
        self._socket = await self._rest.session.ws_connect(self._rest.server.gateway_url + query)
        return await self.hear()

    async def say(self, op: int, data: Any) -> None:
        """Send a payload."""
        await self._socket.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, intents: int = GUILDS, **more: Any) -> dict[str, Any]:
        """Say who one is; return what is said then."""
        await self.say(2, {"token": self._rest.server.token, "properties": {}, "intents": intents} | more)
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        """Wait for the next payload; after the end, give its code."""
        message = await self._socket.receive(timeout=10)
        if message.type is WSMsgType.TEXT:
            found: dict[str, Any] = json.loads(message.data)
            return found
        return {"closed": self._socket.close_code}


@pytest.fixture
def wire(rest: Rest) -> Wire:
    """Give a connection that is not open yet."""
    return Wire(rest)


async def test_what_was_missed_is_told_after_a_drop(
    discord_server: DiscordServer, start_client: Start, ann: Person, general: Channel
) -> None:
    """The client resumes its session and hears, once, what came while it was away."""
    client = await start_client()
    await ann.write("before")
    assert (await client.hears("message")).content == "before"
    discord_server.cut_gateway()
    await ann.write("meanwhile")
    await client.hears("resumed")
    await ann.write("after")
    assert [(await client.hears("message")).content for _ in range(2)] == ["meanwhile", "after"]
    assert discord_server.world.sessions.identified == 1


async def test_a_session_that_is_over_begins_anew(discord_server: DiscordServer, start_client: Start) -> None:
    """After INVALID_SESSION the client identifies again; after RECONNECT it resumes."""
    client = await start_client()
    await discord_server.ask_to_reconnect()
    await client.hears("resumed")
    await discord_server.invalidate_sessions(resumable=True)
    await client.hears("resumed")
    assert discord_server.world.sessions.identified == 1
    [over] = discord_server.sessions
    heard = len(over.sent)
    await discord_server.invalidate_sessions()
    await client.hears("ready")
    assert discord_server.world.sessions.identified == 2
    discord_server.guild("Late")
    assert len(over.sent) == heard


async def test_a_heartbeat_is_answered(discord_server: DiscordServer, start_client: Start) -> None:
    """The client knows its latency, which it learns from heartbeats alone."""
    discord_server.world.heartbeat_s = 0.2
    client = await start_client()
    await client.hears("socket_event_type")
    assert 0 < client.latency < 10


async def test_shards_hear_of_their_guilds(discord_server: DiscordServer, start_client: Start, ann: Person) -> None:
    """Each guild is told to one shard, direct messages to the first."""
    discord_server.world.shards = 2
    for number in (4, 5):
        discord_server.guild(f"Guild {number}", [ann], id_=number << 22)

    class Sharded(Client, discord.AutoShardedClient):
        pass

    intents = discord.Intents(guilds=True, dm_messages=True)
    client = await start_client(Sharded(intents))
    assert {guild.name: guild.shard_id for guild in client.guilds} == {"Guild 4": 0, "Guild 5": 1}
    await ann.write("Hi")
    await client.hears("message")
    told = [[each["t"] for each in session.sent] for session in discord_server.sessions]
    assert ["MESSAGE_CREATE" in each for each in told] == [True, False]


async def test_who_leaves_is_told_only_with_the_intent(discord_server: DiscordServer, wire: Wire, ann: Person) -> None:
    """A bot without GUILD_MEMBERS does not hear that somebody left, nor one with GUILDS alone of messages."""
    discord_server.world.privileged = MEMBERS
    guild = discord_server.guild("Studio", [ann, discord_server.person("bob")])
    await wire.open()
    await wire.identify(GUILDS)
    other = Wire(wire._rest)
    await other.open()
    await other.identify(GUILDS | MEMBERS)
    await ann.write("Hi", at=discord_server.channel(guild, "general"))
    discord_server.leave(guild, ann)
    await other.hear()
    assert (await other.hear())["t"] == "GUILD_MEMBER_REMOVE"
    [without, _] = discord_server.sessions
    assert [each["t"] for each in without.sent] == ["READY", "GUILD_CREATE"]


async def test_content_is_shown_with_the_intent(
    discord_server: DiscordServer, wire: Wire, ann: Person, general: Channel
) -> None:
    """With MESSAGE_CONTENT, and in a message that mentions the bot, the words of a guild's message are there."""
    discord_server.world.privileged = CONTENT
    await wire.open()
    await wire.identify(GUILDS | MESSAGES | CONTENT)
    other = Wire(wire._rest)
    await other.open()
    await other.identify(GUILDS | MESSAGES)
    mention = f"<@{discord_server.application_id}> hi"
    for text in ("Hello", mention):
        await ann.write(text, at=general)
    said = [[each["d"]["content"] for each in session.sent[2:]] for session in discord_server.sessions]
    assert said == [["Hello", mention], ["", mention]]


async def test_compression(start_client: Start, discord_server: DiscordServer) -> None:
    """discord.py asks for a compressed stream, and reads it."""
    assert (await start_client()).is_ready()
    [line] = discord_server.world.lines
    assert line.compressed


@pytest.mark.parametrize(
    "op, data, code",
    [
        (2, {"token": "wrong", "intents": 1}, 4004),
        (2, {"token": "T", "intents": -1}, 4013),
        (2, {"token": "T", "intents": True}, 4013),
        (2, {"token": "T", "intents": CONTENT}, 4014),
        (2, {"token": "T", "intents": 1, "shard": [2, 2]}, 4010),
        (2, {"token": "T", "intents": 1, "shard": "0"}, 4010),
        (2, {"token": "T", "intents": 1, "guild_subscriptions": True}, 4002),
        (6, {"token": "wrong", "session_id": "a", "seq": 1}, 4004),
        (3, {"status": "idle"}, 4003),
        (42, {}, 4001),
    ],
    ids=str,
)
async def test_a_wrong_payload_ends_the_connection(
    discord_server: DiscordServer, wire: Wire, op: int, data: dict[str, Any], code: int
) -> None:
    """A wrong token, intents, shard, opcode or order has its own code, and is a problem."""
    assert (await wire.open())["op"] == 10
    await wire.say(op, {name: discord_server.token if value == "T" else value for name, value in data.items()})
    assert await wire.hear() == {"closed": code}
    assert len(discord_server.problems) == 1
    discord_server.problems.clear()


@pytest.mark.parametrize("query", ["?v=9", "?v=10&encoding=etf", "?v=10&compress=zstd-stream"])
async def test_only_version_10_in_json_is_spoken(discord_server: DiscordServer, wire: Wire, query: str) -> None:
    """Another version, encoding or compression ends the connection."""
    assert await wire.open(query) == {"closed": 4012}
    discord_server.problems.clear()


async def test_only_one_identity_and_only_known_sessions(discord_server: DiscordServer, wire: Wire) -> None:
    """IDENTIFY comes once; RESUME of an unknown session is answered with INVALID_SESSION; a wrong seq ends it."""
    await wire.open()
    token = discord_server.token
    await wire.say(6, {"token": token, "session_id": "unknown", "seq": 1})
    assert await wire.hear() == {"op": 9, "d": False}
    session = (await wire.identify())["d"]["session_id"]
    assert await wire.identify() == {"closed": 4005}
    again = Wire(wire._rest)
    await again.open()
    await again.say(6, {"token": token, "session_id": session, "seq": 99})
    assert await again.hear() == {"closed": 4007}
    discord_server.problems.clear()


async def test_too_many_messages_end_the_connection(discord_server: DiscordServer, wire: Wire) -> None:
    """The 121st message within a minute is one too many."""
    await wire.open()
    for _ in range(121):
        await wire.say(1, None)
    heard = [await wire.hear() for _ in range(121)]
    assert heard[:120] == [{"op": 11}] * 120
    assert heard[120] == {"closed": 4008}
    discord_server.problems.clear()


async def test_who_sends_no_heartbeat_is_let_go(discord_server: DiscordServer, wire: Wire) -> None:
    """A connection without heartbeats ends, which is no problem: the bot may hang."""
    discord_server.world.heartbeat_s = 0.05
    assert (await wire.open())["d"]["heartbeat_interval"] == 50
    assert await wire.hear() == {"closed": 4009}


async def test_members_are_told_on_request(discord_server: DiscordServer, wire: Wire, ann: Person) -> None:
    """Members are found by id or name; all of them only with the intent."""
    guild = discord_server.guild("Studio", [ann])
    await wire.open()
    await wire.identify(GUILDS)
    await wire.hear()
    await wire.say(8, {"guild_id": str(guild.id), "user_ids": [str(ann.id)], "limit": 0, "nonce": "n"})
    chunk = (await wire.hear())["d"]
    assert ([each["user"]["username"] for each in chunk["members"]], chunk["nonce"]) == (["ann"], "n")
    await wire.say(8, {"guild_id": str(guild.id), "query": "", "limit": 0})
    assert await wire.hear() == {"closed": 4014}
    discord_server.problems.clear()


async def test_an_ephemeral_answer_is_not_told(wire: Wire, bot: Bot) -> None:
    """What one person alone sees is no event, when it comes, changes or goes; another answer is."""
    await wire.open()
    await wire.identify(GUILDS | MESSAGES)
    for flags in (1 << 6, 0):
        asked = await bot.asked()
        await bot.answer(asked, 4, content="One", flags=flags)
        await bot.rest(bot.webhook(asked, "PATCH", "@original"), {"content": "Two"})
        await bot.rest(bot.webhook(asked, "DELETE", "@original"))
    [session] = bot.rest.server.sessions
    told = [each["t"] for each in session.sent[2:] if each["t"] != "INTERACTION_CREATE"]
    assert told == ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"]
