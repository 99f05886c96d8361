"""The record of all calls, and the rates that follow from it.

Source of the limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. Telegram does not
tell how large a short burst may be; three messages are allowed here.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from limner.tests.fakes.telegram.errors import too_many

BURST = 3
GROUP_MOST, GROUP_WINDOW_S = 20, 60.0
ALL_MOST, ALL_WINDOW_S = 30, 1.0


@dataclass(slots=True, eq=False)
class Call:
    """One call: when it came (monotonic seconds), what it asked, and what came of it."""

    at: float
    method: str
    chat_id: int | None
    parameters: dict[str, Any]
    files: dict[str, int] = field(default_factory=dict)
    """Sizes in bytes of the files that came with it, by name."""
    status: int = 0
    """HTTP status of the answer; 0 while it is under way or when the connection was cut."""
    description: str | None = None
    messages: int = 0
    """How many messages it wrote or edited: what counts for the rates."""


def most_within(times: list[float], window_s: float) -> int:
    """Return the largest number of times that lie within any window; `times` in order."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(slots=True)
class Rates:
    """What Telegram counts: a bucket for each chat, a minute for each group, a second for all."""

    strict: bool = False
    _buckets: dict[int, tuple[float, float]] = field(default_factory=dict)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def count(self, chat_id: int, messages: int, now: float, *, group: bool) -> None:
        """Take note of messages to a chat. Raises ApiError (429) where rates are strict and these are too many.

        An album is one message for the chat's bucket, and as many as it has items for the two others. `now` in seconds.
        """
        waits = [self._bucket_wait(chat_id, now), _wait(self._all, ALL_MOST - messages, ALL_WINDOW_S, now)]
        minute = self._groups.setdefault(chat_id, deque())
        if group:
            waits.append(_wait(minute, GROUP_MOST - messages, GROUP_WINDOW_S, now))
        if self.strict and max(waits) > 0:
            raise too_many(math.ceil(max(waits)))
        self._buckets[chat_id] = (self._level(chat_id, now) - 1, now)
        minute.extend([now] * messages)
        self._all.extend([now] * messages)

    def _level(self, chat_id: int, now: float) -> float:
        level, at = self._buckets.get(chat_id, (float(BURST), now))
        return min(float(BURST), level + now - at)

    def _bucket_wait(self, chat_id: int, now: float) -> float:
        return 1 - self._level(chat_id, now)


def _wait(times: deque[float], room: int, window_s: float, now: float) -> float:
    while times and now - times[0] >= window_s:
        times.popleft()
    # So many of the oldest have to leave the window first.
    over = min(len(times) - room, len(times))
    return times[over - 1] + window_s - now if over > 0 else 0.0
