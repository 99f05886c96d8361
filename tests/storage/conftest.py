"""Storage in a temporary folder, with a clock that tests turn and a database that is migrated once.

Every test that asks for a place, or for storage, runs twice: on SQLite and on PostgreSQL.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from limner.storage import NewPortrait, Storage, User, migrate, open_storage
from limner.tests.fakes.postgresql import Cluster
from limner.tests.fakes.turned_clock import TurnedClock

MASTER_KEY = bytes(range(32))
FREE = 24


@dataclass
class Place:
    """Where one test's storage lies, its database a file; it can be opened several times, also at once."""

    folder: Path
    clock: TurnedClock = field(default_factory=TurnedClock)

    @property
    def url(self) -> str:
        """Name the database."""
        return f"sqlite:///{self.database}"

    @property
    def database(self) -> Path:
        """Name the database's file."""
        return self.folder / "limner.db"

    @property
    def objects(self) -> Path:
        """Name the objects' folder."""
        return self.folder / "objects"

    def open(self, master_key: bytes = MASTER_KEY, daily: int = 0) -> AbstractAsyncContextManager[Storage]:
        """Open storage here, as one process would, with so many free portraits a day."""
        return open_storage(
            self.url,
            self.objects.as_uri(),
            master_key,
            free_portraits=FREE,
            daily_portraits=daily,
            clock=self.clock,
        )

    def bytes_at_rest(self) -> bytes:
        """Give every byte that is kept: objects, database and write-ahead log."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())

    def object_files(self) -> list[Path]:
        """List the objects' files, without the deletion log."""
        log = self.objects / "deletions"
        return [path for path in sorted(self.objects.rglob("*")) if path.is_file() and path.parent != log]

    def back_up(self) -> None:
        """Copy the database, which nobody has open."""
        shutil.copy(self.database, self.folder.parent / "backup.db")

    def put_back(self) -> None:
        """Bring the database to where the copy was made."""
        shutil.copy(self.folder.parent / "backup.db", self.database)


@dataclass
class PostgresqlPlace(Place):
    """The same with a database of a server."""

    cluster: Cluster = field(kw_only=True)
    name: str = field(kw_only=True)
    copy: str = ""

    @property
    def url(self) -> str:
        """Name the database."""
        return self.cluster.url(self.name)

    def bytes_at_rest(self) -> bytes:
        """Give every byte of the objects and of the rows; what the server still has of deleted rows is not promised."""
        return super().bytes_at_rest() + self.cluster.rows(self.name)

    def back_up(self) -> None:
        """Copy the database, which nobody has open."""
        self.copy = self.cluster.create(self.name)

    def put_back(self) -> None:
        """Bring the database to where the copy was made."""
        self.cluster.drop(self.name)
        self.cluster.rename(self.copy, self.name)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a freshly migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "limner.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Give an empty place with the schema in it."""
    folder = tmp_path / "storage"
    folder.mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), folder / "limner.db")
        yield Place(folder)
        return
    server: Cluster = request.getfixturevalue("cluster")
    made = PostgresqlPlace(folder, cluster=server, name=server.lend())
    yield made
    server.give_back(made.name)


@pytest_asyncio.fixture
async def storage(place: Place) -> AsyncIterator[Storage]:
    """Give storage, opened once."""
    async with place.open() as opened:
        yield opened


@pytest_asyncio.fixture
async def sitter(storage: Storage) -> User:
    """Give a sitter with the free portraits."""
    return await storage.users.get_or_create("web", "sitter")


@pytest_asyncio.fixture
async def stranger(storage: Storage) -> User:
    """Give somebody else."""
    return await storage.users.get_or_create("web", "stranger")


@pytest.fixture
def new_portraits() -> Callable[[int], list[NewPortrait]]:
    """Give a maker of portraits that can be told apart."""

    def make(count: int) -> list[NewPortrait]:
        return [NewPortrait(n, b"\x89PNG portrait %d" % n, 0.4 + n / 100, 7 + n, "pencil") for n in range(count)]

    return make
