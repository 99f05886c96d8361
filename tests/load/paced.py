"""An engine and a worker that keep a real sitter's pace, many times as fast: `python -m … painter SCALE`.

The engine sleeps for as long as a training and a rendering take on two cores, divided by the scale, and is otherwise
the small one of the tests. Its pictures say whom they are of: what stands behind the end of the sitter's first photo.
The worker is the real one, as a process of its own that may be killed.
"""

import asyncio
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from limner.queue.child import Kind
from limner.queue.fairness import RENDERING_MS, TRAINING_MS
from limner.queue.leased import Timing
from limner.queue.worker import run
from limner.tests.fakes.engine_process import examine, main, poster, send
from limner.tests.load.home import Home, ended

STEPS = 10
OF = b" of "
"""Stands in a picture before the name of whom it shows."""
END_OF_JPEG = b"\xff\xd9"
# A killed worker's job is taken by the next after two seconds; otherwise the habits of an operator's worker.
TIMING = Timing(lease_s=2.0, renew_s=0.4, poll_s=0.005, reconcile_s=1.0)


def answer_calls(scale: float) -> None:
    """Be the engine until standard input ends."""
    training_s, rendering_s = (milliseconds / 1000 / scale for milliseconds in (TRAINING_MS, RENDERING_MS))

    def train(call_id: str, args: dict[str, Any], channel: BinaryIO) -> bytes:
        first = int(args["resume"] or b"0")
        for step in range(first, STEPS):
            time.sleep(training_s / STEPS)
            send(channel, {"id": call_id, "checkpoint": str(step + 1).encode()})
        photo: bytes = args["photos"][0]
        return OF + photo.rpartition(END_OF_JPEG)[2]

    def make(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
        trained = train(call_id, args, channel) if args["face_lora"] is None else None
        time.sleep(rendering_s)
        png = b"portrait" + (trained or args["face_lora"])
        portraits = [{"png": png, "likeness": 0.5, "seed": args["seed"] + n} for n in range(args["count"])]
        return {
            "portraits": portraits,
            "face_lora": trained,
            "reference": trained,
            "curve": [],
            "seconds": {"train": training_s, "render": rendering_s},
        }

    main({"make": make, "examine": examine, "poster": poster})


class Worker:
    """A worker process that can be killed and started again."""

    def __init__(self, home: Home, redis_url: str, scale: float) -> None:
        self._home = home
        self._arguments = (redis_url, str(home.folder), str(scale))
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it; it is not ready yet."""
        command = (sys.executable, "-P", "-m", "limner.tests.load.paced", "worker", *self._arguments)
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


async def _work(redis_url: str, folder: str, scale: str) -> None:
    def engine(kind: Kind) -> Sequence[str]:
        return (sys.executable, "-P", "-m", "limner.tests.load.paced", kind, scale)

    async with Home(Path(folder)).storage() as storage:
        await run(redis_url, storage, engine=engine, timing=TIMING)


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        asyncio.run(_work(*sys.argv[2:]))
    else:
        answer_calls(float(sys.argv[2]))
