"""The migrations make exactly the tables of the schema, from anywhere, as often as asked."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

from limner.storage import migrate, open_storage
from limner.storage.database import open_database
from limner.storage.schema import metadata
from limner.storage.upgrade import MIGRATIONS
from limner.tests.fakes.postgresql import Cluster


def differences(connection: Connection) -> list[object]:
    """Compare a database with the schema."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def move(url: str, direction: Callable[[Config, str], None], revision: str) -> None:
    """Bring a database to a revision, up or down, over the connection that the product uses."""

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        direction(config, revision)

    async def go() -> None:
        database = open_database(url)
        async with database.write() as connection:
            await connection.run_sync(run)
        await database.close()

    asyncio.run(go())


async def test_migrations_lead_to_the_schema(tmp_path: Path) -> None:
    """After all migrations, Alembic finds nothing that the schema has and the database has not, or the reverse."""
    url = f"sqlite:///{tmp_path / 'new' / 'limner.db'}"
    migrate(url)  # inside a running event loop, on purpose
    database = open_database(url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """A second start finds the schema there and keeps what is in it."""
    url = f"sqlite:///{tmp_path / 'limner.db'}"
    migrate(url)
    async with open_storage(url, "memory:///", bytes(32)) as storage:
        user = await storage.users.get_or_create("web", "1")
    migrate(url)
    async with open_storage(url, "memory:///", bytes(32)) as storage:
        assert await storage.users.get(user.id) == user


def test_check_constraints_are_in_the_migration(tmp_path: Path) -> None:
    """Alembic does not compare CHECK constraints, so each one of the schema is looked up in the database."""
    path = tmp_path / "limner.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    connection.close()
    for table in metadata.sorted_tables:
        for constraint in table.constraints:
            assert str(constraint.name) in made[table.name]


ENTRY = "INSERT INTO entries (user_id, key, kind, amount, at) VALUES ('u', ?, ?, 5, '2030-01-01')"


def test_a_ledger_of_the_first_version_is_kept(tmp_path: Path) -> None:
    """Its entries and accounts come through the migration, as do the rules about them, and it may take back since."""
    path = tmp_path / "limner.db"
    move(f"sqlite:///{path}", command.upgrade, "0001")
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO users VALUES ('u', 'web', '1', 'en', '2030-01-01')")
        old.execute("INSERT INTO accounts VALUES ('u', 5, 0, 0, 5)")
        old.execute(ENTRY, ("a", "grant"))
        with pytest.raises(sqlite3.IntegrityError, match="ck_entries_kind"):
            old.execute(ENTRY, ("a", "withdraw"))
        old.commit()
        before = old.execute("SELECT * FROM entries").fetchall()
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as new:
        new.execute("PRAGMA foreign_keys = ON")
        assert new.execute("SELECT * FROM entries").fetchall() == before
        assert new.execute("SELECT available, renewed_on FROM accounts").fetchall() == [(5, None)]
        new.execute(ENTRY, ("a", "withdraw"))
        for key, kind in (("a", "grant"), ("b", "gift")):
            with pytest.raises(sqlite3.IntegrityError):
                new.execute(ENTRY, (key, kind))
        new.execute("DELETE FROM users")
        assert new.execute("SELECT * FROM entries").fetchall() == []


def written(path: Path) -> dict[str, list[str]]:
    """Give the lines that define each table and index, sorted: a copied table has its constraints in any order."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: sorted(line.strip(" \t,") for line in sql.splitlines()) for name, sql in rows}


def test_the_way_back_is_whole(tmp_path: Path) -> None:
    """Going back a version and forward again leads to the same tables."""
    path = tmp_path / "limner.db"
    migrate(f"sqlite:///{path}")
    newest = written(path)
    move(f"sqlite:///{path}", command.downgrade, "0001")
    assert "inbox" not in written(path)
    assert written(path)["entries"] != newest["entries"]
    move(f"sqlite:///{path}", command.upgrade, "head")
    assert written(path) == newest


def test_a_failed_migration_is_told(tmp_path: Path) -> None:
    """A database that cannot be opened is an error, not a silence."""
    (tmp_path / "limner.db").mkdir()
    with pytest.raises(Exception, match="unable to open database file"):
        migrate(f"sqlite:///{tmp_path / 'limner.db'}")


@pytest.fixture
def unmigrated(cluster: Cluster) -> Iterator[str]:
    """Give the name of a database of PostgreSQL with nothing in it."""
    name = cluster.create("template1")
    yield name
    cluster.drop(name)


async def test_migrations_lead_to_the_schema_on_postgresql(cluster: Cluster, unmigrated: str) -> None:
    """The same on PostgreSQL, where two processes that start at once take turns; constraints and all."""
    url = cluster.url(unmigrated)
    await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(2)))
    database = open_database(url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
        names = set((await connection.execute(sa.text("SELECT conname FROM pg_constraint"))).scalars())
    await database.close()
    assert {str(constraint.name) for table in metadata.sorted_tables for constraint in table.constraints} <= names


def test_the_way_back_is_whole_on_postgresql(cluster: Cluster, unmigrated: str) -> None:
    """Going back a version and forward again leads to the same tables, with the rows of the ledger in them."""
    url = cluster.url(unmigrated)
    move(url, command.upgrade, "0001")
    user = "INSERT INTO users VALUES ('u', 'web', '1', 'en', '2030-01-01')"
    entry = "INSERT INTO entries (user_id, key, kind, amount, at) VALUES ('u', 'a', 'grant', 5, '2030-01-01')"
    cluster.execute(f"{user}; INSERT INTO accounts VALUES ('u', 5, 0, 0, 5); {entry}", unmigrated)
    move(url, command.upgrade, "head")
    taken = "INSERT INTO entries (user_id, key, kind, amount, at) VALUES ('u', 'a', 'withdraw', 5, '2030-01-01')"
    cluster.execute(f"{taken}; DELETE FROM entries WHERE kind = 'withdraw'", unmigrated)
    move(url, command.downgrade, "0001")
    with pytest.raises(asyncpg.CheckViolationError):
        cluster.execute(taken, unmigrated)
    move(url, command.upgrade, "head")
    assert b"grant" in cluster.rows(unmigrated)


def test_migrations_know_no_single_database() -> None:
    """No migration names a dialect except where an index has a condition."""
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for line in path.read_text().splitlines():
            assert "sqlite" not in line or "sqlite_where" in line, f"{path.name}: {line}"
