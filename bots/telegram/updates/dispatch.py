"""Updates that are written down, on their way to be handled: their photos are fetched ahead, and memory has a limit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from limner.bots.lanes import Lanes
from limner.bots.telegram.updates.fetch import Fetch, Fetcher
from limner.bots.telegram.updates.incoming import Incoming, PhotoFile

__all__ = ["Dispatcher", "Task"]

MOST = 5000
"""Updates in memory. More are not asked for before these are handled; they wait at Telegram or in the inbox."""


@dataclass(frozen=True, slots=True)
class Task:
    """One update to be handled, and its photo, if it is one."""

    incoming: Incoming
    fetch: Fetch | None

    @property
    def id(self) -> int:
        """Telegram's number of the update."""
        return self.incoming.update_id

    @property
    def lane(self) -> str:
        """Whose update it is."""
        return self.incoming.lane

    @property
    def again(self) -> bool:
        """Whether an earlier process has left it."""
        return self.incoming.again


class Dispatcher:
    """Handles tasks in lanes; `handle`, `begun`, `done` and `apologise` come from outside (see `Lanes`)."""

    def __init__(
        self,
        fetcher: Fetcher,
        handle: Callable[[Task], Awaitable[None]],
        begun: Callable[[int], Awaitable[int]],
        done: Callable[[int], Awaitable[None]],
        apologise: Callable[[Task], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetcher = fetcher
        self._lanes = Lanes(handle, begun, done, apologise, left=self._left, sleep=sleep)
        self._waiting = 0
        self._moved = asyncio.Event()

    def submit(self, incoming: Incoming) -> None:
        """Handle an update after all of its lane that came before; its photo is fetched meanwhile."""
        content = incoming.content
        self._waiting += 1
        self._lanes.submit(Task(incoming, self._fetcher.begin(content) if isinstance(content, PhotoFile) else None))

    async def room(self) -> None:
        """Wait until there is room for more updates."""
        while self._waiting >= MOST:
            self._moved.clear()
            await self._moved.wait()

    async def idle(self) -> None:
        """Wait until everything that was submitted is handled."""
        await self._lanes.idle()

    async def stop(self) -> None:
        """Stop at once; what is not done stays in the inbox."""
        await self._lanes.stop()

    def _left(self, task: Task) -> None:
        if task.fetch is not None:
            task.fetch.release()
        self._waiting -= 1
        self._moved.set()
