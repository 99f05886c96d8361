"""One account that everybody draws from at once: `python -m limner.tests.load.reservations --granted 500`.

Several processes, each with many tasks, attempt to reserve one portrait each on the same account, as fast as the
database lets them. Prints the attempts a second and how many succeeded, and ends with 1 unless that is exactly what was
granted and the account says the same.

`--database` is `sqlite` (a file of its own), `postgresql` (a server of its own, without flushes to the disk), or the
URL of a database, which is migrated and gets one more user.
"""

import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import uuid4

import click

from limner.storage import migrate, open_storage
from limner.storage.errors import QuotaExceededError
from limner.storage.quota import Balance
from limner.tests.fakes.postgresql import TEMPLATE, programs, run_cluster
from limner.tests.load.report import heading, row

TASKS = 25
"""Attempts that one process has under way at a time: about as many as a bot with a full house."""
ABREAST: list[Barrier] = []
"""Where the processes wait for each other, in a list that each has for itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one process met with: how many of its attempts succeeded, and when it began and ended."""

    succeeded: int
    refused: int
    began: float
    ended: float
    worked: float
    """Seconds of the processor: on a busy machine the only figure that says something."""


async def attempt(url: str, user_id: str, attempts: int) -> Outcome:
    """Attempt to reserve one portrait so many times, some at once, when every other process is ready too."""
    counts: Counter[bool] = Counter()
    async with open_storage(url, "memory:///", bytes(32)) as storage:
        await storage.quota.balance(user_id)  # connected, and nothing left to import
        ABREAST[0].wait()
        before, began, left = time.process_time(), time.monotonic(), iter(range(attempts))

        async def draw() -> None:
            for _ in left:
                try:
                    counts[await storage.quota.reserve(user_id, 1, uuid4().hex)] += 1
                except QuotaExceededError:
                    counts[False] += 1

        await asyncio.gather(*(draw() for _ in range(TASKS)))
    return Outcome(counts[True], counts[False], began, time.monotonic(), time.process_time() - before)


def work(url: str, user_id: str, attempts: int) -> Outcome:
    """Do one process's part."""
    return asyncio.run(attempt(url, user_id, attempts))


def stand(barrier: Barrier) -> None:
    """Tell a process where the others wait."""
    ABREAST[:] = [barrier]


async def grant(url: str, granted: int) -> str:
    """Make somebody with so many portraits; give their id."""
    async with open_storage(url, "memory:///", bytes(32), free_portraits=granted) as storage:
        return (await storage.users.get_or_create("web", uuid4().hex)).id


async def account(url: str, user_id: str) -> Balance:
    """Tell how the account stands."""
    async with open_storage(url, "memory:///", bytes(32)) as storage:
        return await storage.quota.balance(user_id)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the URL of a database of this kind, or of the one that is named."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'limner.db'}"
            migrate(url)
            yield url
    elif kind == "postgresql":
        if (found := programs()) is None:
            raise click.ClickException("There is no PostgreSQL on this machine; on Debian: apt-get install postgresql.")
        with run_cluster(found) as cluster:
            yield cluster.url(TEMPLATE)
    else:
        migrate(kind)
        yield kind


def measure(kind: str, granted: int, attempts: int, processes: int) -> int:
    """Make all attempts, print what came of them, and return the exit code."""
    spawn = multiprocessing.get_context("spawn")
    with (
        database(kind) as url,
        ProcessPoolExecutor(processes, spawn, initializer=stand, initargs=(spawn.Barrier(processes),)) as pool,
    ):
        user_id = asyncio.run(grant(url, granted))
        each = attempts // processes
        outcomes = [future.result() for future in [pool.submit(work, url, user_id, each) for _ in range(processes)]]
        balance = asyncio.run(account(url, user_id))
    seconds = max(one.ended for one in outcomes) - min(one.began for one in outcomes)
    succeeded = sum(one.succeeded for one in outcomes)
    made = succeeded + sum(one.refused for one in outcomes)
    heading(f"{made} attempts on one account of {granted}, by {processes} processes, {TASKS} at once in each")
    row("attempts a second", f"{made / seconds:.0f}")
    row(
        "processor time an attempt, without the server's, in ms",
        f"{1000 * sum(one.worked for one in outcomes) / made:.2f}",
    )
    row("succeeded", f"{succeeded} of {granted} granted")
    row("the account says", f"{balance.available} available, {balance.held} held, {balance.spent} spent")
    held = min(granted, made)
    return 0 if succeeded == held and balance == Balance(granted - held, held, 0, granted) else 1


@click.command(help=__doc__)
@click.option("--database", "kind", default="sqlite", show_default=True)
@click.option("--granted", default=500, show_default=True, type=click.IntRange(1))
@click.option("--attempts", default=5000, show_default=True, type=click.IntRange(1))
@click.option("--processes", default=4, show_default=True, type=click.IntRange(1, 64))
def main(kind: str, granted: int, attempts: int, processes: int) -> None:
    """Measure, print, and end with 0 or 1."""
    sys.exit(measure(kind, granted, attempts, processes))


if __name__ == "__main__":
    main()
