"""A flood of commands in a group: it is told of once, asks Telegram for nothing, and touches nobody else."""

from dataclasses import replace

import pytest

from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.telegram import Person, TelegramServer

GROUP, OTHER = -1001000000001, -1001000000002
TOLD = "more commands than I can take here"


@pytest.fixture
def narrow(line: Line) -> None:
    """Let two commands come in an hour."""
    conversation = line.application.parts.groups._desk.conversation
    tools = conversation.tools
    conversation.tools = replace(tools, limits=replace(tools.limits, commands_an_hour=2))


@pytest.mark.usefixtures("narrow")
async def test_a_flood_in_a_group_stays_in_it(line: Line, ann: Person, server: TelegramServer) -> None:
    """Above the hour's commands one sentence comes and nothing else; another group and private chats go on."""
    there, other = server.group(GROUP).join(ann), server.group(OTHER).join(ann)
    for command in ("/portrait", "/event", *["/event cancel", "/portrait", "see @limner_bot"] * 3):
        await there.send(command)
    await there.wait(TOLD)
    await line.settled()
    said = [seen.text for seen in there.messages if seen.from_bot]
    assert len(said) == 3
    assert len([text for text in said if TOLD in text]) == 1
    assert not [call for call in server.calls if call.method == "getChatAdministrators"]
    await other.send("/portrait")
    await other.wait("Photos are for a private chat")
    for _ in range(3):
        await ann.send("/quota")
    await line.settled()
    assert not [seen for seen in ann.messages if TOLD in seen.text]


@pytest.mark.usefixtures("narrow")
async def test_taking_part_counts_for_no_group(line: Line, server: TelegramServer) -> None:
    """More people follow an event's button than commands may come in an hour, and the group may still ask."""
    ann = server.person(1001)
    group = server.group(GROUP)
    group.make_owner(ann)
    there = group.join(ann)
    await line.storage.quota.grant((await line.user(ann)).id, 100, "gift")
    await there.send("/event oil 3h 20")
    await there.wait("Avatar event!")
    link = there.link("Take part")
    for n in range(4):
        person = server.person(2000 + n)
        await person.follow(link)
        await person.wait(lambda seen: seen.from_bot)
    await there.send("/portrait")
    await there.wait("Photos are for a private chat")
