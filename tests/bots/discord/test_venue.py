"""What events write in a server is there once, whoever was killed between a message and its record."""

from datetime import UTC, datetime, timedelta

import pytest

from limner.bots.discord.messages.outgoing import Outgoing
from limner.bots.discord.messages.venue import Venue
from limner.tests.fakes.discord import Channel, DiscordServer
from limner.tests.fakes.discord.caller import discord_server
from limner.tests.fakes.discord_client import Start, start_client

__all__ = ["discord_server", "start_client"]

POST = Outgoing("Ann, style Oil")


@pytest.fixture
def general(discord_server: DiscordServer) -> Channel:
    """Give a channel."""
    guild = discord_server.guild("Studio", [discord_server.person("ann")])
    return discord_server.channel(guild, "general")


async def test_what_a_killed_process_has_written_is_found(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """The next process writes the same thing, and gets the message that stands there; another thing is another one."""
    before = await Venue(await start_client()).post(general.id, POST, "show 1")
    venue = Venue(await start_client())
    assert await venue.post(general.id, POST, "show 1") == before
    assert await venue.post(general.id, POST, "show 2") != before
    assert len(discord_server.messages(general)) == 2


async def test_what_was_taken_away_is_written_again(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """Whoever takes a portrait back and shows it again within minutes sees it there again."""
    venue = Venue(await start_client())
    before = await venue.post(general.id, POST, "show 1")
    await venue.delete(*map(int, before.split()))
    after = await venue.post(general.id, POST, "show 1")
    assert [f"{general.id} {seen.message_id}" for seen in discord_server.messages(general)] == [after]


async def test_where_nothing_may_be_read_it_is_written_all_the_same(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """Without Read Message History the message is there once."""
    assert general.guild is not None
    discord_server.forbid_bot(general.guild, "READ_MESSAGE_HISTORY")
    await Venue(await start_client()).post(general.id, POST, "announcement")
    assert len(discord_server.messages(general)) == 1


async def test_an_event_is_in_the_servers_list_once(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """The entry of a process that was killed before it could note it is found; another event has one of its own."""
    assert general.guild is not None
    venue, begins = Venue(await start_client()), datetime.now(UTC) + timedelta(minutes=1)
    ids = [
        await venue.schedule(general.guild.id, general.id, "Party", "Paint", (begins, begins + timedelta(hours=hours)))
        for hours in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]
    assert list(general.guild.events) == [ids[0], ids[2]]
