"""Groups: the way into a private chat and back."""

import pytest

from limner.bots.telegram.messages.outgoing import Place
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.telegram import Person, TelegramServer

GROUP, TOPIC = -1001000000001, 7
PATIENCE_S = 30.0


async def test_portraits_go_from_a_topic_through_a_private_chat_and_back(
    line: Line, ann: Person, server: TelegramServer
) -> None:
    """A command in a topic leads to the private chat; the portraits come to the topic when that is asked for, once."""
    group = server.group(GROUP, topics={TOPIC: "Portraits"})
    there = group.join(ann, TOPIC)
    await there.send("/portrait")
    invited = await there.wait("Photos are for a private chat")
    assert invited.thread_id == TOPIC
    await line.with_photos(ann)
    await ann.follow(there.link("Begin in private"))
    await ann.wait("Welcome back")
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.wait("What shall come next?", PATIENCE_S)
    assert not [seen for seen in group.messages if seen.photo]
    await ann.press("Show in the group")
    await ann.wait("in the group now", PATIENCE_S)
    shown = [seen for seen in group.messages if seen.photo]
    assert [seen.thread_id for seen in shown] == [TOPIC] * 4
    assert shown[0].text == "Ann, style Pencil"
    await ann.press("Show in the group")
    await ann.wait("not here (any more)")
    assert len([seen for seen in group.messages if seen.photo]) == 4


async def test_a_mention_is_answered_and_other_talk_is_not(line: Line, ann: Person, server: TelegramServer) -> None:
    """A group's own conversation is none of ours, and neither are its photos or other bots' commands."""
    there = server.group(GROUP, privacy=False).join(ann)
    await there.send("hello everybody")
    await there.send("/portrait@other_bot")
    await there.send("see @limner_bot")
    await there.wait("Photos are for a private chat")
    await line.settled()
    assert len([seen for seen in there.messages if seen.from_bot]) == 1


async def test_a_link_that_was_not_made_here_leads_to_no_group(line: Line, ann: Person) -> None:
    """Nobody can have portraits sent to a group that did not ask for a link."""
    user = await line.agreed(ann)
    await ann.start(f"g_{GROUP}_{TOPIC}_0123456789")
    await ann.wait("Welcome back")
    assert await line.storage.users.recall(user.id, "group") is None


@pytest.mark.parametrize("place", [Place(GROUP, TOPIC), Place(-1), Place(-(10**15), 10**9)])
def test_a_link_fits_and_comes_back(line: Line, place: Place) -> None:
    """The payload keeps to 64 characters of those that Telegram allows."""
    groups = line.application.parts.groups
    payload = groups.payload(place)
    assert len(payload) <= 64
    assert payload.replace("_", "").replace("-", "").isalnum()
    assert groups.place(payload) == place


async def test_a_group_that_has_moved_is_found(line: Line, ann: Person, server: TelegramServer) -> None:
    """What is sent to the old id goes to the new one."""
    group = server.group(-555)
    await group.join(ann).send("/portrait")
    await group.join(ann).wait("Photos are for a private chat")
    await line.with_photos(ann)
    await ann.follow(group.join(ann).link("Begin in private"))
    await ann.wait("Welcome back")
    await ann.send("/styles")
    await ann.wait("Which style")
    await ann.press("Pencil")
    await ann.wait("What shall come next?", PATIENCE_S)
    moved = server.migrate_chat(-555, -1005550000000)
    await ann.press("Show in the group")
    await ann.wait("in the group now", PATIENCE_S)
    assert len([seen for seen in moved.messages if seen.photo]) == 4
