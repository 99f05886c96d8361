"""discord.py, which limner speaks through, understands the Discord of the tests: commands, buttons, modals, answers."""

import asyncio
import io
import re

import discord
import pytest
from discord import app_commands, ui

from limner.tests.fakes.discord import Asked, Call, Channel, DiscordServer, Person, PersonError, Upload
from limner.tests.fakes.discord_client import Client, Start

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


def answering(client: Client, name: str = "go") -> None:
    """Give a client a command that shows a button and a select, and what belongs to them."""

    class Choices(ui.View):
        @ui.button(label="Paint", custom_id="paint")
        async def paint(self, interaction: discord.Interaction, _: ui.Button["Choices"]) -> None:
            await interaction.response.edit_message(content="Painting", view=None)
            await interaction.followup.send("Done", ephemeral=True)

        @ui.select(options=[discord.SelectOption(label="Oil", value="oil"), discord.SelectOption(label="Ink")])
        async def style(self, interaction: discord.Interaction, chosen: ui.Select["Choices"]) -> None:
            await interaction.response.send_message(f"{chosen.values[0]} it is")

    @client.tree.command(name=name, description="Begin")
    async def go(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Hello {interaction.locale}", view=Choices(), ephemeral=True)


class Photos(ui.Modal, title="Your photos"):
    """Asks for photos, consent, a name and a style."""

    files = ui.Label["Photos"](text="Photos", component=ui.FileUpload(min_values=2, max_values=5))
    consent = ui.Label["Photos"](text="I agree", description="To be painted", component=ui.Checkbox())
    name = ui.Label["Photos"](text="Name", component=ui.TextInput(required=False, max_length=20))
    style = ui.Label["Photos"](
        text="Style",
        component=ui.RadioGroup(
            options=[discord.RadioGroupOption(label="Oil", value="oil"), discord.RadioGroupOption(label="Ink")]
        ),
    )
    words: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("We keep nothing.")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Tell what has arrived."""
        uploaded, consent, name, style = (
            self.files.component,
            self.consent.component,
            self.name.component,
            self.style.component,
        )
        assert isinstance(uploaded, ui.FileUpload)
        assert isinstance(consent, ui.Checkbox)
        assert isinstance(name, ui.TextInput)
        assert isinstance(style, ui.RadioGroup)
        sizes = [len(await file.read()) for file in uploaded.values]
        await interaction.response.send_message(f"{sizes} {consent.value} {name.value!r} {style.value}", ephemeral=True)


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


async def test_buttons_and_selects(start_client: Start, ann: Person, general: Channel) -> None:
    """A private answer has a button and a select; the button edits it and writes more, the select answers to all."""
    client = await start_client()
    answering(client)
    await client.tree.sync()
    first = await (await ann.invoke("go", at=general)).message()
    assert (first.text, first.buttons, first.ephemeral) == ("Hello de", ["Paint"], True)
    chosen = await (await ann.choose(["Oil"], at=general)).message()
    assert (chosen.text, chosen.ephemeral, chosen.reply_to) == ("oil it is", False, first.message_id)
    pressed = await ann.press("Paint", at=general)
    assert (await pressed.message("Done")).ephemeral
    assert pressed.original is not None
    assert (pressed.original.message_id, pressed.original.text) == (first.message_id, "Painting")
    assert pressed.original.buttons == []


async def test_a_modal_takes_files_and_consent(start_client: Start, ann: Person, general: Channel) -> None:
    """Files, a checkbox, a text and a radio group arrive; what Discord's own clients refuse never does."""
    client = await start_client()

    @client.tree.command(description="Begin")
    async def join(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Photos())

    await client.tree.sync()
    asked = await ann.invoke("join", at=general)
    assert (await asked.modal())["title"] == "Your photos"
    for refused in ({"Photos": [PHOTO]}, {"Photos": [PHOTO] * 2, "Name": "x" * 21}, {"Style": "none"}, {"Hat": "red"}):
        with pytest.raises(PersonError):
            await ann.submit(asked, {"Photos": [PHOTO] * 2, "Style": "oil"} | refused)
    values = {"Photos": [PHOTO, Upload("b.jpg", b"12")], "I agree": True, "Style": "oil"}
    submitted = await ann.submit(asked, values)
    assert (await submitted.message()).text == f"[{len(PHOTO.data)}, 2] True '' oil"


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


class Card(ui.LayoutView):
    """A text, a picture and a button, in a frame."""

    frame = ui.Container["Card"](
        ui.TextDisplay("Portrait"),
        ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png")),
        ui.Separator(),
        ui.ActionRow(ui.Button(label="Again", custom_id="again")),
    )


async def test_newer_components(start_client: Start, ann: Person, general: Channel) -> None:
    """A layout of texts, pictures and buttons arrives, its picture with an address; it is edited as a layout."""
    client = await start_client()

    @client.tree.command(description="Begin")
    async def go(interaction: discord.Interaction) -> None:
        sent = await interaction.response.send_message(view=Card(), file=picture())
        assert isinstance(sent.resource, discord.InteractionMessage)
        [frame] = sent.resource.components
        assert isinstance(frame, discord.Container)
        assert isinstance(frame.children[1], discord.MediaGalleryComponent)
        assert frame.children[1].items[0].media.url == sent.resource.attachments[0].url
        await sent.resource.edit(view=ui.LayoutView().add_item(ui.TextDisplay("Gone")), attachments=[])

    await client.tree.sync()
    asked = await ann.invoke("go", at=general)
    last = await asked.message("Gone")
    assert (last.buttons, last.files) == ([], ())
    assert [call.status for call in discord_calls(asked)] == [200, 200]


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


class Again(ui.DynamicItem[ui.Button[ui.View]], template=r"again:(?P<number>\d+)"):
    """A button that any process understands from its custom_id alone."""

    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label="Again", custom_id=f"again:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, __: ui.Item[ui.View], match: re.Match[str]) -> "Again":
        """Read the number."""
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Say the number."""
        await interaction.response.send_message(f"Number {self.number}", ephemeral=True)


async def test_a_button_outlives_the_client(start_client: Start, ann: Person, general: Channel) -> None:
    """A button that one client has sent is understood by the next."""
    first = await start_client()
    channel = first.get_channel(general.id)
    assert isinstance(channel, discord.TextChannel)
    view = ui.View(timeout=None)
    view.add_item(Again(7))
    await channel.send("Press", view=view)
    await first.close()
    second = await start_client()
    second.add_dynamic_items(Again)
    assert (await (await ann.press("Again", at=general)).message()).text == "Number 7"


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
