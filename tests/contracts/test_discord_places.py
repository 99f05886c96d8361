"""discord.py in the channels of the Discord of the tests: messages, direct messages, threads, events, members."""

import io
from datetime import UTC, datetime, timedelta

import discord
import pytest

from limner.tests.fakes.discord import Channel, DiscordServer, Guild, Person, Upload
from limner.tests.fakes.discord_client import Client, Start

PHOTO = Upload("ann.png", b"\x89PNG no picture")
POST = "POST /channels/{channel_id}/messages"


@pytest.fixture
def ann(discord_server: DiscordServer) -> Person:
    """Have a person."""
    return discord_server.person("ann")


@pytest.fixture
def guild(discord_server: DiscordServer, ann: Person) -> Guild:
    """Have a guild with that person in it."""
    return discord_server.guild("Studio", [ann])


@pytest.fixture
def general(discord_server: DiscordServer, guild: Guild) -> Channel:
    """Give the guild's channel."""
    return discord_server.channel(guild, "general")


def known(client: Client, channel: Channel) -> discord.TextChannel:
    """Find a channel as the client knows it."""
    found = client.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


def picture(name: str = "a.png") -> discord.File:
    """Give a file to send."""
    return discord.File(io.BytesIO(PHOTO.data), name)


async def test_messages_come_change_and_go(
    discord_server: DiscordServer, start_client: Start, general: Channel, ann: Person
) -> None:
    """A message with files is sent, read, edited, pinned, answered and deleted; the person sees every step."""
    client = await start_client()
    sent = await known(client, general).send("One", files=[picture(), picture("b.png")])
    assert (await known(client, general).fetch_message(sent.id)).content == "One"
    assert [file.name for file in ann.messages(general)[0].files] == ["a.png", "b.png"]
    edited = await sent.edit(content="Two", attachments=[sent.attachments[1], picture("c.png")])
    assert [file.filename for file in edited.attachments] == ["b.png", "c.png"]
    await sent.pin()
    reply = await sent.reply("Three")
    seen = ann.messages(general)
    assert [(each.text, each.edited, each.reply_to) for each in seen] == [
        ("Two", True, None),
        ("Three", False, sent.id),
    ]
    assert [message.content async for message in known(client, general).history()] == ["Three", "Two"]
    await sent.delete()
    assert [each.text for each in discord_server.messages(general)] == ["Three"]
    with pytest.raises(discord.NotFound, match="Unknown Message"):
        await reply.channel.fetch_message(sent.id)


async def test_the_same_nonce_is_the_same_message(start_client: Start, general: Channel, ann: Person) -> None:
    """What is sent twice with one nonce is there once, for some minutes."""
    client = await start_client()
    first = await known(client, general).send("One", nonce="portrait-1")
    assert (await known(client, general).send("One", nonce="portrait-1")).id == first.id
    await known(client, general).send("One", nonce="portrait-2")
    assert len(ann.messages(general)) == 2


async def test_direct_messages(
    discord_server: DiscordServer, start_client: Start, ann: Person, general: Channel
) -> None:
    """Files of a direct message are read byte for byte; those of a guild's message are not shown to the bot."""
    client = await start_client()
    await ann.write("Hello", [PHOTO])
    message = await client.hears("message")
    assert (message.content, message.guild) == ("Hello", None)
    assert await message.attachments[0].read() == PHOTO.data
    await message.channel.send("Hi", file=picture())
    assert [(seen.text, seen.from_bot) for seen in ann.messages()] == [("Hello", False), ("Hi", True)]
    await client.hears("message")
    await ann.write("Hello", [PHOTO], at=general)
    message = await client.hears("message")
    assert (message.content, message.attachments, message.guild.name) == ("", [], "Studio")


async def test_who_takes_no_direct_messages(discord_server: DiscordServer, start_client: Start, guild: Guild) -> None:
    """Somebody who takes none, or who shares no guild any more, cannot be written to."""
    eve = discord_server.person("eve", takes_dms=False)
    bob = discord_server.person("bob")
    for person in (eve, bob):
        discord_server.join(guild, person)
    client = await start_client()
    user = await client.fetch_user(bob.id)
    await user.send("Hi")
    discord_server.leave(guild, bob)
    for refused in (user, await client.fetch_user(eve.id)):
        with pytest.raises(discord.Forbidden, match="Cannot send messages to this user") as error:
            await refused.send("Hi")
        assert error.value.code == 50007


async def test_what_moderators_and_persons_do_without_the_bot(
    discord_server: DiscordServer, start_client: Start, general: Channel, ann: Person
) -> None:
    """The client hears of a message that was taken away and a thread that was archived, and of no block."""
    client = await start_client()
    sent = await known(client, general).send("One")
    await client.hears("message")
    discord_server.delete_message(general, sent.id)
    assert (await client.hears("message_delete")).id == sent.id
    with pytest.raises(discord.NotFound, match="Unknown Message"):
        await sent.edit(content="Two")
    thread = discord_server.thread(general, "Talk", ann)
    assert (await client.hears("thread_create")).owner_id == ann.id
    discord_server.archive(thread, locked=True)
    assert (await client.hears("thread_update")).id == thread.id
    user = await client.fetch_user(ann.id)
    ann.block()
    with pytest.raises(discord.Forbidden, match="Cannot send messages"):
        await user.send("Hi")
    ann.unblock()
    await user.send("Hi")


async def test_threads(discord_server: DiscordServer, start_client: Start, general: Channel, ann: Person) -> None:
    """A thread is started below a message or alone, written in, archived and locked."""
    client = await start_client()
    announced = await known(client, general).send("Event")
    gallery = await announced.create_thread(name="Gallery", auto_archive_duration=1440)
    await gallery.send("Portrait", file=picture())
    await gallery.edit(archived=True, locked=True)
    with pytest.raises(discord.HTTPException, match="Thread is archived") as error:
        await gallery.send("More")
    assert error.value.code == 50083
    alone = await known(client, general).create_thread(name="Talk", type=discord.ChannelType.public_thread)
    await alone.add_user(discord.Object(ann.id))
    await ann.write("Hi", at=discord_server.world.channels[alone.id])
    assert [(thread.name, thread.archived) for thread in discord_server.threads(general)] == [
        ("Gallery", True),
        ("Talk", False),
    ]
    assert gallery.id == announced.id
    await alone.delete()
    assert len(discord_server.threads(general)) == 1


async def test_a_scheduled_event(discord_server: DiscordServer, start_client: Start, guild: Guild) -> None:
    """An event is announced, begun, ended and taken away."""
    client = await start_client()
    place = client.get_guild(guild.id)
    assert place is not None
    begins = datetime.now(UTC) + timedelta(hours=1)
    event = await place.create_scheduled_event(
        name="Portraits",
        start_time=begins,
        end_time=begins + timedelta(hours=2),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="#general",
        description="Everybody gets one.",
    )
    assert (await client.hears("scheduled_event_create")).id == event.id
    event = await (await event.start()).end()
    assert [known["status"] for known in guild.events.values()] == [3]
    with pytest.raises(discord.HTTPException, match="finished"):
        await event.edit(name="Late")
    await event.delete()
    assert guild.events == {}


async def test_members(discord_server: DiscordServer, start_client: Start, guild: Guild, ann: Person) -> None:
    """A member is fetched; one who has left is unknown."""
    client = await start_client()
    place = client.get_guild(guild.id)
    assert place is not None
    assert (await place.fetch_member(ann.id)).name == "ann"
    channel = await client.fetch_channel(place.text_channels[0].id)
    assert isinstance(channel, discord.TextChannel)
    assert channel.name == "general"
    discord_server.leave(guild, ann)
    with pytest.raises(discord.NotFound, match="Unknown Member"):
        await place.fetch_member(ann.id)


async def test_what_the_bot_may_not_do(discord_server: DiscordServer, start_client: Start, general: Channel) -> None:
    """A channel that it may not write in or does not see, and one that is gone, have their own refusals."""
    client = await start_client()
    channel = known(client, general)
    discord_server.deny(general, "ATTACH_FILES")
    await channel.send("Hi")
    with pytest.raises(discord.Forbidden) as error:
        await channel.send("Hi", file=picture())
    assert error.value.code == 50013
    discord_server.deny(general, "VIEW_CHANNEL")
    with pytest.raises(discord.Forbidden) as error:
        await channel.send("Hi")
    assert error.value.code == 50001
    discord_server.delete_channel(general)
    with pytest.raises(discord.NotFound) as unknown:
        await channel.send("Hi")
    assert unknown.value.code == 10003
