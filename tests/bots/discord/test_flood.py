"""A flood of commands in a server: it is told of once, and touches nobody else."""

from dataclasses import replace
from typing import Any

from limner.tests.bots.discord.conftest import Stage
from limner.tests.bots.discord.hall import Hall, hall

__all__ = ["hall"]

TOLD = "more commands than I can take here"


def narrow(stage: Stage, commands: int) -> None:
    """Let so many commands come in an hour."""
    tools = stage.conversation.tools
    stage.conversation.tools = replace(tools, limits=replace(tools.limits, commands_an_hour=commands))


async def test_a_flood_in_a_server_stays_in_it(stage: Stage) -> None:
    """Above the hour's commands one sentence comes for all and nothing else; other servers and messages go on."""
    narrow(stage, 2)
    heard = stage.heard()
    for person in (stage.ann, stage.bob):
        assert (await person.slash(stage.channel, "quota")).response is not None
    for name in ("quota", "status", "styles"):
        await stage.ann.slash(stage.channel, name)
    await stage.bob.slash(stage.channel, "portrait", style="oil")
    told = [one.content for one in stage.channel.history() if TOLD in one.content and not one.flags.ephemeral]
    assert len(told) == 1
    assert [one.response.is_done() for one in heard] == [True, True, True, False, False, False]
    other = stage.env.create_guild()
    channel = other.create_text_channel("elsewhere")
    guest: Any = other.add_member(stage.env.create_user("guest"))
    assert TOLD not in (await guest.slash(channel, "quota")).response.content
    assert TOLD not in (await stage.ann.user.slash("quota")).response.content


async def test_taking_part_counts_for_no_server(hall: Hall) -> None:
    """More people join an event by its button than commands may come in an hour."""
    narrow(hall.stage, 1)
    await hall.opened()
    people = [hall.stage.guild.add_member(hall.stage.env.create_user(f"guest {n}")) for n in range(3)]
    for n, person in enumerate(people):
        await hall.joined(person, first=100 + 10 * n)
    assert (await hall.stage.storage.events.counts((await hall.event()).id)).members == 3
    await hall.cat.slash(hall.stage.channel, "event status")
    assert [one.content for one in hall.messages() if TOLD in one.content]
