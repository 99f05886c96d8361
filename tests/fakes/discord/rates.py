"""The rates: a bucket for each route and the channel, guild or token in its path, and a second for all.

Source: https://docs.discord.com/developers/topics/rate-limits. Discord tells a bucket's size only in its headers; the
sizes in `routes` are those that are seen there for years.
"""

import hashlib
from collections import deque
from dataclasses import dataclass, field

from limner.tests.fakes.discord.errors import too_many

ALL_MOST, ALL_WINDOW_S = 50, 1.0


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls within so many seconds; `free` of the limit for all, as interactions are."""

    most: int
    window_s: float
    free: bool = False


@dataclass(slots=True)
class _Window:
    began: float
    used: int = 0


@dataclass(slots=True)
class Rates:
    """What is counted. Where rates are not strict, nobody is refused, and headers promise that."""

    strict: bool = False
    _windows: dict[str, _Window] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def count(self, route: str, place: str, limit: Limit, now: float) -> dict[str, str]:
        """Take note of a call; return its headers. Raises ApiError (429) where rates are strict and it is too early."""
        bucket = hashlib.sha256(route.encode()).hexdigest()[:32]
        window = self._windows.get(f"{bucket}:{place}")
        if window is None or now - window.began >= limit.window_s:
            window = self._windows[f"{bucket}:{place}"] = _Window(now)
        if self.strict:
            self._check_all(limit, now)
        wait, over = window.began + limit.window_s - now, self.strict and window.used >= limit.most
        window.used += not over
        left = max(0, limit.most - window.used) if self.strict else limit.most - 1
        headers = _headers(bucket, limit.most, left, now, wait)
        if over:
            refused = too_many(wait, "user")
            refused.headers |= headers
            raise refused
        return headers

    def _check_all(self, limit: Limit, now: float) -> None:
        if limit.free:
            return
        while self._all and now - self._all[0] >= ALL_WINDOW_S:
            self._all.popleft()
        if len(self._all) >= ALL_MOST:
            raise too_many(self._all[0] + ALL_WINDOW_S - now, "global")
        self._all.append(now)


def _headers(bucket: str, limit: int, left: int, now: float, wait: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": f"{now + wait:.3f}",
        "X-RateLimit-Reset-After": f"{wait:.3f}",
        "X-RateLimit-Bucket": bucket,
    }
