"""PostgreSQL: one snapshot for a reader, one writer at a time, and what stays in its files."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from limner.storage import open_storage
from limner.storage.database import Connection, Database, open_database
from limner.storage.schema import data_keys, inbox
from limner.tests.fakes.postgresql import Cluster

COUNT = sa.select(sa.func.count()).select_from(inbox)


@pytest_asyncio.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    """Give a database as one process has it."""
    opened = open_database(postgresql_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(postgresql_url: str) -> AsyncIterator[Database]:
    """Give the same database as another process has it."""
    opened = open_database(postgresql_url)
    yield opened
    await opened.close()


async def insert(connection: Connection, update_id: int) -> None:
    """Write one row."""
    row = {"platform": "telegram", "update_id": update_id, "lane": "user:4711001", "created_at": datetime.now(UTC)}
    await connection.execute(inbox.insert().values(row))


async def count_up(database: Database) -> None:
    """Read how many there are, let others run, and write the next: wrong as soon as two do it at once."""
    async with database.write() as connection:
        found: int = await connection.scalar(COUNT)
        await asyncio.sleep(0)
        await insert(connection, found)


async def test_a_reader_sees_one_snapshot(database: Database, other: Database) -> None:
    """What another process commits between two statements of a reader is not seen by the second one."""
    async with database.read() as connection:
        assert await connection.scalar(COUNT) == 0
        await count_up(other)
        assert await connection.scalar(COUNT) == 0
    async with database.read() as connection:
        assert await connection.scalar(COUNT) == 1


async def test_a_reader_writes_nothing(database: Database) -> None:
    """A write in a block that was asked for to read is refused by the server; the next writer is not hindered."""
    with pytest.raises(DBAPIError, match="read-only"):
        async with database.read() as connection:
            await insert(connection, 1)
    await count_up(database)


async def test_writers_take_turns(database: Database, other: Database) -> None:
    """Of 40 that read first and write by it, in two processes, none reads what another is about to change."""
    await asyncio.gather(*(count_up((database, other)[n % 2]) for n in range(40)))
    async with database.read() as connection:
        assert await connection.scalar(COUNT) == 40


async def test_readers_do_not_wait_for_writers_in_line(database: Database, other: Database) -> None:
    """With another process at its write and twenty writers waiting, readers have their answer at once."""
    async with other.write() as connection:
        await insert(connection, -1)
        writing = [asyncio.create_task(count_up(database)) for _ in range(20)]
        await asyncio.sleep(0.05)  # until they wait at the server, or would
        async with asyncio.timeout(5):
            async with database.read() as reader:
                assert await reader.scalar(COUNT) == 0
    await asyncio.gather(*writing)


async def test_a_server_that_lets_go_of_everybody_costs_nobody_an_error(
    database: Database, postgresql_url: str, cluster: Cluster
) -> None:
    """After a restart of the server, which ends every connection, reading and writing go on."""
    await count_up(database)
    name = str(sa.make_url(postgresql_url).database)
    cluster.disconnect(name)
    async with database.read() as connection:
        assert await connection.scalar(COUNT) == 1
    cluster.disconnect(name)
    await count_up(database)


async def test_a_cancelled_writer_leaves_nothing_and_no_lock(database: Database, other: Database) -> None:
    """Whoever is cancelled, at its statement or waiting for its turn, writes nothing and holds up nobody."""
    async with other.write():
        waiting = asyncio.create_task(count_up(database))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    for turns in range(0, 60, 3):
        writing = asyncio.create_task(count_up(database))
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    async with database.read() as connection:
        before = await connection.scalar(COUNT)
    await count_up(other)
    async with database.read() as connection:
        assert await connection.scalar(COUNT) == before + 1


async def test_an_error_names_nobody(
    database: Database, postgresql_url: str, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    """A statement that fails is logged with its reason, and without what it was about to write about somebody."""
    name = str(sa.make_url(postgresql_url).database)
    cluster.execute("ALTER TABLE inbox ADD CONSTRAINT no_room CHECK (update_id < 0)", name)
    try:
        async with database.write() as connection:
            await insert(connection, 1)
    except sa.exc.SQLAlchemyError:
        logging.getLogger(__name__).exception("The update was not written down.")
    cluster.execute("ALTER TABLE inbox DROP CONSTRAINT no_room", name)
    assert 'violates check constraint "no_room"' in caplog.text
    assert "4711001" not in caplog.text


async def test_a_deleted_key_is_in_no_file_of_its_table(postgresql_url: str, cluster: Cluster, tmp_path: Path) -> None:
    """After forgetting, the server's tables hold the wrapped key nowhere; its write-ahead log may, until it passes."""
    async with open_storage(postgresql_url, (tmp_path / "objects").as_uri(), bytes(32)) as storage:
        user = await storage.users.get_or_create("web", "1")
        other = await storage.users.get_or_create("web", "2")
        async with storage.users._database.read() as connection:
            rows = await connection.execute(sa.select(data_keys.c.user_id, data_keys.c.wrapped))
            keys = {row.user_id: row.wrapped for row in rows}
        cluster.flush()
        assert keys[user.id] in cluster.tables()
        await storage.forget(user.id)
        cluster.flush()
        assert keys[user.id] not in cluster.tables()
        assert keys[other.id] in cluster.tables()
