"""The migrations make exactly the tables of the schema, from anywhere, as often as asked."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from limner.storage import migrate, open_storage
from limner.storage.database import Database, create_engine
from limner.storage.schema import metadata
from limner.storage.upgrade import MIGRATIONS


def differences(connection: Connection) -> list[object]:
    """Compare a database with the schema."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_migrations_lead_to_the_schema(tmp_path: Path) -> None:
    """After all migrations, Alembic finds nothing that the schema has and the database has not, or the reverse."""
    url = f"sqlite:///{tmp_path / 'new' / 'limner.db'}"
    migrate(url)  # inside a running event loop, on purpose
    database = Database(create_engine(url))
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


def test_a_failed_migration_is_told(tmp_path: Path) -> None:
    """A database that cannot be opened is an error, not a silence."""
    (tmp_path / "limner.db").mkdir()
    with pytest.raises(Exception, match="unable to open database file"):
        migrate(f"sqlite:///{tmp_path / 'limner.db'}")


def test_schema_compiles_for_postgresql() -> None:
    """Every table and index can be written in PostgreSQL's language too."""
    dialect = make_url("postgresql://").get_dialect()()
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))


def test_migrations_know_no_single_database() -> None:
    """No migration names a dialect except where an index has a condition."""
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for line in path.read_text().splitlines():
            assert "sqlite" not in line or "sqlite_where" in line, f"{path.name}: {line}"
