"""SQLite behind the seam of `database`: statements run where they are called, only waiting is done elsewhere.

A statement takes some tens of microseconds; handing each to a thread and its answer back costs ten times as much of
the event loop's own time (docs/measurements.md). What may take long goes to a thread: waiting for another process that
writes (BEGIN IMMEDIATE) and for the disk (COMMIT).

SQLite runs in WAL mode. A transaction that reads first and writes later fails there with SQLITE_BUSY whatever the
timeout, so every write transaction begins with BEGIN IMMEDIATE.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, CursorResult, Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["SqliteDatabase"]

T = TypeVar("T")

PRAGMAS = (
    "busy_timeout = 30000",  # ms; other processes queue here, our own tasks queue in `SqliteDatabase.write`
    "journal_mode = WAL",
    "synchronous = FULL",  # an acknowledged payment or result survives a power cut
    "foreign_keys = ON",
    "secure_delete = ON",  # a deleted data key is overwritten, not only unlinked
)
WRITING = "limner_writing"


class SqliteDatabase:
    """One file. For one event loop at a time."""

    def __init__(self, url: URL) -> None:
        _make_file(url.database)
        # Without an upper bound: a pool that is empty would stop the whole loop until a connection comes back.
        self._engine = sa.create_engine(
            url.set(drivername="sqlite"),
            connect_args={"check_same_thread": False},
            poolclass=sa.QueuePool,
            max_overflow=-1,
            hide_parameters=True,  # an error is logged; whom it is about is not
        )
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "begin", _begin)
        # SQLite has one writer. Waiting for it in line here is fair and free; waiting in its busy handler is neither.
        self._line = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")

    @asynccontextmanager
    async def read(self) -> AsyncIterator["DirectConnection"]:
        """Give a connection that sees one snapshot and writes nothing."""
        with self._engine.connect() as connection, connection.begin():
            yield DirectConnection(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator["DirectConnection"]:
        """Give a connection whose changes are committed at the end of the block, or not at all."""
        async with self._line:
            with self._engine.connect() as connection:
                connection.execution_options(**{WRITING: True})
                # Leaving the outer block without a commit, in whatever way, rolls back.
                transaction = await self._apart(connection.begin)
                yield DirectConnection(connection)
                await self._apart(transaction.commit)

    async def scrub(self) -> None:
        """Empty the write-ahead log, which would keep deleted rows until the next checkpoint.

        A reader at work keeps the log alive; the next checkpoint empties it then.
        """
        async with self._line:
            await self._apart(self._checkpoint)

    async def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._thread.shutdown()

    async def _apart(self, work: Callable[[], T]) -> T:
        """Do work in the thread, to its end: a cancellation is raised once it is done."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    def _checkpoint(self) -> None:
        raw = self._engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            raw.close()


class DirectConnection:
    """A transaction on SQLite, in the form that `database.Connection` asks for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """Say which database it is."""
        return self._connection.dialect

    async def execute(self, statement: sa.Executable, parameters: Any = None, /) -> "CursorResult[*tuple[Any, ...]]":
        """Run a statement; with a list of rows, once for each."""
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: sa.Executable, /) -> Any:
        """Run a statement and give the first column of its first row, None where there is none."""
        return self._connection.scalar(statement)

    async def run_sync(self, work: Callable[[Connection], T], /) -> T:
        """Hand SQLAlchemy's own connection to a function."""
        return work(self._connection)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """Set a savepoint: what fails in the block leaves the transaction as it was before."""
        with self._connection.begin_nested():
            yield


def _make_file(name: str | None) -> None:
    if not name or name == ":memory:":
        raise ValueError("SQLite needs a file here, since several processes share it: use sqlite:////path/limner.db.")
    path = Path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    sqlite3.connect(path).close()  # a path that SQLite cannot open fails here


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
