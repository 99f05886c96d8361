"""Updates that are written down, handled: those of one lane in their order, different lanes side by side.

An update leaves the inbox after its effect. One that fails is tried again, then answered with words and let go, so that
it cannot hold up what came after it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from limner.bots.telegram.updates.fetch import Fetch, Fetcher
from limner.bots.telegram.updates.incoming import Incoming, PhotoFile

__all__ = ["Dispatcher", "Task"]

logger = logging.getLogger(__name__)

PAUSES_S = (1.0, 5.0)
"""Before the second and the third try: a database that restarts is back by then."""

MOST_TRIES = 100
"""Processes that may end over one update: one that kills them each time must not do so for ever. Ten were too few: when
something else ends the bot every other second, an update whose answer waits for its chat's turn is begun as often."""

MOST = 5000
"""Updates in memory. More are not asked for before these are handled; they wait at Telegram or in the inbox."""


@dataclass(frozen=True, slots=True)
class Task:
    """One update to be handled, and its photo, if it is one."""

    incoming: Incoming
    fetch: Fetch | None


class Dispatcher:
    """Handles tasks; `handle`, `begun`, `done` and `apologise` come from outside.

    `begun` counts, where it survives a crash, how often an update of an earlier process was begun.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        handle: Callable[[Task], Awaitable[None]],
        begun: Callable[[int], Awaitable[int]],
        done: Callable[[int], Awaitable[None]],
        apologise: Callable[[Incoming], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetcher = fetcher
        self._handle = handle
        self._begun = begun
        self._done = done
        self._apologise = apologise
        self._sleep = sleep
        self._lanes: dict[str, deque[Task]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._moved = asyncio.Event()

    def submit(self, incoming: Incoming) -> None:
        """Handle an update after all of its lane that came before; its photo is fetched meanwhile."""
        content = incoming.content
        task = Task(incoming, self._fetcher.begin(content) if isinstance(content, PhotoFile) else None)
        self._waiting += 1
        lane = self._lanes.get(incoming.lane)
        if lane is not None:
            lane.append(task)
            return
        self._lanes[incoming.lane] = deque([task])
        worker = asyncio.create_task(self._work(incoming.lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def room(self) -> None:
        """Wait until there is room for more updates."""
        while self._waiting >= MOST:
            self._moved.clear()
            await self._moved.wait()

    async def idle(self) -> None:
        """Wait until everything that was submitted is handled."""
        while self._workers:
            await asyncio.wait(tuple(self._workers))

    async def stop(self) -> None:
        """Stop at once; what is not done stays in the inbox."""
        for worker in self._workers:
            worker.cancel()
        await self.idle()
        for lane in self._lanes.values():
            for task in lane:
                _release(task)
        self._lanes.clear()

    async def _work(self, lane: str) -> None:
        tasks = self._lanes[lane]
        while tasks:
            task = tasks[0]
            try:
                await self._one(task)
            finally:
                _release(task)
            tasks.popleft()
            self._waiting -= 1
            self._moved.set()
        del self._lanes[lane]

    async def _one(self, task: Task) -> None:
        update_id = task.incoming.update_id
        try:
            if task.incoming.again and await self._begun(update_id) > MOST_TRIES:
                logger.error("The update %d has ended %d processes; it is given up.", update_id, MOST_TRIES)
                await self._apologise(task.incoming)
            else:
                await self._tried(task)
            await self._done(update_id)
        except Exception:
            # The rim of one update: what stays in the inbox is handled again by the next process.
            logger.exception("The update %d could not be marked as done.", update_id)

    async def _tried(self, task: Task) -> None:
        for pause in (*PAUSES_S, None):
            try:
                return await self._handle(task)
            except Exception as error:  # noqa: BLE001
                # The other rim. No traceback with values: an update holds what a person wrote.
                logger.warning("The update %d failed: %s.", task.incoming.update_id, _where(error))
            if pause is not None:
                await self._sleep(pause)
        return await self._apologise(task.incoming)


def _release(task: Task) -> None:
    if task.fetch is not None:
        task.fetch.release()


def _where(error: Exception) -> str:
    """Say what failed and where, without the message, which may quote what a person sent."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" in {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{place}"
