"""Processes that `limner up` keeps alive: started, started again when they die, ended in good order.

Knows nothing of what they do.
"""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

# The first restart is almost at once; a process that cannot live is tried twice a minute.
SHORTEST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A process that lived this long was well: the pauses begin anew.
WELL_AFTER_S = 60.0
# A log is looked at so often, and begun anew from so many bytes on: some weeks of a busy installation.
LOOK_S = 10.0
LONGEST_LOG = 10 * 2**20
# A worker told to stop draws what it is drawing for up to a minute (limner.queue.leased.DRAIN_S); then it kills its
# engine and hands its job back, ten times what that was seen to take.
PATIENCE_S = 70.0

# Becomes the command. Asks Linux to tell it to stop when `limner up` is gone, however it went.
LEASH = """
import os, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 15)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("limner up is gone")
os.execv(sys.argv[2], sys.argv[2:])
"""


class Child:
    """One process, kept alive. What it writes goes to a log file, and of that, only the latest is kept.

    `say` gets a sentence for the person at the terminal whenever the process dies by itself.
    """

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], log: Path, say: Callable[[str], None]
    ) -> None:
        self.name = name
        self._command = tuple(command)
        self._environ = dict(environ)
        self._log = log
        self._say = say

    async def keep_alive(self) -> None:
        """Run the process for ever, again and again; cancel this to end it.

        Returns only by cancellation, and then only when the process is gone.
        """
        pause = SHORTEST_PAUSE_S
        while True:
            began = asyncio.get_running_loop().time()
            code = await self._run_once()
            if asyncio.get_running_loop().time() - began > WELL_AFTER_S:
                pause = SHORTEST_PAUSE_S
            self._say(
                f"The {self.name} ended by itself (exit code {code}) and is started again; its log is {self._log}."
            )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _run_once(self) -> int:
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-c", LEASH, str(os.getpid())),
                *self._command,
                env=self._environ,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is for `limner up`, which then ends all in order
            )
        try:
            return await self._waited(process)
        finally:
            await asyncio.shield(_end(process))

    async def _waited(self, process: Process) -> int:
        """Wait for a process to end, and keep its log short meanwhile."""
        end = asyncio.ensure_future(process.wait())
        while not end.done():
            shorten(self._log)
            await asyncio.wait((end,), timeout=LOOK_S)
        return end.result()


def shorten(log: Path) -> None:
    """Move what a log that is too long holds to `<log>.1`, in place of what is there, and empty it.

    The file itself stays, since processes have it open, for appending; what they write between the two steps is lost.
    Where there is no room for a second file, what the log holds is lost.
    """
    with suppress(OSError):
        if log.stat().st_size > LONGEST_LOG:
            try:
                shutil.copyfile(log, f"{log}.1")
            finally:
                os.truncate(log, 0)


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
