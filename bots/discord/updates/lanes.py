"""Interactions that are written down, handled: one person's in their order, different people's side by side.

An interaction leaves the inbox after its effect. One that fails is tried again, then answered with words and let go, so
that it cannot hold up what came after it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from limner.bots.discord.updates.incoming import Incoming

__all__ = ["Lanes"]

logger = logging.getLogger(__name__)

PAUSES_S = (1.0, 5.0)
"""Before the second and the third try: a database that restarts is back by then."""

Step = Callable[[Incoming], Awaitable[None]]


class Lanes:
    """Handles interactions; `handle`, `done` and `apologise` come from outside."""

    def __init__(
        self, handle: Step, done: Step, apologise: Step, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._handle = handle
        self._done = done
        self._apologise = apologise
        self._sleep = sleep
        self._lanes: dict[int, deque[Incoming]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    def submit(self, incoming: Incoming) -> None:
        """Handle an interaction after all of the same person that came before."""
        lane = self._lanes.get(incoming.person.id)
        if lane is not None:
            lane.append(incoming)
            return
        self._lanes[incoming.person.id] = deque([incoming])
        worker = asyncio.create_task(self._work(incoming.person.id))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def stop(self) -> None:
        """Stop at once; what is not done stays in the inbox."""
        for worker in self._workers:
            worker.cancel()
        if self._workers:
            await asyncio.wait(tuple(self._workers))
        self._lanes.clear()

    async def _work(self, person_id: int) -> None:
        lane = self._lanes[person_id]
        while lane:
            await self._one(lane[0])
            lane.popleft()
        del self._lanes[person_id]

    async def _one(self, incoming: Incoming) -> None:
        try:
            await self._tried(incoming)
            await self._done(incoming)
        except Exception:
            # The rim of one interaction: what stays in the inbox is handled again by the next process.
            logger.exception("The interaction %d could not be marked as done.", incoming.id)

    async def _tried(self, incoming: Incoming) -> None:
        for pause in (*PAUSES_S, None):
            try:
                return await self._handle(incoming)
            except Exception as error:  # noqa: BLE001
                # The other rim. No message and no values: they may quote what a person sent, or the token.
                logger.warning("The interaction %d failed: %s.", incoming.id, _where(error))
            if pause is not None:
                await self._sleep(pause)
        return await self._apologise(incoming)


def _where(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" in {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
    return f"{type(error).__name__}{place}"
