"""/event as Discord lists it: four parts, their options, and completion of styles and times. `hosting` answers."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from limner.bots.discord.slash import INSTALLED, OPTIONS, SERVERS, completions, localised
from limner.bots.hosting import lasting

__all__ = ["EVENT_LISTED", "EVENT_OPTIONS", "add_event_commands", "times"]

EVENT = ("discord-command-event", "discord-about-event")
EVENT_LISTED = {
    "create": ("discord-event-command-create", "discord-event-about-create"),
    "status": ("discord-event-command-status", "discord-event-about-status"),
    "end": ("discord-event-command-end", "discord-event-about-end"),
    "cancel": ("discord-event-command-cancel", "discord-event-about-cancel"),
}
EVENT_OPTIONS = {
    "duration": ("discord-option-duration", "discord-about-duration"),
    "members": ("discord-option-members", "discord-about-members"),
    "gallery": ("discord-option-gallery", "discord-about-gallery"),
    "payer": ("discord-option-payer", "discord-about-payer"),
}
PAYERS = {"host": "discord-payer-host", "server": "discord-payer-server"}
TIMES = ("10m", "30m", "1h", "3h", "6h", "12h", "1d", "2d", "3d", "7d", "14d")

Interaction = discord.Interaction[Any]


def add_event_commands(tree: app_commands.CommandTree[Any]) -> None:
    """Give a tree /event, for those who may manage events."""
    group = app_commands.Group(
        name=localised(EVENT[0]),
        description=localised(EVENT[1]),
        default_permissions=discord.Permissions(manage_events=True),
        allowed_contexts=SERVERS,
        allowed_installs=INSTALLED,
    )
    group.add_command(_create())
    for name in ("status", "end", "cancel"):
        group.add_command(_plain(name))
    tree.add_command(group)


def times(typed: str) -> list[app_commands.Choice[str]]:
    """List times that begin as what was typed so far, and that itself where it is a time."""
    typed = typed.strip().lower()
    found = [one for one in TIMES if one.startswith(typed)]
    if typed and typed not in found and lasting(typed) is not None:
        found.insert(0, typed)
    return [app_commands.Choice(name=one, value=one) for one in found]


def _plain(name: str) -> app_commands.Command[Any, ..., None]:
    async def run(interaction: Interaction) -> None:
        await interaction.client.take(interaction)

    text, about = EVENT_LISTED[name]
    return app_commands.Command(name=localised(text), description=localised(about), callback=run)


def _create() -> app_commands.Command[Any, ..., None]:
    async def run(
        interaction: Interaction,
        style: str,
        duration: str | None = None,
        members: Range[int, 2, 200] | None = None,
        gallery: bool | None = None,  # noqa: FBT001 - an option, as Discord wants it
        payer: str | None = None,
    ) -> None:
        await interaction.client.take(interaction)

    async def styles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return completions(interaction.client.words(interaction.locale.value), typed)

    async def durations(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return times(typed)

    options: Mapping[str, tuple[str, str]] = {"style": OPTIONS["style"], **EVENT_OPTIONS}
    payers = [app_commands.Choice(name=localised(text), value=name) for name, text in PAYERS.items()]
    described = app_commands.describe(**{name: localised(about) for name, (_, about) in options.items()})(run)
    renamed = app_commands.rename(**{name: localised(text) for name, (text, _) in options.items()})
    text, about = EVENT_LISTED["create"]
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=localised(text),
        description=localised(about),
        callback=renamed(app_commands.choices(payer=payers)(described)),
    )
    command.autocomplete("style")(styles)
    command.autocomplete("duration")(durations)
    return command
