"""PostgreSQL behind the seam of `database`, through asyncpg.

It needs no line of writers: the conditional updates of the subjects (`… WHERE state = 'held'`) and the constraints of
the schema do that work.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

__all__ = ["PostgresqlDatabase"]


class PostgresqlDatabase:
    """One database on a server."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            hide_parameters=True,  # an error is logged; whom it is about is not
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one snapshot and writes nothing."""
        async with self._engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose changes are committed at the end of the block, or not at all."""
        async with self._engine.begin() as connection:
            yield connection

    async def scrub(self) -> None:
        """Do nothing: what is deleted goes with the server's own vacuum."""

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
