"""Floods: one person's photos and requests have a limit, and everything else goes on."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from limner.bots import replies as r
from limner.bots.conversation import Conversation
from limner.bots.events import PhotoReceived, QuotaAsked, StyleChosen
from limner.bots.floods import Full, full
from limner.bots.turn import Limits
from limner.storage import open_storage
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import Talk, png
from limner.tests.fakes.turned_clock import TurnedClock

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def limit(talk: Talk, **limits: int) -> None:
    """Change the numbers that an operator may choose."""
    tools = talk.conversation.tools
    talk.conversation.tools = replace(tools, limits=replace(tools.limits, **limits))


async def test_a_flood_of_photos_is_answered_with_when_to_go_on(talk: Talk) -> None:
    """Above the hour's photos none is taken, with a word about when; everything else is heard all the time."""
    limit(talk, photos_an_hour=4)
    await talk.agree()
    for _ in range(4):
        await talk.send_photo()
    (refused,) = await talk.say(PhotoReceived(png(77), "me.png"))
    assert refused == r.Said("too-often", {"minutes": 15})
    assert len(await talk.photos()) == 4
    assert await talk.texts(QuotaAsked()) != ["too-often"]


async def test_a_flood_of_requests_reserves_nothing(talk: Talk) -> None:
    """Above the hour's requests the style is not painted, and the quota is as it was."""
    limit(talk, requests_an_hour=1)
    await talk.make(await talk.request("oil"))
    before = await talk.storage.quota.balance(talk.user.id)
    assert await talk.texts(StyleChosen("pencil")) == ["too-often"]
    assert await talk.storage.quota.balance(talk.user.id) == before


async def spend(talk: Talk, place: str, commands: int) -> list[Full | None]:
    """Give commands in a group."""
    community = await talk.storage.users.community("test", place)
    return [await full(talk.conversation.tools, community, NOW) for _ in range(commands)]


async def test_a_flood_in_one_group_is_told_of_once_and_touches_no_other(talk: Talk) -> None:
    """After so many commands none is carried out, which is told once an hour; other groups and people go on."""
    limit(talk, commands_an_hour=4)
    *taken, first, second, third = await spend(talk, "one", 7)
    assert taken == [None] * 4
    assert first == Full("12:15", tell=True)
    assert second == third == Full("12:15", tell=False)
    assert await spend(talk, "other", 4) == [None] * 4
    assert await talk.texts(QuotaAsked()) != ["too-often"]


async def test_a_group_goes_on_when_it_was_told(migrated: Path, tmp_path: Path, queue: FakeQueue) -> None:
    """A quarter of an hour later one command more of four an hour is carried out; after an hour it is told again."""
    clock = TurnedClock()
    shutil.copy(migrated, tmp_path / "limner.db")
    async with open_storage(f"sqlite:///{tmp_path}/limner.db", "memory:///", bytes(32), clock=clock) as storage:
        tools = Conversation(storage, queue, (), limits=Limits(commands_an_hour=4)).tools
        community = await storage.users.community("test", "one")
        told = [await full(tools, community, clock.now) for _ in range(6)]
        assert [one.tell for one in told if one] == [True, False]
        clock.turn(timedelta(minutes=15))
        assert await full(tools, community, clock.now) is None
        found = await full(tools, community, clock.now)
        assert found is not None
        assert not found.tell
        clock.turn(timedelta(minutes=45))
        told = [await full(tools, community, clock.now) for _ in range(5)]
        assert [one.tell for one in told if one] == [True, False]
