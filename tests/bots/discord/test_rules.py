"""What a server's administrators choose, and what comes of it."""

from typing import Any

import discord

from limner.storage import Server
from limner.tests.bots.discord.conftest import Stage


async def admin(stage: Stage) -> Any:
    """Give a member who may manage the server."""
    role = stage.guild.create_role("boss", permissions=discord.Permissions(manage_guild=True))
    return stage.guild.add_member(stage.env.create_user("cat"), roles=[role])


async def chosen(stage: Stage) -> Server:
    """Give what is written down."""
    return await stage.storage.servers.get("discord", str(stage.guild.id))


async def test_settings_are_changed_one_by_one_and_told(stage: Stage) -> None:
    """Each option changes one thing; without options all of it is told; reset begins anew."""
    cat = await admin(stage)
    role = stage.guild.create_role("painted")
    asked = await cat.slash(stage.channel, "settings", channel=stage.channel, role=role)
    assert asked.response.ephemeral
    assert f"Where: in <#{stage.channel.id}>" in asked.response.content
    await cat.slash(stage.channel, "settings", public=True, language="de")
    told = (await cat.slash(stage.channel, "settings")).response.content
    assert f"For whom: <@&{role.id}>" in told
    assert "Portraits: shown to everybody in the channel" in told
    assert "Language in the channel: Deutsch" in told
    assert await chosen(stage) == Server(
        "discord", str(stage.guild.id), str(stage.channel.id), str(role.id), public=True, language="de"
    )
    await cat.slash(stage.channel, "settings", role=stage.guild.default_role)
    assert (await chosen(stage)).role_id is None
    await cat.slash(stage.channel, "settings", reset=True)
    assert await chosen(stage) == Server("discord", str(stage.guild.id))


async def test_others_do_not_change_settings(stage: Stage) -> None:
    """Discord hides the command from them, which an administrator can undo; the bot looks again."""
    (command,) = [one for one in stage.env.backend.commands[None].values() if one["name"] == "settings"]
    command["default_member_permissions"] = None
    asked = await stage.bob.slash(stage.channel, "settings", public=True)
    assert "Only those who may manage the server" in asked.response.content
    assert await chosen(stage) == Server("discord", str(stage.guild.id))


async def test_another_channel_is_told_the_right_one(stage: Stage) -> None:
    """Neither form nor request comes from a channel that is not for it; everything else works there."""
    await stage.storage.servers.put(Server("discord", str(stage.guild.id), str(stage.channel.id)))
    other = stage.guild.create_text_channel("talk")
    for person in (stage.bob, stage.ann):
        asked = await person.slash(other, "portrait", style="oil")
        assert asked.modal is None
        assert f"I paint in <#{stage.channel.id}> only" in asked.response.content
        await stage.learned(stage.ann)
    assert (await stage.ann.slash(other, "quota")).response.content
    assert (await stage.bob.slash(stage.channel, "portrait", style="oil")).modal is not None
    assert (await stage.ann.user.slash("portrait", style="oil")).response.content.startswith("Oil, 4 portraits")


async def test_a_role_may_be_needed(stage: Stage) -> None:
    """Who lacks it is told which one; who has it is painted."""
    role = stage.guild.create_role("painted")
    cat = stage.guild.add_member(stage.env.create_user("cat"), roles=[role])
    await stage.storage.servers.put(Server("discord", str(stage.guild.id), role_id=str(role.id)))
    asked = await stage.ann.slash(stage.channel, "portrait", style="oil")
    assert f"I paint for <@&{role.id}> only" in asked.response.content
    assert (await cat.slash(stage.channel, "portrait", style="oil")).modal is not None


async def test_missing_permissions_are_named(stage: Stage) -> None:
    """Where portraits should be for everybody and cannot, the answer names what is missing; they stay private."""
    await stage.public()
    nothing = discord.PermissionOverwrite(attach_files=False, send_messages=False)
    closed = stage.guild.create_text_channel("closed", overwrites={stage.guild.default_role: nothing})
    await stage.learned(stage.ann)
    asked = await stage.ann.slash(closed, "portrait", style="oil")
    assert "I lack permissions in this channel: Send Messages, Attach Files." in asked.response.content
    stage.work()
    await stage.ended(await stage.user(stage.ann))
    assert asked.followups[0].ephemeral
    cat = await admin(stage)
    told = await cat.slash(stage.channel, "settings", channel=closed)
    assert f"In <#{closed.id}> I lack permissions: Send Messages, Attach Files." in told.response.content
