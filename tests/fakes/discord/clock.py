"""The server's clock, which a test can turn, the numbers that follow from it, and waking those who wait."""

import asyncio
import time
from datetime import UTC, datetime

# The first millisecond of Discord's numbers: https://docs.discord.com/developers/reference#snowflakes.
EPOCH_MS = 1_420_070_400_000


class Signal:
    """Wakes everybody who waits, again and again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        """Wake all who wait now."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def wait(self) -> None:
        """Wait for the next time."""
        await self._event.wait()


class Clock:
    """Runs as time does, and jumps when it is turned."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()

    def now(self) -> float:
        """Tell the time in seconds since 1970."""
        return time.monotonic() + self._ahead

    def turn(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self._ahead += seconds


class Ids:
    """Gives out snowflakes, each larger than all before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest = 0

    def new(self) -> int:
        """Make a snowflake of this moment."""
        self._newest = max(self._newest + 1, (int(self._clock.now() * 1000) - EPOCH_MS) << 22)
        return self._newest


def iso(at: float) -> str:
    """Write a time as Discord does."""
    return datetime.fromtimestamp(at, UTC).isoformat()
