"""A PostgreSQL server of the tests' own: started once, gone at the end, a fresh migrated database for each test.

It is the real server, of the machine's own packages, without the flushes that make it durable. It listens on a unix
socket in its folder and nowhere else.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from limner.storage import migrate
from limner.storage.schema import metadata

T = TypeVar("T")

# Nothing here outlives its test, so nothing has to be on the disk.
HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=256MB")
START_S = 30.0
TEMPLATE = "migrated"


def programs() -> Path | None:
    """Find the folder of the newest server's programs; None where there is no server."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _owner() -> dict[str, Any]:
    """Say as whom the server runs: it refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Cluster:
    """A server that runs; `folder` holds its files and its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="postgresql")
        self._runner = self._thread.submit(asyncio.Runner).result()
        self._admin = self._run(self._connect("postgres"))
        self._made = 0
        self._clean: list[str] = []
        self._run(self._admin.execute(f"CREATE DATABASE {TEMPLATE}"))
        migrate(self.url(TEMPLATE))

    def url(self, database: str) -> str:
        """Name a database as the product is told it."""
        return f"postgresql://limner@/{database}?host={self.folder}"

    def lend(self) -> str:
        """Give the name of a database with the schema in it and nothing else, made anew unless one was given back."""
        return self._clean.pop() if self._clean else self.create()

    def give_back(self, database: str) -> None:
        """Empty a database for the next test, which takes a tenth of the time that making one takes."""
        self.disconnect(database)
        self.execute("".join(f"DELETE FROM {table.name};" for table in reversed(metadata.sorted_tables)), database)
        self._clean.append(database)

    def disconnect(self, database: str) -> None:
        """End every connection to a database."""
        ours = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'"
        self._run(self._admin.execute(ours))

    def create(self, template: str = TEMPLATE) -> str:
        """Make a database with the schema in it, or a copy of one that nobody is connected to; give its name."""
        self._made += 1
        name = f"test_{self._made}"
        self._run(self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return name

    def drop(self, database: str) -> None:
        """Delete a database, whoever is connected to it."""
        self._run(self._admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))

    def rename(self, database: str, name: str) -> None:
        """Give a database another name."""
        self._run(self._admin.execute(f"ALTER DATABASE {database} RENAME TO {name}"))

    def execute(self, statements: str, database: str) -> None:
        """Run statements from outside of the product."""
        self._run(self._execute(statements, database))

    def flush(self) -> None:
        """Have everything written to the server's files."""
        self._run(self._admin.execute("CHECKPOINT"))

    def tables(self) -> bytes:
        """Give the bytes of every table's files, without the write-ahead log."""
        return b"".join(path.read_bytes() for path in (self.folder / "data/base").rglob("*") if path.is_file())

    def rows(self, database: str) -> bytes:
        """Give all that the rows of a database hold, in no particular form, so that bytes can be looked for."""
        return self._run(self._rows(database))

    def close(self) -> None:
        """Let go of the server."""
        self._run(self._admin.close())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, work).result()

    async def _connect(self, database: str) -> Any:
        async with asyncio.timeout(START_S):
            while True:
                with suppress(OSError, asyncpg.CannotConnectNowError):
                    return await asyncpg.connect(host=str(self.folder), user="limner", database=database)
                await asyncio.sleep(0.02)

    async def _execute(self, statements: str, database: str) -> None:
        connection = await self._connect(database)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    async def _rows(self, database: str) -> bytes:
        connection = await self._connect(database)
        try:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            rows = [row for table in tables for row in await connection.fetch(f'SELECT * FROM "{table[0]}"')]
        finally:
            await connection.close()
        values = (value for row in rows for value in row.values())
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


@contextmanager
def run_cluster(found: Path) -> Iterator[Cluster]:
    """Run a server from a folder of programs for the length of the block."""
    # Not in pytest's own folder, which the server's account may not enter.
    folder = Path(tempfile.mkdtemp(prefix="limner-pg-"))
    owner = _owner()
    os.chown(folder, owner.get("user", -1), owner.get("group", -1))
    data = folder / "data"
    make: tuple[str | Path, ...] = (
        found / "initdb",
        "-D",
        data,
        "-U",
        "limner",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    options = [word for setting in HASTE for word in ("-c", setting)]
    serve: tuple[str | Path, ...] = (found / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *options)
    try:
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **owner)
        with subprocess.Popen(serve, stderr=subprocess.DEVNULL, cwd=folder, **owner) as server:
            try:
                cluster = Cluster(folder)
                yield cluster
                cluster.close()
            finally:
                server.send_signal(signal.SIGINT)  # its fast way to stop: whoever is connected is not waited for
                with suppress(subprocess.TimeoutExpired):
                    server.wait(START_S)
                server.kill()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Give the session's server; skip where the machine has none."""
    found = programs()
    if found is None:
        pytest.skip("There is no PostgreSQL on this machine (Debian: apt-get install postgresql).")
    with run_cluster(found) as running:
        yield running


@pytest.fixture
def postgresql_url(cluster: Cluster) -> Iterator[str]:
    """Give the URL of a fresh database with the schema in it."""
    name = cluster.lend()
    yield cluster.url(name)
    cluster.give_back(name)
