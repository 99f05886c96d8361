"""discord.py, which limner speaks through, understands the Discord of the tests: commands and answers."""

import discord
from discord import app_commands

from limner.tests.fakes.discord import DiscordServer, Upload
from limner.tests.fakes.discord_client import Start

PHOTO = Upload("ann.png", b"\x89PNG no picture")


async def test_a_client_logs_in_and_hears_of_its_guilds(discord_server: DiscordServer, start_client: Start) -> None:
    """After READY the client knows itself, its guild, and what it may do there."""
    ann = discord_server.person("ann")
    guild = discord_server.guild("Studio", [ann])
    client = await start_client()
    assert client.user is not None
    assert client.user.id == discord_server.application_id
    known = client.get_guild(guild.id)
    assert known is not None
    [channel] = known.text_channels
    assert channel.permissions_for(known.me).attach_files
    assert not channel.permissions_for(known.me).manage_messages


async def test_a_slash_command_with_files(discord_server: DiscordServer, start_client: Start) -> None:
    """A command is synced, used with a file and a choice, put off, edited with a file, and followed up in private."""
    ann = discord_server.person("ann")
    general = discord_server.channel(discord_server.guild("Studio", [ann]), "general")
    client = await start_client()

    @client.tree.command(description="Paint")
    @app_commands.choices(style=[app_commands.Choice(name="Oil", value="oil")])
    async def portrait(interaction: discord.Interaction, photo: discord.Attachment, style: str = "ink") -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(
            content=style, attachments=[discord.File(fp=__file__, filename="a.txt"), await photo.to_file()]
        )
        await interaction.followup.send("only you", ephemeral=True)

    [synced] = await client.tree.sync()
    assert synced.name == "portrait"
    asked = await ann.invoke("portrait", {"photo": PHOTO, "style": "oil"}, at=general)
    seen = await asked.message("oil")
    assert [file.name for file in seen.files] == ["a.txt", "ann.png"]
    assert seen.files[1].data == PHOTO.data
    private = await asked.message("only you")
    assert private.ephemeral
    assert [seen.text for seen in discord_server.messages(general)] == ["oil"]
    assert [seen.text for seen in ann.messages(general)] == ["oil", "only you"]
