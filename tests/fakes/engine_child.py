"""The engine's real child process, spoken to as a worker does but without asyncio."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from limner.engine.frames import read_frame, write_frame


class Child:
    """One child process; `ask` gives all of its answers to one call."""

    def __init__(self, *arguments: str) -> None:
        self.id = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "limner.engine.process", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def send(self, call: str, **args: object) -> None:
        """Send one call."""
        assert self.process.stdin is not None
        self.id = uuid4().hex
        write_frame(self.process.stdin, {"id": self.id, "call": call, "args": args})

    def stop(self) -> None:
        """Ask the call under way to stop."""
        assert self.process.stdin is not None
        write_frame(self.process.stdin, {"id": self.id, "stop": True})

    def answers(self) -> Iterator[dict[str, Any]]:
        """Read answers up to the last of the call, or to the end of the pipe; signs of life are none."""
        assert self.process.stdout is not None
        while (frame := read_frame(self.process.stdout)) is not None:
            answer = msgspec.msgpack.decode(frame)
            if "alive" in answer or "begun" in answer:
                continue
            yield answer
            if "result" in answer or "error" in answer:
                return

    def ask(self, call: str, **args: object) -> list[dict[str, Any]]:
        """Send one call and read all its answers."""
        self.send(call, **args)
        return list(self.answers())

    def status(self, name: str) -> int:
        """Read a number of /proc/<pid>/status; kB for sizes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

    def libraries(self) -> str:
        """Name what is mapped into the process."""
        return Path(f"/proc/{self.process.pid}/maps").read_text()


@contextmanager
def child(*arguments: str) -> Iterator[Child]:
    """Start a child; kill it at the end, whatever it does."""
    one = Child(*arguments)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait(10)
        for pipe in (one.process.stdin, one.process.stdout):
            if pipe is not None:
                pipe.close()
