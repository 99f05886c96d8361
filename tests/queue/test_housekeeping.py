"""Housekeeping: every part is done, none stops another, and a worker does it by itself."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from limner.queue.housekeeping import keep_house
from limner.storage import Storage, open_storage
from limner.tests.fakes.shop import MASTER_KEY, QUICK, Shop, database_url, until

DAYS = 30
LONG_AGO = timedelta(days=DAYS + 10)


@asynccontextmanager
async def long_ago(shop: Shop) -> AsyncIterator[Storage]:
    """Open the shop's storage as it was forty days ago."""
    objects = (shop.folder / "objects").as_uri()
    then = datetime.now(UTC) - LONG_AGO
    async with open_storage(database_url(shop.folder), objects, MASTER_KEY, clock=lambda: then) as storage:
        yield storage


@dataclass(frozen=True)
class Leftovers:
    """One thing for each part of the housekeeping, and how to see what has become of it."""

    shop: Shop
    user_id: str
    set_id: str
    orphan: Path

    async def left(self) -> set[str]:
        """Name the parts whose thing is still there."""
        storage = self.shop.storage
        there = {
            "orphaned objects": self.orphan.exists(),
            "the retention time": bool(await storage.photos.of_set(self.set_id)),
            "overdue holds": (await storage.quota.balance(self.user_id)).held > 0,
            "done updates": await storage.inbox.newest("telegram") is not None,
        }
        return {part for part, is_there in there.items() if is_there}


async def leftovers(shop: Shop) -> Leftovers:
    """Leave something behind for every part."""
    async with long_ago(shop) as then:
        user = await then.users.get_or_create("web", "1")
        await then.quota.reserve(user.id, 5, "never settled", lifetime=timedelta(hours=1))
        await then.inbox.write("telegram", 1, "user:1", b"an update")
        await then.inbox.done("telegram", 1)
        set_id = await then.photos.open_set(user.id)
        await then.photos.add(user.id, set_id, b"never used")
        orphan = shop.folder / "objects" / await then.photos._objects.write(user.id, "photo", b"no row names it")
    os.utime(orphan, (orphan.stat().st_atime, orphan.stat().st_mtime - 7200))
    return Leftovers(shop, user.id, set_id, orphan)


async def test_every_part_is_done(shop: Shop) -> None:
    """Orphans, overdue holds, done updates and what is too old are gone after one pass; what is young stays."""
    old = await leftovers(shop)
    young = await shop.photo(await shop.sitter("2"), b"good selfie")
    await shop.storage.inbox.write("web", 2, "user:2", b"an update")
    await shop.storage.inbox.done("web", 2)
    await keep_house(shop.storage, DAYS)
    assert await old.left() == set()
    assert await shop.storage.photos.read(young, (await shop.sitter("2")).id) == b"good selfie"
    assert not await shop.storage.inbox.write("web", 2, "user:2", b"again")


async def test_nothing_is_too_old_where_everything_is_kept(shop: Shop) -> None:
    """With a retention time of 0 the other parts are done and people's photos stay."""
    old = await leftovers(shop)
    await keep_house(shop.storage, 0)
    assert await old.left() == {"the retention time"}


@pytest.mark.parametrize(
    "broken, part",
    [
        ("sweep", "orphaned objects"),
        ("retire", "the retention time"),
        ("quota.expire", "overdue holds"),
        ("inbox.sweep", "done updates"),
    ],
)
async def test_a_part_that_breaks_stops_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str, part: str
) -> None:
    """Whichever part fails, the three others are done, and the log names the one."""
    old = await leftovers(shop)

    async def fail(*_: object) -> int:
        raise OSError("the disk is full")

    subject, _, name = broken.rpartition(".")
    monkeypatch.setattr(getattr(shop.storage, subject) if subject else shop.storage, name, fail)
    await keep_house(shop.storage, DAYS)
    assert await old.left() == {part}
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        f"Housekeeping broke at {part}; the next time comes."
    ]


async def test_a_worker_keeps_house(shop: Shop) -> None:
    """A worker does it soon after its start, without being asked."""
    old = await leftovers(shop)

    async def clean() -> bool:
        return await old.left() == set()

    async with shop.worker():
        await until(clean, "the worker has kept house")


async def test_a_worker_keeps_what_it_is_told_to(shop: Shop) -> None:
    """The worker's retention time is the one that it was given."""
    old = await leftovers(shop)

    async def swept() -> bool:
        return "done updates" not in await old.left()  # the last part: the pass is over

    async with shop.worker(replace(QUICK, retention_days=60)):
        await until(swept, "the worker has kept house")
    assert await old.left() == {"the retention time"}


async def test_a_database_that_is_away_does_not_end_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """When every part fails for some passes, the worker works on and does them once the database is back."""
    old, failures, storage = await leftovers(shop), [], shop.storage

    async def fail(*_: object) -> int:
        failures.append(OperationalError("BEGIN", None, ConnectionRefusedError()))
        raise failures[-1]

    async def failed() -> bool:
        return len(failures) >= 12

    async def clean() -> bool:
        return await old.left() == set()

    for owner, name in (
        (storage, "sweep"),
        (storage, "retire"),
        (storage.quota, "expire"),
        (storage.inbox, "sweep"),
    ):
        monkeypatch.setattr(owner, name, fail)
    async with shop.worker(replace(QUICK, housekeeping_s=0.05)):
        await until(failed, "three passes have failed")
        monkeypatch.undo()
        await until(clean, "the worker has kept house")
