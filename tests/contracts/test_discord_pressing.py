"""discord.py at the Discord of the tests: buttons, selects, modals with files, layouts."""

import io
import re

import discord
import pytest
from discord import ui

from limner.tests.fakes.discord import Channel, DiscordServer, Person, PersonError, Upload
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
