"""`forks` with a clock that can be set wrong while the processes work: `python -m … FILE COMMAND ARGUMENT…`.

FILE says by how many seconds. What limner asks for the time of day is answered with that, and what arq asks, which
writes it into Redis. Clocks that measure lengths stay right, as they do when an operator sets a machine's clock.
"""

import datetime as dt
import importlib
import sys
import time
from pathlib import Path
from typing import Any

LOOK_AGAIN_S = 0.2
"""So soon a process notices that its clock was set."""


def set_by(file: Path) -> None:
    """Let a file say how wrong this process's clock is, from now on."""
    right, real, looked, wrong_s = time.time, dt.datetime, 0.0, 0.0

    def now_s() -> float:
        nonlocal looked, wrong_s
        if time.monotonic() > looked + LOOK_AGAIN_S:
            looked, wrong_s = time.monotonic(), float(file.read_text("ascii") or wrong_s)
        return right() + wrong_s

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real)

    class Shifted(real, metaclass=Kind):  # type: ignore[misc, valid-type]  # a class that is a variable
        """Makes datetimes of the real kind, by a clock that may be wrong."""

        def __new__(cls, *args: Any, **named: Any) -> Any:
            return real(*args, **named)

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return real.fromtimestamp(now_s(), tz)

    time.time = now_s
    # Only now, since arq takes the function out of its module.
    importlib.import_module("limner.tests.load.forks")
    # Only where we ask for the time: libraries that are not in Python make sure of the class.
    for name, module in tuple(sys.modules.items()):
        if name.startswith("limner.") and getattr(module, "datetime", None) is real:
            module.datetime = Shifted  # type: ignore[attr-defined]


if __name__ == "__main__":
    set_by(Path(sys.argv[1]))
    from limner.tests.load.forks import COMMANDS, answer_lines

    answer_lines(COMMANDS[sys.argv[2]], *sys.argv[3:])
