"""The engine's sign of life: while a call is under way, a thread says every few seconds that the process is there.

It speaks whatever the call does, so that a step of minutes is not taken for a death; a process that is frozen, swapped
out, or stuck in native code that never lets go of the interpreter falls silent. It cannot tell a call that goes on from
one that hangs: that is for the worker's limit of standstill (`limner.queue.child`).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from limner.engine.frames import write_frame

#: Six of them fit into the 30 s after which the worker takes silence for death.
ALIVE_EVERY_S = 5.0


class Pulse:
    """The one writer to the parent's pipe: frames of the work and signs of life never get into each other."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._writing = threading.Lock()
        self._waited_for: set[str] = set()

    def heard(self, call_id: str) -> None:
        """Speak for a call from now on: before it begins too, for loading the libraries takes its time."""
        with self._writing:
            self._waited_for.add(call_id)

    def write(self, message: Mapping[str, object]) -> None:
        """Write one frame; after a call's last word nothing more is said of it."""
        with self._writing:
            if "result" in message or "error" in message:
                self._waited_for.discard(str(message["id"]))
            write_frame(self._pipe, message)

    def beat(self) -> None:
        """Say once that the calls under way are alive."""
        with self._writing:
            for call_id in self._waited_for:
                write_frame(self._pipe, {"id": call_id, "alive": True})

    def start(self, every_s: float = ALIVE_EVERY_S) -> None:
        """Beat until the process ends, or its parent is gone."""
        threading.Thread(target=self._go_on, args=(every_s,), name="pulse", daemon=True).start()

    def _go_on(self, every_s: float) -> None:
        pause = threading.Event()
        with suppress(OSError):
            while not pause.wait(every_s):
                self.beat()
