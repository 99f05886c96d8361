"""A painter that is listened to: `python -m limner.tests.load.journal FILE WORKER COMMAND…`.

Stands between the worker and any engine, passes on what they say to each other unchanged, and notes for each call when
it began, every step of its training and its end. Calls are told apart by the request's seed, which is the same in
every try. What becomes of a job when its worker is killed can be read from that: `recoveries` and `repeated`.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from limner.queue.child import LEASH, Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: monotonic seconds, the worker's process, the request's seed, what it was, and the step."""

    at: float
    worker: int
    seed: int
    word: str
    step: int


def listened(file: Path, engine: Callable[[Kind], Sequence[str]]) -> Callable[[Kind], Sequence[str]]:
    """Return the command of an engine whose painter is listened to."""

    def command(kind: Kind) -> Sequence[str]:
        if kind != "painter":
            return engine(kind)
        return (sys.executable, "-P", "-m", "limner.tests.load.journal", str(file), str(os.getpid()), *engine(kind))

    return command


def read(file: Path) -> list[Entry]:
    """Read what was noted; a line that a kill has cut short is passed over."""
    if not file.exists():
        return []
    entries = []
    for line in file.read_text("utf-8").splitlines():
        try:
            entries.append(Entry(*json.loads(line)))
        except (ValueError, TypeError):
            continue
    return sorted(entries, key=lambda entry: entry.at)


def in_hand(entries: Iterable[Entry], at: float, worker: int) -> list[int]:
    """List the seeds of the jobs that a worker had in hand at a moment."""
    last = {entry.seed: entry.word for entry in entries if entry.worker == worker and entry.at <= at}
    return [seed for seed, word in last.items() if word != "end"]


def recoveries(entries: Sequence[Entry], kills: Iterable[tuple[float, int]]) -> list[float]:
    """List the seconds from each kill of a worker with jobs in hand until a worker had each of them in hand again.

    `kills` are moments and processes. A job that never came again had ended: cancelled, deleted, or stored already.
    """
    found = []
    for at, worker in kills:
        for seed in in_hand(entries, at, worker):
            again = (entry.at - at for entry in entries if entry.seed == seed and entry.word == "begin")
            found += [seconds for seconds in again if seconds > 0][:1]
    return found


def repeated(entries: Iterable[Entry], after: tuple[float, int] | None = None) -> list[int]:
    """List how many steps each training did again that went on after a fault; or after one kill of a worker alone."""
    if after is not None:
        entries = _around(list(entries), *after)
    reached, begun, again = defaultdict[int, int](int), set[int](), list[int]()
    for entry in entries:
        if entry.word == "begin":
            begun.add(entry.seed)
        elif entry.word == "step":
            if entry.seed in begun and reached[entry.seed]:
                again.append(max(0, reached[entry.seed] - entry.step + 1))
            begun.discard(entry.seed)
            reached[entry.seed] = max(reached[entry.seed], entry.step)
    return again


def _around(entries: Sequence[Entry], at: float, worker: int) -> list[Entry]:
    """Pick out of the job that a worker had in hand when it was killed what was before, and the next try."""
    seed = next((entry.seed for entry in reversed(entries) if entry.worker == worker and entry.at <= at), None)
    theirs = [entry for entry in entries if entry.seed == seed]
    before, later = ([one for one in theirs if (one.at <= at) is early] for early in (True, False))
    tries = [n for n, one in enumerate(later) if one.word == "begin"]
    begun = max((n for n, one in enumerate(before) if one.word == "begin"), default=0)
    return [*before[begun:], *later[: tries[1] if len(tries) > 1 else None]]


class _Listener:
    def __init__(self, file: str, worker: str) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._worker = int(worker)
        self._seeds: dict[str, int] = {}

    def asked(self, message: dict[str, Any]) -> None:
        if message.get("call") == "make":
            self._seeds[message["id"]] = message["args"]["seed"]
            self._note(message["id"], "begin", 0)

    def answered(self, message: dict[str, Any]) -> None:
        if message["id"] not in self._seeds:
            return
        progress = message.get("progress")
        if progress is not None and progress["stage"] == "train":
            self._note(message["id"], "step", progress["done"])
        if "result" in message or "error" in message:
            self._note(message["id"], "end", 0)

    def _note(self, call: str, word: str, step: int) -> None:
        line = json.dumps([time.monotonic(), self._worker, self._seeds[call], word, step])
        os.write(self._file, f"{line}\n".encode())


def pass_on(source: IO[bytes], sink: IO[bytes], heard: Callable[[dict[str, Any]], None]) -> None:
    """Pass on frames until the source ends; each is heard before it is handed over."""
    while len(head := source.read(4)) == 4:
        data = source.read(int.from_bytes(head, "big"))
        heard(msgspec.msgpack.decode(data))
        sink.write(head + data)
        sink.flush()
    sink.close()


def main(file: str, worker: str, *command: str) -> int:
    """Stand between until one of the two ends."""
    leash = (sys.executable, "-I", "-S", "-c", LEASH, str(os.getpid()))
    engine = subprocess.Popen([*leash, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert engine.stdin is not None
    assert engine.stdout is not None
    listener = _Listener(file, worker)
    asking = (sys.stdin.buffer, engine.stdin, listener.asked)
    threading.Thread(target=pass_on, args=asking, daemon=True).start()
    pass_on(engine.stdout, os.fdopen(os.dup(1), "wb"), listener.answered)
    return engine.wait()


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(status if status >= 0 else 1)
