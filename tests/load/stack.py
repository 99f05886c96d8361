"""The true stack for a run with faults: two workers, the Telegram bot, the embedded Valkey, SQLite and objects.

Everything that is stored lies on a small file system of its own, where one may be mounted, so that it can be full; each
process's clock can be set (`clock`). Whatever ends by itself is started again within half a
second, as an operator's supervisor does, and counted.
"""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from limner.queue.embedded import start_embedded
from limner.tests.fakes.telegram import TelegramServer
from limner.tests.load.fault_plan import BOT, WORKERS, Shape
from limner.tests.load.forks import Forks, forks
from limner.tests.load.home import Home, furnished
from limner.tests.load.journal import Entry, read
from limner.tests.load.tried import JOURNAL

LOOK_AGAIN_S = 0.5
RIGHT = "0"


@dataclass
class Part:
    """A process under supervision."""

    name: str
    forks: Forks
    clock: Path
    kills: list[tuple[float, int]] = field(default_factory=list)
    """When it was killed, in monotonic seconds, and as which process."""
    ended_by_itself: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def kill(self) -> None:
        """End it by SIGKILL, and start it again."""
        async with self.lock:
            pid = self.forks.pid
            self.ended_by_itself += not await self.forks.kill()
            self.kills.append((time.monotonic(), pid))
            await self.forks.start()

    async def freeze(self, seconds: float) -> None:
        """Let it stand still for some seconds."""
        async with self.lock:
            await frozen(self.forks.pid, seconds)

    async def watch(self) -> None:
        """Start it again whenever it has ended by itself, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            async with self.lock:
                if not _lives(self.forks.pid):
                    self.ended_by_itself += 1
                    self.kills.append((time.monotonic(), self.forks.pid))
                    await self.forks.kill()
                    await self.forks.start()


@dataclass
class Stack:
    """Everything that runs, and what cannot be had on this machine."""

    home: Home
    folder: Path
    """What is on no small disk: logs and the journal."""
    url: str
    parts: dict[str, Part]
    without: frozenset[str]

    def journal(self) -> list[Entry]:
        """Read what the painters did."""
        return read(self.folder / JOURNAL)

    def engines(self, worker: str | None = None) -> list[psutil.Process]:
        """Find the processes of the engines: all of them, or those of one worker, its painter first."""
        pids = [part.forks.pid for name, part in self.parts.items() if name in WORKERS and worker in {None, name}]
        found = [child for pid in pids for child in _children(pid)]
        return sorted(found, key=lambda one: "painter" not in _command(one))

    def strays(self) -> list[int]:
        """Find engines of this run that are none of its workers'."""
        workers = {self.parts[name].forks.pid for name in WORKERS}
        ours = [one for one in psutil.process_iter() if str(self.folder / JOURNAL) in _command(one)]
        return [one.pid for one in ours if one.ppid() not in workers]


@asynccontextmanager
async def stack(server: TelegramServer, shape: Shape) -> AsyncIterator[Stack]:
    """Have everything run for the length of the block."""
    async with AsyncExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="limner-faults-")))
        (folder / "home").mkdir()
        mounted = block.enter_context(_small_disk(folder / "home", shape.disk_mb))
        home = await block.enter_async_context(furnished(folder / "home"))
        url = await asyncio.to_thread(start_embedded, home.folder)
        without = frozenset[str]() if mounted else frozenset({"disk full"})
        parts = dict[str, Part]()
        worker = ("tried", url, str(home.folder), str(shape.scale or 0), str(shape.lease_s))
        # The second works at two requests at once, where that costs no memory.
        seats = dict(zip(WORKERS, ("1", "2" if shape.scale else "1"), strict=True))
        for name in (*WORKERS, BOT):
            clock = folder / f"clock of {name}"
            clock.write_text(RIGHT)
            environ = {**home.environ(server), "REDIS_URL": url}
            command = ("telegram",) if name == BOT else (*worker, seats[name])
            forking = await block.enter_async_context(forks(home, environ, *command, logs=folder, clock=clock))
            parts[name] = Part(name, forking, clock)
        for part in parts.values():
            await part.forks.start()
        watching = [asyncio.create_task(part.watch()) for part in parts.values()]
        try:
            yield Stack(home, folder, url, parts, without)
        finally:
            for task in watching:
                task.cancel()


async def frozen(pid: int, seconds: float) -> None:
    """Let a process stand still for some seconds; it goes on whatever becomes of us, but for SIGKILL."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def _small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """Mount a file system in memory there, if that is allowed; tell whether it was."""
    mount = ("/bin/mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder))
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(("/bin/umount", "-l", str(folder)), check=False)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children(pid: int) -> list[psutil.Process]:
    try:
        children = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    # Who listens to an engine is none.
    return [child for child in children if _command(child) and "limner.tests.load.journal" not in _command(child)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
