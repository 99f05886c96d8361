"""Several calls at one process: who may come in, and what was said to whom and not taken yet."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from limner.queue.errors import EngineDiedError

# So many checkpoints of one call may wait for storage: they are large.
CHECKPOINTS_WAITING = 3


class Seats:
    """How many calls a process does at once. Whoever wants to be alone waits for all of them, and is not overtaken."""

    def __init__(self, count: int) -> None:
        self._count = self._free = count
        self._door = asyncio.Lock()
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def taken(self, *, alone: bool) -> AsyncIterator[None]:
        """Take one seat, or all of them, for the length of the block."""
        wanted = self._count if alone else 1
        async with self._door, self._changed:
            await self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        try:
            yield
        finally:
            self._free += wanted
            async with self._changed:
                self._changed.notify_all()


class Box:
    """The messages of one call that nobody has taken yet."""

    def __init__(self) -> None:
        self._messages: deque[dict[str, Any] | EngineDiedError] = deque()
        self._filled = asyncio.Event()

    def put(self, message: dict[str, Any] | EngineDiedError) -> None:
        """Add a message; where checkpoints pile up, the newest takes the place of the last."""
        if _is_checkpoint(message):
            waiting = [one for one in self._messages if _is_checkpoint(one)]
            if len(waiting) >= CHECKPOINTS_WAITING:
                self._messages.remove(waiting[-1])
        self._messages.append(message)
        self._filled.set()

    async def take(self) -> dict[str, Any]:
        """Take the oldest message, waiting for it. Raises EngineDiedError where there will be none."""
        while not self._messages:
            self._filled.clear()
            await self._filled.wait()
        message = self._messages.popleft()
        if isinstance(message, EngineDiedError):
            raise message
        return message


def _is_checkpoint(message: dict[str, Any] | EngineDiedError) -> bool:
    return isinstance(message, dict) and "checkpoint" in message
