"""A clock that tests turn."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class TurnedClock:
    """A clock that moves a millisecond at each look, so that order is definite, and otherwise only when turned."""

    now: datetime = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time and move on."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def turn(self, by: timedelta) -> None:
        """Move on by so much."""
        self.now += by
