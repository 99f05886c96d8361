"""The database connection: one short write transaction at a time, as many readers as like.

SQLite runs in WAL mode. A transaction that reads first and writes later fails there with SQLITE_BUSY whatever the
timeout, so every write transaction begins with BEGIN IMMEDIATE. PostgreSQL needs neither; there the conditional
updates of the subjects (`… WHERE state = 'held'`) and the constraints of the schema do the same work.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

Clock = Callable[[], datetime]

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_PRAGMAS = (
    "busy_timeout = 30000",  # ms; other processes queue here, our own tasks queue in `Database.write`
    "journal_mode = WAL",
    "synchronous = FULL",  # an acknowledged payment or result survives a power cut
    "foreign_keys = ON",
    "secure_delete = ON",  # a deleted data key is overwritten, not only unlinked
)
_WRITING = "limner_writing"
# The one clause that each of the two databases has in SQLAlchemy for itself: ON CONFLICT DO NOTHING.
_INSERTS: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def utc_now() -> datetime:
    """Tell the time: the default clock."""
    return datetime.now(UTC)


class Database:
    """Hand out connections for reading and for writing.

    A call that is cancelled inside `write` leaves nothing behind: the transaction is rolled back.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer. Waiting for it in line here is fair and free; waiting in its busy handler is neither.
        self._line: AbstractAsyncContextManager[Any] = asyncio.Lock() if self._sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one snapshot and writes nothing."""
        async with self._engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose changes are committed at the end of the block, or not at all."""
        async with self._line, self._engine.connect() as connection:
            await connection.execution_options(**{_WRITING: True})
            async with connection.begin():
                yield connection

    async def scrub(self) -> None:
        """Empty SQLite's write-ahead log, which would keep deleted rows until the next checkpoint.

        Does nothing on PostgreSQL. A reader at work keeps the log alive; the next checkpoint empties it then.
        """
        if not self._sqlite:
            return
        async with self._line, self._engine.connect() as connection:
            raw = await connection.get_raw_connection()
            cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # aiosqlite's, untyped here
            await cursor.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


async def insert_new(connection: AsyncConnection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless a constraint forbids it; tell whether it is there because of this call.

    Works the same on both databases (each has its own ON CONFLICT in SQLAlchemy): a savepoint keeps the surrounding
    transaction usable after the refusal.
    """
    try:
        async with connection.begin_nested():
            await connection.execute(table.insert().values(**values))
    except IntegrityError:
        return False
    return True


async def insert_all_new(
    connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]], key: sa.Column[Any]
) -> list[Any]:
    """Insert those of many rows that no unique constraint forbids, in few statements; give the `key` of each."""
    if not rows:
        return []
    insert = _INSERTS[connection.dialect.name](table).on_conflict_do_nothing().returning(key)
    return list((await connection.execute(insert, list(rows))).scalars())


def columns_of(table: sa.Table, record: type[Any]) -> list[sa.Column[Any]]:
    """List the columns that fill a slotted dataclass, in its order: `record(*row)`."""
    return [table.c[name] for name in record.__slots__]


def async_url(database_url: str) -> URL:
    """Name the async driver in a plain `sqlite:///…` or `postgresql://…` address."""
    url = make_url(database_url)
    return url.set(drivername=_ASYNC_DRIVERS.get(url.drivername, url.drivername))


def create_engine(database_url: str) -> AsyncEngine:
    """Make the engine; for SQLite also the file, its folder, the pragmas and the explicit BEGIN."""
    url = async_url(database_url)
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        if url.database not in {None, "", ":memory:"}:
            _make_sqlite_file(Path(str(url.database)))
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _make_sqlite_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    # A path that SQLite cannot open fails here; inside the driver it would also leave a thread's traceback behind.
    sqlite3.connect(path).close()


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
