"""PostgreSQL behind the seam of `database`, through asyncpg (the extra `postgres`).

Readers run in REPEATABLE READ READ ONLY: all that a block reads is of one moment, and it cannot write by mistake.

Writers take turns, as on SQLite: each begins by taking one advisory lock of the database, which ends with its
transaction. The subjects were written for a single writer (they read, then write by what they read), and so they are
right here for the same reason as there, without a proof for each of them. READ COMMITTED suffices behind the lock: each
statement sees what every writer before has committed, since the server lets go of the lock after the commit is visible.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS

What it costs: commits are made one after the other, so the server's ability to flush several at once lies idle, and
one round trip more for each write. Tasks of one process wait in line here, so that one connection for each process
waits at the server and readers always find one in the pool.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

__all__ = ["PostgresqlDatabase"]

# "limner" in ASCII. The lock is this database's own: another one on the same server has another line.
LINE = int.from_bytes(b"limner")

SERVER_SETTINGS = {
    "application_name": "limner",
    # ms; as long as SQLite's writers wait for another process.
    "lock_timeout": "30000",
    # ms; whoever is stopped, or cut off, in the midst of a write must not hold up everybody else for ever.
    "idle_in_transaction_session_timeout": "60000",
}


class PostgresqlDatabase:
    """One database on a server. For one event loop at a time."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            connect_args={"server_settings": SERVER_SETTINGS},
            pool_pre_ping=True,  # a server that was restarted costs nobody an error
            hide_parameters=True,  # an error is logged; whom it is about is not
        )
        sa.event.listen(self._engine.sync_engine, "handle_error", _drop_details)
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._apart = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._line = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one snapshot and writes nothing."""
        async with self._reading.begin() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose changes are committed at the end of the block, or not at all."""
        async with self._line, self._engine.begin() as connection:
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LINE)))
            yield connection

    async def scrub(self) -> None:
        """Write the table of the data keys anew, so that its file holds no key that was deleted.

        A reader at work may keep the key there until the next call. Other tables are left to the server's vacuum. Its
        write-ahead log, replicas and backups keep what they have until they pass (SECURITY.md).
        """
        async with self._apart.connect() as connection:
            await connection.execute(sa.text("VACUUM (FULL) data_keys"))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _drop_details(context: ExceptionContext) -> None:
    """Take out of an error what the server adds to it: the row that it refused, with all that it says of somebody."""
    error: BaseException | None = context.original_exception
    while error is not None:
        if getattr(error, "detail", None):
            error.detail = None  # type: ignore[attr-defined]  # asyncpg's; it may not be imported where it is not used
        error = error.__cause__
