"""Updates that are written down, handled: those of one lane in their order, different lanes side by side.

An update leaves the inbox after its effect. One that fails is tried again, then answered with words and let go, so that
it cannot hold up what came after it; and so is one over which process after process has ended. Knows no platform.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

__all__ = ["MOST_TRIES", "Lanes"]

logger = logging.getLogger(__name__)

PAUSES_S = (1.0, 5.0)
"""Before the second and the third try: a database that restarts is back by then."""

MOST_TRIES = 100
"""Processes that may end over one update: one that kills them each time must not do so for ever. Ten were too few: when
something else ends the bot every other second, an update whose answer waits for its chat's turn is begun as often."""


class Waiting(Protocol):
    """One update that waits. `again` says that it may have been handled before, by a process that was killed."""

    @property
    def id(self) -> int:
        """The platform's number of it."""

    @property
    def lane(self) -> str:
        """Whose it is."""

    @property
    def again(self) -> bool:
        """Whether an earlier process has left it."""


W = TypeVar("W", bound=Waiting)


def _nothing(_: object) -> None:
    """Hold nothing, so let go of nothing."""


class Lanes(Generic[W]):
    """Handles updates; what is done with one comes from outside.

    `begun` counts, where it survives a crash, how often an update of an earlier process was begun. `left` is called for
    each update that is not held any more, whether it was handled or not.
    """

    def __init__(
        self,
        handle: Callable[[W], Awaitable[None]],
        begun: Callable[[int], Awaitable[int]],
        done: Callable[[int], Awaitable[None]],
        apologise: Callable[[W], Awaitable[None]],
        *,
        left: Callable[[W], None] = _nothing,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._handle = handle
        self._begun = begun
        self._done = done
        self._apologise = apologise
        self._left = left
        self._sleep = sleep
        self._lanes: dict[str, deque[W]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def submit(self, update: W) -> None:
        """Handle an update after all of its lane that came before."""
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        worker = asyncio.create_task(self._work(update.lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

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
            for update in lane:
                self._left(update)
        self._lanes.clear()

    async def _work(self, lane: str) -> None:
        updates = self._lanes[lane]
        while updates:
            await self._one(updates[0])
            self._left(updates.popleft())
        del self._lanes[lane]

    async def _one(self, update: W) -> None:
        try:
            if update.again and await self._begun(update.id) > MOST_TRIES:
                logger.error("The update %d has ended %d processes; it is given up.", update.id, MOST_TRIES)
                await self._apologise(update)
            else:
                await self._tried(update)
        except Exception:
            # The rim of one update: what stays in the inbox is handled again by the next process.
            logger.exception("The update %d could not be answered.", update.id)
            return
        await self._marked(update)

    async def _marked(self, update: W) -> None:
        """Mark an update as done, however long a full disk keeps that from happening.

        Nothing of its lane goes on before: the next process would handle it once more, behind what came after it.
        """
        while True:
            try:
                return await self._done(update.id)
            except Exception:
                # The rim again: a disk that is full now has room later.
                logger.exception("The update %d could not be marked as done; trying again.", update.id)
            await self._sleep(PAUSES_S[-1])

    async def _tried(self, update: W) -> None:
        for pause in (*PAUSES_S, None):
            try:
                return await self._handle(update)
            except Exception as error:  # noqa: BLE001
                # The other rim. No message and no values: they may quote what a person sent, or the token.
                logger.warning("The update %d failed: %s.", update.id, _where(error))
            if pause is not None:
                await self._sleep(pause)
        return await self._apologise(update)


def _where(error: Exception) -> str:
    """Say what failed and where."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" in {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{place}"
