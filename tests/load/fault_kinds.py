"""How each kind of fault is done, and undone. Every one of them is the real thing, done to a real process or file."""

import asyncio
import errno
import os
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from limner.bots import lanes
from limner.bots.delivery import SWEEP_S
from limner.bots.reach import REST_S
from limner.queue.embedded import start_embedded
from limner.queue.errors import EmbeddedServerError
from limner.tests.fakes.shop import database_url
from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.faults import ANY, refusal
from limner.tests.fakes.telegram.faults import Fault as Refusal
from limner.tests.load.fault_plan import Fault
from limner.tests.load.stack import RIGHT, Stack, frozen

ALWAYS = 10**9
WRONG = {"clock forward": "10800", "clock back": "-10800"}
RETRY_AFTER_S = 2
RESTARTS = 60
AGAIN_S = 2 * max(lanes.PAUSES_S[-1], SWEEP_S, REST_S)
"""Within so long the bot has tried again to write down what it sent."""
# Another process that writes, for as long as its standard input is open.
LOCK = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
base.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
base.execute("ROLLBACK")
"""


@dataclass
class Striker:
    """Strikes; remembers what was struck, and when nothing could be written down because of it."""

    stack: Stack
    server: TelegramServer
    struck: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    """What there was nothing to strike for."""
    stalls: list[tuple[float, float]] = field(default_factory=list)

    async def strike_all(self, faults: Sequence[Fault]) -> None:
        """Strike at the planned moments, from now on; return when the last is over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at - time.monotonic()))
                group.create_task(self._strike(fault))

    async def _strike(self, fault: Fault) -> None:
        begun = time.monotonic()
        if not await self._done(fault):
            self.missed[fault.kind] += 1
            return
        self.struck[fault.kind] += 1
        if fault.target == "disk" or fault.kind == "bot frozen":
            # What a full disk has refused is written when it is tried again.
            again_s = AGAIN_S if fault.kind == "disk full" else 0.0
            self.stalls.append((begun, time.monotonic() + again_s))

    async def _done(self, fault: Fault) -> bool:
        match fault.kind.split():
            case ["engine", _]:
                return self._kill_engine(fault.target.replace("engine", "worker"))
            case ["redis", how]:
                return await self._redis(how, fault.seconds)
            case ["database", _]:
                await self._lock(fault.seconds)
            case ["disk", _]:
                await self._fill(fault.seconds)
            case ["network", how]:
                await self._network(how, fault.seconds)
            case ["clock", _]:
                clock = self.stack.parts[fault.target].clock
                clock.write_text(WRONG[fault.kind])
                try:
                    await asyncio.sleep(fault.seconds)
                finally:
                    clock.write_text(RIGHT)
            case [_, "killed"]:
                await self.stack.parts[fault.target].kill()
            case [_, "frozen"]:
                await self.stack.parts[fault.target].freeze(fault.seconds)
        return True

    def _kill_engine(self, worker: str) -> bool:
        for engine in self.stack.engines(worker):
            try:
                engine.kill()
            except psutil.NoSuchProcess:
                continue
            return True
        return False

    async def wake_all(self) -> None:
        """See to it that nothing is frozen and every server and clock is right, whatever has become of the faults."""
        for part in self.stack.parts.values():
            part.clock.write_text(RIGHT)
            with suppress(ProcessLookupError):
                os.kill(part.forks.pid, signal.SIGCONT)
        with suppress(OSError, ValueError):
            os.kill(int((self.stack.home.folder / "valkey/server.pid").read_text()), signal.SIGCONT)
        await self._start_redis()

    async def _redis(self, how: str, seconds: float) -> bool:
        try:
            pid = int((self.stack.home.folder / "valkey/server.pid").read_text())
            os.kill(pid, signal.SIGSTOP if how == "frozen" else signal.SIGKILL)
        except (OSError, ValueError):
            return False  # a disk that is full has kept it from starting
        if how == "frozen":
            await frozen(pid, seconds)
        else:
            await asyncio.sleep(seconds)
            await self._start_redis()
        return True

    async def _start_redis(self) -> None:
        """Start it until it lives, as a supervisor does: on a full disk it cannot."""
        for _ in range(RESTARTS):
            try:
                assert await asyncio.to_thread(start_embedded, self.stack.home.folder) == self.stack.url
            except (EmbeddedServerError, OSError):
                await asyncio.sleep(1)
            else:
                return
        raise EmbeddedServerError(f"Valkey does not start, {RESTARTS} times.")

    async def _lock(self, seconds: float) -> None:
        file = database_url(self.stack.home.folder).removeprefix("sqlite:///")
        command = (sys.executable, "-I", "-c", LOCK, file)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert process.stdin is not None
        assert process.stdout is not None
        if (await process.stdout.readline()).strip() != b"locked":
            raise sqlite3.OperationalError("The database could not be locked.")
        try:
            await asyncio.sleep(seconds)
        finally:
            process.stdin.close()
            await process.wait()

    async def _fill(self, seconds: float) -> None:
        ballast = self.stack.home.folder / "ballast"
        try:
            await asyncio.to_thread(_fill, ballast)
            await asyncio.sleep(seconds)
        finally:
            ballast.unlink(missing_ok=True)

    async def _network(self, how: str, seconds: float) -> None:
        meets = Refusal(ANY, None, ALWAYS)
        if how == "cut":
            meets.cut = "before"
        else:
            meets.refusal = refusal(int(how), RETRY_AFTER_S, None)
        self.server.world.faults.add(meets)
        try:
            await asyncio.sleep(seconds)
        finally:
            meets.times = 0


def _fill(ballast: Path) -> None:
    """Take all the room that there is, to the last page."""
    with ballast.open("wb") as file:
        end, step = 0, 2**26
        while step >= 4096:
            try:
                os.posix_fallocate(file.fileno(), end, step)
                end += step
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                step //= 2
