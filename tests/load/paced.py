"""A worker that keeps a real sitter's pace, many times as fast (`painter`): `python -m … REDIS_URL FOLDER SCALE`.

The worker is the real one, as a process of its own that may be killed.
"""

import asyncio
import sys
from asyncio.subprocess import Process
from pathlib import Path

from limner.queue.leased import Timing
from limner.queue.worker import run
from limner.tests.load.home import Home, ended
from limner.tests.load.painter import painter

# A killed worker's job is taken by the next after two seconds; otherwise the habits of an operator's worker.
TIMING = Timing(lease_s=2.0, renew_s=0.4, poll_s=0.005, reconcile_s=1.0)


class Worker:
    """A worker process that can be killed and started again."""

    def __init__(self, home: Home, redis_url: str, scale: float) -> None:
        self._home = home
        self._arguments = (redis_url, str(home.folder), str(scale))
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it; it is not ready yet."""
        command = (sys.executable, "-P", "-m", "limner.tests.load.paced", *self._arguments)
        with (self._home.folder / "worker.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)

    async def kill(self) -> None:
        """End it by SIGKILL."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End it in good order."""
        assert self._process is not None
        await ended(self._process)


async def work(redis_url: str, folder: str, scale: str) -> None:
    """Be the worker."""
    async with Home(Path(folder)).storage() as storage:
        await run(redis_url, storage, engine=painter(float(scale)), timing=TIMING)


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
