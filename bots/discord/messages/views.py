"""Buttons, menus and forms as discord.py has them. They hold no state: what a press is about comes back with it.

Items are dynamic, so that a press of any of our messages is heard, by whatever process wrote it. Views and forms are
stopped before they are sent: the library would keep each of them for a process that may be gone by then.
"""

from typing import Any, Self

import discord
from discord import ui

from limner.bots.discord.limits import LABEL, TEXT
from limner.bots.discord.messages.buttons import AGREE, GALLERY, OUR_BUTTONS, OUR_MENUS, PHOTOS
from limner.bots.discord.messages.outgoing import Button, Controls, Menu

__all__ = ["Press", "Selection", "form", "view"]

LOOKS = {
    "plain": discord.ButtonStyle.secondary,
    "strong": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}


class Press(ui.DynamicItem[ui.Button[Any]], template=OUR_BUTTONS):
    """Any button of ours, in any message."""

    @classmethod
    async def from_custom_id(cls, _by: discord.Interaction[Any], item: ui.Item[Any], _match: object, /) -> Self:
        """Take up a button from a message that was pressed."""
        assert isinstance(item, ui.Button)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press on."""
        await interaction.client.take(interaction)


class Selection(ui.DynamicItem[ui.Select[Any]], template=OUR_MENUS):
    """Any menu of ours, in any message."""

    @classmethod
    async def from_custom_id(cls, _by: discord.Interaction[Any], item: ui.Item[Any], _match: object, /) -> Self:
        """Take up a menu from a message that was used."""
        assert isinstance(item, ui.Select)
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the choice on."""
        await interaction.client.take(interaction)


def view(controls: Controls) -> ui.View | None:
    """Make the view of a message; None where there is nothing to press. Needs a running loop."""
    if not controls:
        return None
    made = ui.View(timeout=None)
    for at, row in enumerate(controls):
        for button in row.buttons:
            made.add_item(Press(_button(button), row=at))
        if row.menu is not None:
            made.add_item(Selection(_menu(row.menu), row=at))
    made.stop()
    return made


def form(
    title: str,
    address: str,
    photos: tuple[str, str],
    least: int,
    most: int,
    terms: str,
    agree: tuple[str, str],
    *,
    gallery: tuple[str, str] | None = None,
) -> ui.Modal:
    """Make the form that takes photos and consent; labels come with the words below or beside them.

    With `gallery` it also asks whether a portrait may be shown, which nobody has to tick.
    """
    made = ui.Modal(title=title[:LABEL], custom_id=address)
    upload = ui.FileUpload[Any](custom_id=PHOTOS, min_values=least, max_values=most, required=True)
    made.add_item(ui.Label(text=photos[0][:LABEL], description=photos[1][:100], component=upload))
    made.add_item(ui.TextDisplay(terms[:TEXT]))
    made.add_item(_box(AGREE, agree, least=1))
    if gallery is not None:
        made.add_item(_box(GALLERY, gallery, least=0))
    made.stop()
    return made


def _box(name: str, words: tuple[str, str], least: int) -> ui.Label[Any]:
    box = ui.CheckboxGroup[Any](custom_id=name, required=least > 0, min_values=least, max_values=1)
    box.add_option(label=words[1][:100], value=name)
    return ui.Label(text=words[0][:LABEL], component=box)


def _button(button: Button) -> ui.Button[Any]:
    return ui.Button(label=button.words[:80], custom_id=button.address, style=LOOKS[button.looks])


def _menu(menu: Menu) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=one.words[:100], value=one.value, description=one.about[:100] or None)
        for one in menu.choices
    ]
    return ui.Select(custom_id=menu.address, placeholder=menu.words[:150], options=options)
