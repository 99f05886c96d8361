"""discord.py, which limner speaks through, understands the Discord of the tests: commands and answers."""

import asyncio
import io

import discord
import pytest
from discord import app_commands

from limner.tests.fakes.discord import Asked, Call, Channel, DiscordServer, Person, Upload
from limner.tests.fakes.discord_client import Start

PHOTO = Upload("ann.png", b"\x89PNG no picture")


def picture(name: str = "a.png") -> discord.File:
    """Give a file to send."""
    return discord.File(io.BytesIO(PHOTO.data), name)


@pytest.fixture
def ann(discord_server: DiscordServer) -> Person:
    """Have a person."""
    return discord_server.person("ann", locale="de")


@pytest.fixture
def general(discord_server: DiscordServer, ann: Person) -> Channel:
    """Have a guild with that person and another in it, and give its channel."""
    return discord_server.channel(discord_server.guild("Studio", [ann, discord_server.person("bob")]), "general")


async def test_a_client_logs_in_and_hears_of_its_guilds(
    discord_server: DiscordServer, start_client: Start, general: Channel
) -> None:
    """After READY the client knows itself, its guild, and what it may do there."""
    client = await start_client()
    assert client.user is not None
    assert client.user.id == client.application_id == discord_server.application_id
    [guild] = client.guilds
    [channel] = guild.text_channels
    assert channel.id == general.id
    assert channel.permissions_for(guild.me).attach_files
    assert not channel.permissions_for(guild.me).manage_messages


async def test_a_slash_command_with_files(
    discord_server: DiscordServer, start_client: Start, ann: Person, general: Channel
) -> None:
    """A command is synced, used with a file and a choice, put off, edited with files, and followed up in private."""
    client = await start_client()

    @client.tree.command(description="Paint")
    @app_commands.choices(style=[app_commands.Choice(name="Oil", value="oil")])
    async def portrait(interaction: discord.Interaction, photo: discord.Attachment, style: str = "ink") -> None:
        await interaction.response.defer()
        again = await photo.to_file(filename="again.png")
        await interaction.edit_original_response(content=style, attachments=[again, await photo.to_file()])
        await interaction.followup.send("only you", ephemeral=True)

    [synced] = await client.tree.sync()
    assert (synced.name, ann.commands(general)) == ("portrait", ["portrait"])
    asked = await ann.invoke("portrait", {"photo": PHOTO, "style": "oil"}, at=general)
    seen = await asked.message("oil")
    assert seen.files == (Upload("again.png", PHOTO.data), PHOTO)
    private = await asked.message("only you")
    assert private.ephemeral
    assert [seen.text for seen in discord_server.messages(general)] == ["oil"]
    assert [seen.text for seen in ann.messages(general)] == ["oil", "only you"]
    assert [seen.text for seen in discord_server.person("bob").messages(general)] == ["oil"]


async def test_subcommands_and_autocompletion(start_client: Start, ann: Person, general: Channel) -> None:
    """A subcommand is found by its path, and what the bot offers while typing arrives."""
    client = await start_client()
    styles = app_commands.Group(name="styles", description="Styles")

    @styles.command(name="show", description="Show a style")
    async def show(interaction: discord.Interaction, style: str, sitter: discord.Member) -> None:
        await interaction.response.send_message(f"{style} for {sitter.display_name}")

    @show.autocomplete("style")
    async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name.capitalize(), value=name) for name in ("oil", "ink") if typed in name]

    client.tree.add_command(styles)
    await client.tree.sync()
    assert await ann.autocomplete("styles show", "style", "o", at=general) == [{"name": "Oil", "value": "oil"}]
    asked = await ann.invoke("styles show", {"style": "oil", "sitter": ann.user}, at=general)
    assert (await asked.message()).text == "oil for Ann"


async def test_the_first_followup_fills_a_deferred_private_answer(
    start_client: Start, ann: Person, general: Channel
) -> None:
    """What was put off in private stays private, whatever the followup says; the next followup is one of its own."""
    client = await start_client()

    @client.tree.command(description="Begin")
    async def go(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        assert (await interaction.original_response()).flags.loading
        await interaction.followup.send("One", file=picture())
        await interaction.followup.send("Two")

    await client.tree.sync()
    asked = await ann.invoke("go", at=general)
    assert not (await asked.message("Two")).ephemeral
    assert asked.original is not None
    assert (asked.original.text, asked.original.ephemeral, len(asked.original.files)) == ("One", True, 1)
    assert len(asked.followups) == 1


def discord_calls(asked: Asked) -> list[Call]:
    """List the calls with an interaction's token."""
    return [call for call in asked.world.calls if call.ids.get("interaction_token") == asked.interaction.token]


async def test_a_command_in_direct_messages(discord_server: DiscordServer, start_client: Start) -> None:
    """Who has installed the app uses it in direct messages and in a guild where the bot is not; only by the token."""
    eve = discord_server.person("eve", installed=True)
    guild = discord_server.guild("Elsewhere", [eve], installed=False)
    away = discord_server.channel(guild, "general")
    client = await start_client()

    @client.tree.command(description="Begin")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def go(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Here", ephemeral=interaction.guild_id is not None)

    await client.tree.sync()
    assert not client.guilds
    assert not (await (await eve.invoke("go")).message()).ephemeral
    assert (await (await eve.invoke("go", at=away)).message()).ephemeral
    with pytest.raises(discord.Forbidden, match="Missing Access"):
        await client.fetch_channel(away.id)


async def test_answers_that_come_too_late(discord_server: DiscordServer, start_client: Start, general: Channel) -> None:
    """After three seconds the interaction is unknown to discord.py, after fifteen minutes its token is invalid."""
    ann = discord_server.person("ann")
    client = await start_client()
    codes: asyncio.Queue[int] = asyncio.Queue()

    @client.tree.command(description="Begin")
    async def slow(interaction: discord.Interaction) -> None:
        discord_server.turn_clock(4)
        with pytest.raises(discord.NotFound) as refused:
            await interaction.response.defer()
        codes.put_nowait(refused.value.code)

    @client.tree.command(description="Begin")
    async def long(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        discord_server.turn_clock(15 * 60 + 1)
        with pytest.raises(discord.HTTPException) as refused:
            await interaction.edit_original_response(content="Done")
        codes.put_nowait(refused.value.code)

    await client.tree.sync()
    await ann.invoke("slow", at=general)
    assert await codes.get() == 10062
    await ann.invoke("long", at=general)
    assert await codes.get() == 50027


async def test_discord_py_waits_where_followups_are_too_many(
    discord_server: DiscordServer, start_client: Start, ann: Person, general: Channel
) -> None:
    """A followup that is refused with a time to wait is sent again, with its file."""
    client = await start_client()

    @client.tree.command(description="Begin")
    async def go(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("One")
        await interaction.followup.send("Two", file=picture())

    await client.tree.sync()
    await discord_server.offers("go")
    discord_server.fail_next("POST /webhooks/{application_id}/{interaction_token}", retry_after=0.05)
    asked = await ann.invoke("go", at=general)
    assert (await asked.message("Two")).files[0].data == PHOTO.data
    assert [call.status for call in discord_calls(asked)] == [200, 429, 200]
