"""Who is served next: whoever had the least of the device's time, by weight.

A queue of virtual times (start-time fair queueing, Goyal, Vin and Cheng 1996): who was away comes back at the time of
those who were there, so that nobody saves time up and nobody who just came is behind those who have been served long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=str)


class FairTime(Generic[K]):
    """Seconds of the device, shared by keys in proportion to their weights (1 where none is said)."""

    def __init__(self, weights: Mapping[K, float] | None = None) -> None:
        self._weights = dict(weights or {})
        self._times: dict[K, float] = {}
        self._now = 0.0

    def order(self, waiting: Iterable[K]) -> list[K]:
        """Put those who wait in the order in which they are to be served; equal ones as they came."""
        keys = list(dict.fromkeys(waiting))
        for key in keys:
            self._times[key] = max(self._times.get(key, 0.0), self._now)
        keys.sort(key=self._times.__getitem__)
        self._now = self._times[keys[0]] if keys else self._now
        return keys

    def spend(self, key: K, seconds: float) -> None:
        """Say that somebody had the device for so long."""
        self._times[key] = max(self._times.get(key, 0.0), self._now) + seconds / self._weights.get(key, 1.0)

    def leave(self, key: K) -> None:
        """Forget somebody who will not come back."""
        self._times.pop(key, None)
