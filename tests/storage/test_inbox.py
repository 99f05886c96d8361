"""The inbox: written before it is acknowledged, known when it comes again, empty when it is done."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from limner.storage import Storage, Update


def numbers(updates: list[Update]) -> list[int]:
    """Give the numbers of updates."""
    return [update.update_id for update in updates]


async def test_an_update_waits_until_it_is_done(storage: Storage, place: Any) -> None:
    """What was written is there for the next process too, body and lane, until somebody is done with it."""
    assert await storage.inbox.write("telegram", 7, "user:1", b'{"update_id": 7}')
    async with place.open() as again:
        (update,) = await again.inbox.pending("telegram")
        assert (update.platform, update.update_id) == ("telegram", 7)
        assert (update.lane, update.body) == ("user:1", b'{"update_id": 7}')
        await again.inbox.done("telegram", 7)
        await again.inbox.done("telegram", 7)
        await again.inbox.done("telegram", 8)
    assert await storage.inbox.pending("telegram") == []


async def test_an_update_that_comes_again_is_known(storage: Storage, place: Any) -> None:
    """Of one number, here written by two processes at once, one is new; it stays known when it is done."""
    async with place.open() as other:
        writers = (storage, other) * 10
        outcomes = await asyncio.gather(*(one.inbox.write("telegram", 7, "user:1", b"{}") for one in writers))
    assert outcomes.count(True) == 1
    await storage.inbox.done("telegram", 7)
    assert not await storage.inbox.write("telegram", 7, "user:1", b"{}")
    assert await storage.inbox.pending("telegram") == []
    assert await storage.inbox.write("discord", 7, "user:1", b"{}")


async def test_a_burst_is_written_at_once(storage: Storage) -> None:
    """Of many updates each is told to be new or known; one that is there twice is new the first time."""
    await storage.inbox.write("telegram", 2, "user:1", b"first")
    burst = [(n, f"user:{n}", b"second") for n in (1, 2, 3, 3)]
    assert await storage.inbox.write_many("telegram", burst) == [True, False, True, False]
    assert [update.body for update in await storage.inbox.pending("telegram")] == [b"second", b"first", b"second"]
    assert await storage.inbox.write_many("telegram", []) == []
    flood = [(n, "user:1", b"{}") for n in range(1, 2501)]
    assert sum(await storage.inbox.write_many("telegram", flood)) == 2497


async def test_a_burst_is_written_whole_or_not_at_all(storage: Storage) -> None:
    """If one update of a burst cannot be written, none is, so that all of them may be asked for again."""
    burst: list[Any] = [(1, "user:1", b"{}"), (2, None, b"{}"), (3, "user:3", b"{}")]
    with pytest.raises(IntegrityError):
        await storage.inbox.write_many("telegram", burst)
    assert await storage.inbox.pending("telegram") == []


async def test_pending_updates_come_in_their_order(storage: Storage) -> None:
    """They are listed by number, whatever order they came in, in pages, each platform's by itself."""
    await storage.inbox.write_many("telegram", [(n, "user:1", b"{}") for n in (5, 3, 9, 2**40)])
    await storage.inbox.write("discord", 4, "user:1", b"{}")
    await storage.inbox.done("telegram", 5)
    assert numbers(await storage.inbox.pending("telegram")) == [3, 9, 2**40]
    assert numbers(await storage.inbox.pending("telegram", limit=2)) == [3, 9]
    assert numbers(await storage.inbox.pending("telegram", after=9)) == [2**40]


async def test_the_newest_number_is_known(storage: Storage) -> None:
    """The highest number of a platform is found, done or not; before the first one there is none."""
    assert await storage.inbox.newest("telegram") is None
    await storage.inbox.write_many("telegram", [(9, "user:1", b"{}"), (4, "user:1", b"{}")])
    await storage.inbox.write("discord", 70, "user:1", b"{}")
    await storage.inbox.done("telegram", 9)
    assert await storage.inbox.newest("telegram") == 9


async def test_a_done_update_leaves_no_body(storage: Storage, place: Any) -> None:
    """What a person wrote is gone from the disk once it is done and the log is emptied."""
    await storage.inbox.write("telegram", 7, "user:1", b"my secret")
    await storage.inbox.done("telegram", 7)
    await storage.inbox._database.scrub()
    assert b"my secret" not in place.bytes_at_rest()


async def test_a_lane_is_forgotten(storage: Storage, place: Any) -> None:
    """Every update of a lane loses body and name, done or waiting; its number stays known."""
    await storage.inbox.write_many(
        "telegram", [(n, f"user:{31337 + n % 2}", b"secret %d" % (n % 2)) for n in range(1, 5)]
    )
    await storage.inbox.done("telegram", 1)
    assert await storage.inbox.forget("telegram", "user:31338") == 2
    assert await storage.inbox.forget("telegram", "user:31338") == 0
    await storage.inbox._database.scrub()
    at_rest = place.bytes_at_rest()
    assert b"secret 1" not in at_rest
    assert b"user:31338" not in at_rest
    assert numbers(await storage.inbox.pending("telegram")) == [2, 4]
    assert not await storage.inbox.write("telegram", 3, "user:31338", b"{}")


async def test_the_sweep_takes_what_was_done_long_ago(storage: Storage, place: Any) -> None:
    """Numbers of old done updates go; what waits stays however old it is."""
    await storage.inbox.write_many("telegram", [(n, "user:1", b"{}") for n in (1, 2, 3)])
    await storage.inbox.done("telegram", 1)
    place.clock.turn(timedelta(days=2))
    await storage.inbox.done("telegram", 2)
    assert await storage.inbox.sweep(place.clock.now - timedelta(days=1)) == 1
    assert numbers(await storage.inbox.pending("telegram")) == [3]
    assert await storage.inbox.newest("telegram") == 3
    assert not await storage.inbox.write("telegram", 2, "user:1", b"{}")


async def test_tries_are_counted_one_by_one(storage: Storage) -> None:
    """Each beginning counts, over restarts; one of an unknown number is none."""
    await storage.inbox.write("telegram", 1, "user:1", b"{}")
    assert [await storage.inbox.begun("telegram", 1) for _ in range(3)] == [1, 2, 3]
    assert await storage.inbox.begun("telegram", 2) == 0


@pytest.mark.parametrize("body", [b"", bytes(range(256)), b"x" * 100_000])
async def test_bodies_come_back_as_they_were(storage: Storage, body: bytes) -> None:
    """A body is bytes of any kind and length."""
    await storage.inbox.write("telegram", 1, "user:1", body)
    assert (await storage.inbox.pending("telegram"))[0].body == body
