"""Bring a database to the newest schema with Alembic, without an alembic.ini."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy.engine import Connection

from limner.storage.database import open_database

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database_url: str) -> None:
    """Upgrade the database to the newest schema; does nothing when it is there already.

    Blocks for as long as it takes. Safe to call where an event loop runs (it uses its own, in its own thread), though
    `await asyncio.to_thread(migrate, url)` spares that loop the wait. Two processes at once take turns on SQLite.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="migrate") as thread:
        thread.submit(asyncio.run, _upgrade(database_url)).result()


async def _upgrade(database_url: str) -> None:
    database = open_database(database_url)
    try:
        async with database.write() as connection:
            await connection.run_sync(_run)
    finally:
        await database.close()


def _run(connection: Connection) -> None:
    # Imported here: Alembic would cost every process 10 MB, and only the one that migrates needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
