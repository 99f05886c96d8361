"""The database: one short write transaction at a time, as many readers as like.

So a subject may read and then write by what it has read, without locking rows: nobody else writes meanwhile, whichever
process it is in. This is what every subject works with, whichever database it is: `limner.storage.sqlite` or
`limner.storage.postgresql`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.engine import CursorResult, Dialect, make_url
from sqlalchemy.exc import IntegrityError

__all__ = [
    "Clock",
    "Connection",
    "Database",
    "columns_of",
    "insert_all_new",
    "insert_new",
    "open_database",
    "utc_now",
]

Clock = Callable[[], datetime]
T = TypeVar("T")

# The one clause that each of the two databases has in SQLAlchemy for itself: ON CONFLICT DO NOTHING.
_INSERTS: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class Connection(Protocol):
    """A transaction under way; SQLAlchemy's AsyncConnection is one."""

    @property
    def dialect(self) -> Dialect:
        """Say which database it is."""

    async def execute(self, statement: sa.Executable, parameters: Any = None, /) -> "CursorResult[*tuple[Any, ...]]":
        """Run a statement; with a list of rows, once for each."""

    async def scalar(self, statement: sa.Executable, /) -> Any:
        """Run a statement and give the first column of its first row, None where there is none."""

    async def run_sync(self, work: Callable[[SyncConnection], T], /) -> T:
        """Hand SQLAlchemy's own connection to a function."""

    def begin_nested(self) -> AbstractAsyncContextManager[Any]:
        """Set a savepoint: what fails in the block leaves the transaction as it was before."""


class Database(Protocol):
    """Hands out connections for reading and for writing."""

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """Give a connection that sees one snapshot and writes nothing."""

    def write(self) -> AbstractAsyncContextManager[Connection]:
        """Give a connection whose changes are committed at the end of the block, or not at all; one at a time.

        A call that is cancelled inside the block leaves nothing behind: the transaction is rolled back.
        """

    async def scrub(self) -> None:
        """Let nothing stay on disk of rows that were deleted."""

    async def close(self) -> None:
        """Close every connection."""


def open_database(database_url: str) -> Database:
    """Open `sqlite:///file` (made where there is none) or `postgresql://…`. Raises ValueError for anything else."""
    url = make_url(database_url)
    match url.get_backend_name():
        case "sqlite":
            from limner.storage.sqlite import SqliteDatabase

            return SqliteDatabase(url)
        case "postgresql":
            from limner.storage.postgresql import PostgresqlDatabase

            return PostgresqlDatabase(url)
        case other:
            raise ValueError(f"A database of the kind {other!r} is not known. Use sqlite:///… or postgresql://….")


def utc_now() -> datetime:
    """Tell the time: the default clock."""
    return datetime.now(UTC)


async def insert_new(connection: Connection, table: sa.Table, **values: Any) -> bool:
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
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], key: sa.Column[Any]
) -> list[Any]:
    """Insert those of many rows that no unique constraint forbids, in few statements; give the `key` of each."""
    if not rows:
        return []
    insert = _INSERTS[connection.dialect.name](table).on_conflict_do_nothing().returning(key)
    return list((await connection.execute(insert, list(rows))).scalars())


def columns_of(table: sa.Table, record: type[Any]) -> list[sa.Column[Any]]:
    """List the columns that fill a slotted dataclass, in its order: `record(*row)`."""
    return [table.c[name] for name in record.__slots__]
