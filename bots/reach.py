"""Who can be brought results now. Holds nothing that a restart must not lose: at worst something is tried once more."""

import time
from collections.abc import Callable

__all__ = ["Reach"]

REST_S = 5.0
LONGEST_REST_S = 300.0
"""After a delivery that failed: from the sweep's own interval to what a person who waits may still bear."""


class Reach:
    """Leaves in peace whoever no way leads to, and rests after a delivery that failed."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._away: set[str] = set()
        self._failures: dict[str, tuple[int, float]] = {}

    def reachable(self, user_id: str) -> bool:
        """Say whether some way may lead to a person, and no delivery to them has just failed."""
        _, until = self._failures.get(user_id, (0, 0.0))
        return user_id not in self._away and until <= self._now()

    def heard(self, user_id: str) -> bool:
        """Note that a person has written; say whether something may have waited for that."""
        waited = user_id in self._away or user_id in self._failures
        self.arrived(user_id)
        return waited

    def away(self, user_id: str) -> None:
        """Note that no way leads to a person until they write."""
        self._away.add(user_id)

    def arrived(self, user_id: str) -> None:
        """Note that a delivery has arrived."""
        self._away.discard(user_id)
        self._failures.pop(user_id, None)

    def failed(self, user_id: str) -> None:
        """Note that a delivery has failed: the next one waits, longer each time."""
        count, _ = self._failures.get(user_id, (0, 0.0))
        self._failures[user_id] = (count + 1, self._now() + min(REST_S * 2**count, LONGEST_REST_S))
