"""The engine's process, seen from the worker: started when needed, called, killed.

A synchronous engine cannot be interrupted, so it lives in a process of its own: killing that is how a call is
stopped, unless there is time to let it end its step (`stop`). The pipes carry msgpack maps, each after its length in
four bytes, big endian. Of a call, `begun` comes back when its turn has come, `progress`, `checkpoint`, `preview` and
`trained` in any number, then one `result` or `error`; and `alive` every few seconds all the while.

Two limits end a call (`Hearing`). Silence: not even `alive` comes, the process is dead, frozen or stuck, and half a
minute is enough to know it. Standstill: the process lives and its call does not come on. A call that comes on without
end is ended by the job's own time limit (`LeasedWorker`).
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import uuid4

from limner.queue.codec import pack, unpack
from limner.queue.errors import BadMessageError, EngineDiedError, EngineRefusedError, EngineStuckError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Kind = Literal["examiner", "painter"]
OnMap = Callable[[Mapping[str, Any]], Awaitable[None]]
OnBytes = Callable[[bytes], Awaitable[None]]

_MEANINGS = frozenset({"alive", "begun", "progress", "checkpoint", "preview", "trained", "result", "error"})
# Six signs of life.
SILENCE_S = 30.0
# The longest step of the slowest base on a processor takes minutes, and so does loading one from a slow disk.
STANDSTILL_S = 3600.0
# Until `begun`: importing torch or the detectors' weights from a cold disk.
LOADING_S = 600.0
# A checkpoint of SDXL's Face LoRA has 0.9 GB, a request's portraits some tens of MB; more is a child gone mad.
LONGEST_FRAME = 2**31
# Runs first in the child and becomes the engine: asks Linux to end it when the worker's life ends in whatever way, so
# that a killed worker leaves no training behind. Elsewhere the engine notices by the end of its standard input.
LEASH = """
import os, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 9)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the worker is gone")
os.execvp(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a caller wants to hear of a call while it runs, and what it bears, in seconds.

    `silence_s` may pass without any word, `standstill_s` with nothing but signs of life.
    """

    on_progress: OnMap | None = None
    on_checkpoint: OnBytes | None = None
    silence_s: float = SILENCE_S
    standstill_s: float = STANDSTILL_S
    on_preview: OnBytes | None = None
    on_trained: OnMap | None = None


def engine_command(kind: Kind, *options: str) -> tuple[str, ...]:
    """Return the command of the real engine; `options` are further words of it."""
    # -P: the folder where the worker was started is no place to import from.
    return (sys.executable, "-P", "-m", "limner.engine.process", kind, *options)


class EngineChild:
    """One process of the engine. It does one call at a time; further callers wait their turn.

    Nothing is started before the first call, and a process that died is started anew by the next. `threads` bounds the
    native libraries' threads; None leaves it to the engine, which counts the cores that it may use.
    """

    def __init__(self, command: Sequence[str], *, threads: int | None = None) -> None:
        self._command = tuple(command)
        self._threads = threads
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._call_id: str | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The id of the living process, or None."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start the process if none is alive."""
        if self.pid is not None:
            return
        leash = (sys.executable, "-I", "-S", "-c", LEASH, str(os.getpid()))
        # A session of its own: Ctrl-C in a terminal is for the worker, which then decides.
        self._process = await asyncio.create_subprocess_exec(
            *leash,
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            env=self._environment(),
            start_new_session=True,
            limit=2**20,
        )

    async def warm(self) -> None:
        """Start the process ahead of its first call; whoever calls it now has done so already."""
        if not self._turn.locked():
            async with self._turn:
                await self.start()

    async def call(self, name: str, args: Mapping[str, Any], hearing: Hearing | None = None) -> dict[str, Any]:
        """Call the engine and return its result.

        Raises EngineDiedError when the process ends or keeps silent for too long, EngineStuckError when the call does
        not come on (both times it is killed), and EngineRefusedError when it answers with an error. A cancelled call
        kills the process: it may be restarted, but never be left working for nobody.
        """
        async with self._turn:
            try:
                await self.start()
                return await self._converse(name, args, hearing or Hearing())
            except (EngineDiedError, EngineRefusedError):
                raise
            except BaseException:
                await self.kill()
                raise

    def stop(self) -> None:
        """Ask the call under way, and each one from now on, to end its training at the next step.

        A training then raises EngineRefusedError with the reason "stopped", its checkpoint handed over; everything else
        goes on to its end. Waits for nothing; may be called at any time and more than once.
        """
        self._stopping = True
        if self._call_id is not None:
            self._write({"id": self._call_id, "stop": True})

    async def kill(self) -> None:
        """End the process at once and wait until it is gone; a call under way raises EngineDiedError.

        May be called at any time and more than once.
        """
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            # Not `process.kill()`: subprocess first looks whether the child is dead and then takes its exit status;
            # asyncio, which waits for it in a thread, would be told 255.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        # The system's kill is certain and quick; a caller's cancellation must not leave a zombie behind.
        await asyncio.shield(process.wait())

    async def _converse(self, name: str, args: Mapping[str, Any], hearing: Hearing) -> dict[str, Any]:
        call_id = uuid4().hex
        self._write({"id": call_id, "call": name, "args": args})
        self._call_id = call_id
        if self._stopping:
            self.stop()
        try:
            deadline = time.monotonic() + LOADING_S
            await self._watched(self._sent(), hearing.silence_s, deadline)
            while True:
                message = await self._watched(self._receive(call_id), hearing.silence_s, deadline)
                if (result := await _take_in(message, hearing)) is not None:
                    return result
                if "alive" not in message:
                    deadline = time.monotonic() + hearing.standstill_s
        finally:
            self._call_id = None

    async def _watched(self, step: Coroutine[Any, Any, T], silence_s: float, deadline: float) -> T:
        try:
            async with asyncio.timeout(min(silence_s, deadline - time.monotonic())):
                return await step
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise await self._death("died") from error
        except TimeoutError as error:
            death = await self._death("fell silent")
            if time.monotonic() >= deadline:
                raise EngineStuckError("stood still", death.exit_status) from error
            raise death from error
        except BadMessageError as error:
            raise await self._death(f"wrote nonsense: {error}") from error

    async def _death(self, how: str) -> EngineDiedError:
        process = self._process
        await self.kill()
        status = None if process is None else process.returncode
        return EngineDiedError(how, -1 if status is None else status)

    def _write(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        data = pack(message)
        self._process.stdin.write(len(data).to_bytes(4, "big"))
        self._process.stdin.write(data)

    async def _sent(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        await self._process.stdin.drain()

    async def _receive(self, call_id: str) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        length = int.from_bytes(await self._process.stdout.readexactly(4), "big")
        if length > LONGEST_FRAME:
            raise BadMessageError(f"The engine announced a message of {length} bytes.")
        message = unpack(await self._process.stdout.readexactly(length))
        if not isinstance(message, dict) or message.get("id") != call_id or not _MEANINGS & message.keys():
            raise BadMessageError("no answer to this call.")
        return message

    def _environment(self) -> dict[str, str]:
        if self._threads is None:
            return dict(os.environ)
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        return {**os.environ, **dict.fromkeys(names, str(self._threads))}


async def _take_in(message: Mapping[str, Any], hearing: Hearing) -> dict[str, Any] | None:
    if "progress" in message and hearing.on_progress is not None:
        await hearing.on_progress(message["progress"])
    if "checkpoint" in message and hearing.on_checkpoint is not None:
        await hearing.on_checkpoint(message["checkpoint"])
    if "preview" in message and hearing.on_preview is not None:
        await hearing.on_preview(message["preview"])
    if "trained" in message and hearing.on_trained is not None:
        await hearing.on_trained(message["trained"])
    if "error" in message:
        raise EngineRefusedError(message["error"]["reason"], message["error"]["message"])
    result: dict[str, Any] | None = message.get("result")
    return result
