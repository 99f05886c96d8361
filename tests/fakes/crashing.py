"""A database whose next write transaction is ended in its midst, as by a kill."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from limner.storage.database import Connection, Database


class CrashError(BaseException):
    """What ends the transaction; nothing in the product catches it."""


class CrashingDatabase:
    """Passes everything on to a real database, until `crash_after` says after how many statements to end."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.crash_after: int | None = None

    async def scrub(self) -> None:
        """Scrub as ever."""
        await self._real.scrub()

    async def close(self) -> None:
        """Close as ever."""
        await self._real.close()

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """Read as ever."""
        return self._real.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """Write as ever, or break off: at the latest when everything is written and nothing is committed."""
        async with self._real.write() as connection:
            if self.crash_after is None:
                yield connection
                return
            yield _Countdown(connection, self.crash_after)
            raise CrashError


class _Countdown:
    """A connection that ends after so many statements."""

    def __init__(self, real: Connection, left: int) -> None:
        self._real = real
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def execute(self, *arguments: Any) -> Any:
        """Run a statement, or end."""
        if self._left == 0:
            raise CrashError
        self._left -= 1
        return await self._real.execute(*arguments)
