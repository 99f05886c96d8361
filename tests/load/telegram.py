"""How the Telegram bot bears a crowd: `python -m limner.tests.load.telegram --chats 1000 --seconds 60 --core 1`.

Three processes besides Valkey, which the bot starts itself: the strict Bot API server with everybody who talks to it
(this one), `limner telegram` as people start it, with a home of its own, SQLite and the embedded Valkey, and a worker
(`home` says what is small about it). Everybody has agreed before; then each sends three photos of 250 kB at random
moments of the time.

Acknowledged is a photo when the bot has asked for the updates after it, which it does when this one is in its inbox on
disk: from then on nothing loses it. The time counts from the moment at which the server could have handed it out.
Stored is it when its encrypted object and its row are written. Seen is the first sign in the chat, a status message
or an edit, after a person's first photo: Telegram allows thirty messages a second to all chats together, so a
thousand people cannot all see one sooner than after half a minute.

Ends with 1 when a photo was lost, a chat was over its budget, or the bot did what no correct bot does. The other
figures are printed beside what was promised.
"""

import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import click
import psutil

from limner.queue.embedded import start_embedded
from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.calls import ALL_MOST, most_within
from limner.tests.load.audit import is_quiet
from limner.tests.load.crowd import Crowd, Kept, kept_of
from limner.tests.load.home import Home, came, ended, let_agree, new_home, worker
from limner.tests.load.report import heading, row, spread
from limner.tests.load.watched import WatchedUpdates

PATIENCE_S = 60.0
DRAIN_S = 600.0
"""How long everything that was sent may take to be stored and looked at, after the last photo was sent."""

TOO_MANY = 429
BUDGET = {1.0: 3, 60.0: 63}
"""Messages to one chat within so many seconds: a burst of three, then one a second."""


@click.command()
@click.option("--chats", default=1000, show_default=True, help="People who send three photos each.")
@click.option("--seconds", default=60.0, show_default=True, help="The time in which they do.")
@click.option("--core", type=int, help="Bind the bot (and its Valkey) to this core, and everything else to the others.")
@click.option("--seed", default=0, show_default=True, help="Chooses the moments.")
def main(chats: int, seconds: float, core: int | None, seed: int) -> None:
    """Measure the bot under a crowd."""
    sys.exit(asyncio.run(measure(chats, seconds, core, seed)))


async def measure(chats: int, seconds: float, core: int | None = None, seed: int = 0) -> int:
    """Run and print; return the exit code."""
    updates = WatchedUpdates()
    server = TelegramServer(strict_rates=True)
    server.world.updates = updates
    async with server, new_home() as home, home.storage() as storage:
        crowd = Crowd(server, updates, [server.person(100_000 + n) for n in range(chats)])
        await let_agree(storage, [person.chat.id for person in crowd.people])

        async def drained_yet() -> bool:
            return not updates.pending and await is_quiet(storage)

        async with _bot(home, server, core) as bot, worker(home, start_embedded(home.folder)):
            before, began = _cpu(bot), time.monotonic()
            await crowd.send(seconds, seed)
            during = _cpu(bot)
            drained = await came(drained_yet, DRAIN_S)
            took = time.monotonic() - began
            after = _cpu(bot)
            peak = _peak_mb(bot)
        kept = await kept_of(storage, crowd)
        good = _print_photos(crowd, kept, drained=drained, took=took)
        heading("The bot's process")
        row("peak memory (VmHWM), MB", f"{peak:.0f}", "at most 200")
        row("CPU seconds while photos were sent", f"{during - before:.1f}", f"of {seconds:g}")
        row("CPU seconds until all was handled", f"{after - before:.1f}", f"of {took:.1f}")
        good &= _print_rates(server)
        server.problems.clear()  # they are told already
    return 0 if good else 1


@asynccontextmanager
async def _bot(home: Home, server: TelegramServer, core: int | None) -> AsyncIterator[psutil.Process]:
    """Have `limner telegram` running, asking for updates."""
    if core is not None and (others := os.sched_getaffinity(0) - {core}):
        os.sched_setaffinity(0, others)
    with (home.folder / "telegram.log").open("ab") as log:
        command = (sys.executable, "-P", "-m", "limner.deploy.cli", "telegram")
        process = await asyncio.create_subprocess_exec(*command, env=home.environ(server), stdout=log, stderr=log)
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})

        async def asks() -> bool:
            return bool(server.calls_of("getUpdates"))

        if not await came(asks, PATIENCE_S):
            raise AssertionError((home.folder / "telegram.log").read_text("utf-8"))
        yield psutil.Process(process.pid)
    finally:
        await ended(process)
        if said := [line for line in (home.folder / "telegram.log").read_text("utf-8").splitlines() if _is_bad(line)]:
            heading(f"The bot logged {len(said)} warnings and errors; the first ten:")
            click.echo("\n".join(said[:10]))


def _is_bad(line: str) -> bool:
    return " WARNING " in line or " ERROR " in line or line.startswith("Traceback")


def _print_photos(crowd: Crowd, kept: Kept, *, drained: bool, took: float) -> bool:
    heading(f"{len(crowd.people)} people, {len(crowd.sent)} photos, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    row("photos sent", len(crowd.sent))
    row("photos stored", kept.photos, f"{len(crowd.sent)}")
    row("photos looked at and found good", kept.examined, f"{len(crowd.sent)}")
    row("people of whom a photo is missing or there twice", kept.people_short, "0")
    row("acknowledged after ms (p50 / p95 / max)", spread(crowd.acknowledged()), "p95 at most 300")
    row("stored after ms (p50 / p95 / max)", spread(kept.waits_s))
    row("first sign in the chat after ms (p50 / p95 / max)", spread(crowd.seen()))
    row("everything handled, looked at and told after s", f"{took:.1f}" if drained else "never")
    all_seen = len(crowd.seen()) == len(crowd.people)
    return drained and all_seen and not kept.people_short and kept.photos == kept.examined == len(crowd.sent)


def _print_rates(server: TelegramServer) -> bool:
    heading("Rates, as the server recorded them, with the calls that it refused")
    tried: dict[int, list[float]] = defaultdict(list)
    for call in server.calls:
        if call.chat_id is not None and (call.messages or call.status == TOO_MANY):
            tried[call.chat_id].append(call.at)
    good = True
    for window_s, most in BUDGET.items():
        worst = max((most_within(times, window_s) for times in tried.values()), default=0)
        row(f"messages to one chat within {window_s:g} s, at most", worst, f"budget {most}")
        good &= worst <= most
    everybody = most_within(sorted(at for times in tried.values() for at in times), 1.0)
    row("messages to all chats within 1 s, at most", everybody, f"budget {ALL_MOST}")
    row("calls refused as too many (429)", sum(call.status == TOO_MANY for call in server.calls), "0")
    row("what no correct bot does", len(server.problems), "0")
    for problem in server.problems[:10]:
        click.echo(f"    {problem}")
    return good and not server.problems


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _peak_mb(process: psutil.Process) -> float:
    """Return the most memory that a process ever had, as Linux tells it (`man 5 proc`, VmHWM)."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:  # noqa: PTH123  (no file of ours)
        (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
