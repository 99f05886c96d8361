"""Storage in a temporary folder, with a clock that tests turn and a database that is migrated once."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from limner.storage import NewPortrait, Storage, User, migrate, open_storage

MASTER_KEY = bytes(range(32))
FREE = 24


@dataclass
class TurnedClock:
    """A clock that moves a millisecond at each look, so that order is definite, and otherwise only when turned."""

    now: datetime = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time and move on."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def turn(self, by: timedelta) -> None:
        """Move on by so much."""
        self.now += by


@dataclass(frozen=True)
class Place:
    """Where one test's storage lies; it can be opened several times, also at once."""

    folder: Path
    clock: TurnedClock = field(default_factory=TurnedClock)

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
            f"sqlite:///{self.database}",
            self.objects.as_uri(),
            master_key,
            free_portraits=FREE,
            daily_portraits=daily,
            clock=self.clock,
        )

    def bytes_at_rest(self) -> bytes:
        """Give every byte on disk: objects, database and write-ahead log."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())

    def object_files(self) -> list[Path]:
        """List the objects' files, without the deletion log."""
        log = self.objects / "deletions"
        return [path for path in sorted(self.objects.rglob("*")) if path.is_file() and path.parent != log]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a freshly migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "limner.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def place(tmp_path: Path, migrated: Path) -> Place:
    """Give an empty place with the schema in it."""
    folder = tmp_path / "storage"
    folder.mkdir()
    shutil.copy(migrated, folder / "limner.db")
    return Place(folder)


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
