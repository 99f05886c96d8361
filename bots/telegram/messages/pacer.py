"""Pacing: how fast we may speak to one chat, and to all of them together.

Knows no messages: it only lets somebody wait. A chat that Telegram told to be quiet stalls alone.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager

from limner.bots.telegram.limits import CHAT_BURST, CHAT_PAUSE_S, EVERYBODY, Window, windows

__all__ = ["Pacer"]

LOOK_AGAIN_S = 0.05
"""While as many messages are on their way as may be."""

MOST_LINES = 4096
"""Chats that are remembered. Whoever has been silent for a minute is forgotten when there are more."""


class Pacer:
    """Keeps the rates. `now` and `sleep` may be a clock that a test turns."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._now = now
        self._sleep = sleep
        # Spread over the second, so that nobody waits for a whole one behind a heap.
        self._everybody = _Line((), EVERYBODY.seconds / EVERYBODY.count, EVERYBODY.count // 2)
        self._traffic = _Traffic(EVERYBODY)
        self._lines: dict[int, _Line] = {}

    @asynccontextmanager
    async def turn(self, chat_id: int, cost: int = 1) -> AsyncIterator[None]:
        """Wait until `cost` messages may go to a chat; the call that sends them is made within the block.

        Those who wait for one chat keep their order.
        """
        line = self._line(chat_id)
        async with line.lock:
            await self._wait(line, cost)
            # One at a time: a thousand chats that all wake up for the next free place would do nothing else.
            async with self._everybody.lock:
                await self._wait(self._everybody, cost)
                await self._wait(self._traffic, cost)
                self._book(line, cost)
        with self._on_the_way(cost):
            yield

    def try_turn(self, chat_id: int) -> AbstractContextManager[None] | None:
        """Take a turn now, or say that there is none: for what may be dropped. The call is made within the block."""
        line, now = self._line(chat_id), self._now()
        busy = line.lock.locked() or self._everybody.lock.locked()
        if busy or max(one.pause(now, 1) for one in (line, self._everybody, self._traffic)) > 0:
            return None
        self._book(line, 1)
        return self._on_the_way(1)

    def stall(self, chat_id: int, seconds: float) -> None:
        """Say nothing to this chat for so long; all others go on."""
        line = self._line(chat_id)
        line.stalled_until = max(line.stalled_until, self._now() + seconds)

    @contextmanager
    def _on_the_way(self, cost: int) -> Iterator[None]:
        try:
            yield
        finally:
            self._traffic.landed(self._now(), cost)

    async def _wait(self, line: "_Line | _Traffic", cost: int) -> None:
        while (pause := line.pause(self._now(), cost)) > 0:
            await self._sleep(pause)

    def _book(self, line: "_Line", cost: int) -> None:
        now = self._now()
        line.book(now, cost)
        self._everybody.book(now, cost, steps=cost)
        self._traffic.flying += cost

    def _line(self, chat_id: int) -> "_Line":
        if chat_id not in self._lines and len(self._lines) >= MOST_LINES:
            now = self._now()
            self._lines = {chat: line for chat, line in self._lines.items() if not line.idle(now)}
        return self._lines.setdefault(chat_id, _Line(windows(chat_id)))


class _Traffic:
    """What is on its way to all chats together, and what has lately been answered.

    A message counts from its release until a second after its answer. So of those that arrive within one second, the
    last was released while all others still counted: there are never more than `rate.count`, however late any of them
    was sent and however long it took. A rate of releases alone cannot promise that in a busy process.
    """

    def __init__(self, rate: Window) -> None:
        self.flying = 0
        self._rate = rate
        self._landed: deque[tuple[float, int]] = deque()

    def pause(self, now: float, cost: int) -> float:
        """Return how many seconds to wait, at the least, before `cost` messages may be released."""
        while self._landed and self._landed[0][0] + self._rate.seconds <= now:
            self._landed.popleft()
        if self.flying + sum(cost for _, cost in self._landed) + cost <= self._rate.count:
            return 0.0
        return self._landed[0][0] + self._rate.seconds - now if self._landed else LOOK_AGAIN_S

    def landed(self, now: float, cost: int) -> None:
        """Note that a call was answered, in whatever way."""
        self.flying -= cost
        self._landed.append((now, cost))


class _Line:
    """What was said lately in one chat, and until when it must be quiet.

    `pause_s` lies between two messages in the long run, and `burst` of them may come at once: the virtual scheduling of
    https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm, which needs one number: when the next one is due.
    """

    def __init__(self, rates: tuple[Window, ...], pause_s: float = CHAT_PAUSE_S, burst: int = CHAT_BURST) -> None:
        self.lock = asyncio.Lock()
        self.stalled_until = 0.0
        self._pause_s = pause_s
        self._early_s = pause_s * (burst - 1)
        self._due = 0.0
        self._said = [(rate, deque[float](maxlen=rate.count)) for rate in rates]

    def pause(self, now: float, cost: int) -> float:
        """Return how many seconds to wait before `cost` messages fit in; none or less where they do."""
        rooms = [_room_at(rate, said, cost) for rate, said in self._said]
        return max(self.stalled_until, self._due - self._early_s, *rooms) - now

    def book(self, now: float, cost: int, steps: int = 1) -> None:
        """Note that `cost` messages are said now, and that `steps` pauses have to follow."""
        self._due = max(now, self._due) + steps * self._pause_s
        for _, said in self._said:
            said.extend([now] * cost)

    def idle(self, now: float) -> bool:
        """Say whether nothing would be lost by forgetting this chat."""
        quiet = all(not said or said[-1] + rate.seconds < now for rate, said in self._said)
        return quiet and not self.lock.locked() and max(self.stalled_until, self._due) <= now


def _room_at(rate: Window, said: deque[float], cost: int) -> float:
    """Return when `cost` more messages fit into a window; `said` are the times of its latest ones, oldest first."""
    may_stay = rate.count - min(cost, rate.count)
    return 0.0 if len(said) <= may_stay else said[-1 - may_stay] + rate.seconds
