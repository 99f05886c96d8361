"""Interactions of discord.py into what we use of them. Decides nothing; what it does not know is None."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from limner.bots.discord.limits import WAY_S
from limner.bots.discord.messages.buttons import AGREE, GALLERY, PHOTOS, read
from limner.bots.discord.messages.outgoing import Way
from limner.bots.discord.updates.incoming import Attachment, Incoming, Person

__all__ = ["lacking", "translate"]

NEEDED = ("view_channel", "send_messages", "attach_files")
NEEDED_IN_THREADS = ("view_channel", "send_messages_in_threads", "attach_files")
"""What the bot must be allowed in a channel to show portraits there."""

SUBCOMMANDS = {discord.AppCommandOptionType.subcommand.value, discord.AppCommandOptionType.subcommand_group.value}

Raw = Mapping[str, Any]


def translate(interaction: discord.Interaction[Any]) -> Incoming | None:
    """Return what an interaction says; None for what nobody waits for an answer to."""
    data: Raw = interaction.data or {}
    common = _common(interaction)
    match interaction.type:
        case discord.InteractionType.application_command:
            name, given = _command(data)
            options = {one["name"]: one["value"] for one in given if "value" in one}
            template = next(iter(_files(data, [options.pop("template", "")])), None)
            said = {name: value for name, value in options.items() if not name.startswith("selfie")}
            ids = [str(options[name]) for name in sorted(options, key=_number) if name not in said]
            files = _files(data, ids)
            return Incoming(kind="command", name=name, options=said, files=files, template=template, **common)
        case discord.InteractionType.component:
            pressed = read(data["custom_id"])
            return Incoming(
                kind="press",
                name=pressed.name,
                argument=pressed.argument,
                owner=pressed.owner,
                values=tuple(data.get("values", ())),
                **common,
            )
        case discord.InteractionType.modal_submit:
            form, fields = read(data["custom_id"]), {one["custom_id"]: one for one in _fields(data["components"])}
            files = _files(data, fields.get(PHOTOS, {}).get("values") or ())
            ticked = tuple(value for box in (AGREE, GALLERY) for value in fields.get(box, {}).get("values") or ())
            return Incoming(
                kind="form",
                name=form.name,
                argument=form.argument,
                owner=form.owner,
                values=ticked,
                files=files,
                **common,
            )
        case _:
            return None


def _common(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    user, server_id = interaction.user, interaction.guild_id
    # In the bot's own direct messages there is nobody else, and what is not quiet stays.
    home = server_id is None and not interaction.context.private_channel
    until = interaction.created_at.timestamp() + WAY_S
    allowed = interaction.app_permissions
    return {
        "id": interaction.id,
        "person": Person(user.id, interaction.locale.value, user.display_name),
        "way": Way(interaction.token, until, interaction.filesize_limit, quiet=not home),
        "server_id": server_id,
        "channel_id": interaction.channel_id,
        "message_id": interaction.message.id if interaction.message else None,
        "installed": server_id is not None and interaction.client.get_guild(server_id) is not None,
        "roles": tuple(role.id for role in getattr(user, "roles", ())),
        "lacks": () if server_id is None else lacking(allowed, interaction.channel),
        "manager": interaction.permissions.manage_guild,
        "host": interaction.permissions.manage_events or interaction.permissions.manage_guild,
    }


def lacking(allowed: discord.Permissions, channel: object) -> tuple[str, ...]:
    """Name what is not allowed of what showing portraits in a channel takes."""
    needed = NEEDED_IN_THREADS if isinstance(channel, discord.Thread) else NEEDED
    return tuple(name for name in needed if not getattr(allowed, name))


def _command(data: Raw) -> tuple[str, Any]:
    """Return a command's whole name, and the options of its last part."""
    name, given = str(data["name"]), data.get("options", ())
    while given and given[0]["type"] in SUBCOMMANDS:
        name, given = f"{name} {given[0]['name']}", given[0].get("options", ())
    return name, given


def _files(data: Raw, ids: Any) -> tuple[Attachment, ...]:
    resolved = data.get("resolved", {}).get("attachments", {})
    found = (resolved[str(one)] for one in ids if str(one) in resolved)
    return tuple(Attachment(int(one["id"]), str(one["filename"])[:120], one["size"], one["url"]) for one in found)


def _fields(components: Any) -> Iterator[Raw]:
    for component in components:
        if "custom_id" in component:
            yield component
        elif inner := component.get("component"):
            yield inner


def _number(name: str) -> int:
    digits = name.removeprefix("selfie")
    return int(digits) if digits.isdecimal() else 0
