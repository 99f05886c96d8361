"""SQLite without a thread for each statement: nobody waits for the disk or for another process's writer."""

import asyncio
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from limner.storage.database import Database, open_database
from limner.storage.schema import inbox

COUNT = sa.select(sa.func.count()).select_from(inbox)


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Database:
    """Give a migrated database of this test's own."""
    path = tmp_path / "limner.db"
    path.write_bytes(migrated.read_bytes())
    return open_database(f"sqlite:///{path}")


async def insert(database: Database, update_id: int) -> None:
    """Write one row."""
    row = {"platform": "telegram", "update_id": update_id, "lane": "", "created_at": datetime.now(UTC)}
    async with database.write() as connection:
        await connection.execute(inbox.insert().values(row))


async def counted(database: Database) -> int:
    """Count the rows."""
    async with database.read() as connection:
        found: int = await connection.scalar(COUNT)
    return found


async def test_the_loop_goes_on_while_another_process_writes(database: Database, tmp_path: Path) -> None:
    """A writer that waits for another process lets everybody else read and run, and writes once that one is done."""
    other = sqlite3.connect(tmp_path / "limner.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(insert(database, 1))
    for _ in range(5):
        await asyncio.sleep(0)
        assert await counted(database) == 0
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert await counted(database) == 1
    await database.close()


async def test_who_is_cancelled_while_waiting_leaves_no_lock_behind(database: Database, tmp_path: Path) -> None:
    """A writer that is cancelled while it waits for its turn holds no transaction: the next one writes at once."""
    other = sqlite3.connect(tmp_path / "limner.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(insert(database, 1))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.sleep(0)
    other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await writing
    other.execute("BEGIN IMMEDIATE")  # raises where the cancelled writer still holds its lock
    other.execute("ROLLBACK")
    other.close()
    await insert(database, 2)
    assert await counted(database) == 1
    await database.close()


async def test_what_is_not_a_file_or_a_known_database_is_refused() -> None:
    """A database that processes cannot share, or of another kind, is refused in a sentence that says what to use."""
    with pytest.raises(ValueError, match="use sqlite:////path"):
        open_database("sqlite://")
    with pytest.raises(ValueError, match="Use sqlite:///"):
        open_database("mysql://host/name")


async def test_an_error_names_nobody(database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A statement that fails is logged with its reason, and without what it was about to write about somebody."""
    with sqlite3.connect(tmp_path / "limner.db") as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'no room'); END")
    other.close()
    row = {"platform": "telegram", "update_id": 1, "lane": "user:4711001", "created_at": datetime.now(UTC)}
    try:
        async with database.write() as connection:
            await connection.execute(inbox.insert().values(row))
    except sa.exc.SQLAlchemyError:
        logging.getLogger(__name__).exception("The update was not written down.")
    await database.close()
    assert "no room" in caplog.text
    assert "4711001" not in caplog.text
