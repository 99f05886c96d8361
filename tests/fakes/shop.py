"""A whole shop for tests of the queue: a real server, real storage, real workers, and a small real engine process.

The fixtures at the end are imported by the conftest.py of the folders that need them.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from arq.connections import ArqRedis
from redis import Redis

from limner.queue.child import Kind
from limner.queue.client import QueueClient
from limner.queue.connection import connect
from limner.queue.embedded import start_embedded, stop_embedded
from limner.queue.leased import Timing
from limner.queue.messages import ExaminePhoto, MakePortraits, News, Progressed
from limner.queue.worker import run
from limner.storage import Request, Storage, User, migrate, open_storage
from limner.storage.errors import NotFoundError

MASTER_KEY = bytes(range(32))
PORTRAITS = 4
# Long enough for a busy machine, short enough for a test that waits for a lease to run out.
QUICK = Timing(lease_s=2.0, renew_s=0.4, poll_s=0.02, places_s=0.05, reconcile_s=0.2, rows_within_s=0.0)
# Generous, since machines that run tests are busy; what is awaited comes in a second or two.
DEADLINE_S = 30.0


def fake_engine(kind: Kind) -> Sequence[str]:
    """Return the command of the small engine."""
    return (sys.executable, "-P", "-m", "limner.tests.fakes.engine_process", kind)


@asynccontextmanager
async def open_shop(folder: Path) -> AsyncIterator[Storage]:
    """Open the storage that lies in a folder."""
    async with open_storage(database_url(folder), (folder / "objects").as_uri(), MASTER_KEY) as storage:
        yield storage


def database_url(folder: Path) -> str:
    """Name the database of a folder."""
    return f"sqlite:///{folder / 'limner.db'}"


async def until(reached: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait for a condition; fail with its name when it does not come."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not await reached():  # noqa: ASYNC110  (it happens in another process: there is no event to await)
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"This did not happen within {DEADLINE_S:g} s: {what}.")


@dataclass(frozen=True)
class Shop:
    """Storage, queue and helpers of one test."""

    redis_url: str
    redis: ArqRedis
    client: QueueClient
    storage: Storage
    folder: Path

    async def sitter(self, name: str = "1") -> User:
        """Give a user."""
        return await self.storage.users.get_or_create("web", name)

    async def photo(self, user: User, data: bytes) -> str:
        """Store a photo and have it examined; return its id."""
        photos = self.storage.photos
        photo = await photos.add(user.id, await photos.open_set(user.id), data)
        await self.client.examine_photo(ExaminePhoto(photo.id, user.id))
        return photo.id

    async def examined(self, photo_id: str, user: User) -> tuple[str, str | None]:
        """Wait for the verdict on a photo: its state and reason."""

        async def settled() -> bool:
            return (await self.storage.photos.get(photo_id, user.id)).state != "received"

        await until(settled, "the photo is examined")
        photo = await self.storage.photos.get(photo_id, user.id)
        return photo.state, photo.reason

    async def ask(self, user: User, style: str) -> Request:
        """Accept and enqueue a request from three good photos."""
        request = await self.accept(user, style)
        await self.client.make_portraits(MakePortraits(request.id, user.id, request.attempt))
        return request

    async def accept(self, user: User, style: str, event_id: str | None = None) -> Request:
        """Accept a request from three good photos, and tell the queue nothing of it."""
        photos, requests = self.storage.photos, self.storage.requests
        set_id = await photos.open_set(user.id)
        for n in range(3 - len(await photos.of_set(set_id))):
            photo = await photos.add(user.id, set_id, f"good {n}".encode())
            await photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
        return await requests.accept(user.id, set_id, style, PORTRAITS, 7, event_id=event_id)

    async def reached(self, request_id: str, *states: str) -> Request:
        """Wait until a request is in one of these states."""

        async def there() -> bool:
            return (await self.storage.requests.get(request_id)).state in states

        await until(there, f"the request is {' or '.join(states)}")
        return await self.storage.requests.get(request_id)

    async def checkpointed(self, request_id: str, before: bytes | None = None) -> bytes | None:
        """Wait until a training has left a checkpoint, other than the one `before`; return it."""
        found: list[bytes | None] = [None]

        async def there() -> bool:
            with suppress(NotFoundError):  # replaced between the row and the object
                found[0] = await self.storage.requests.read_checkpoint(request_id)
            return found[0] not in {None, before}

        await until(there, "the training leaves a checkpoint")
        return found[0]

    async def news(self, *wanted: type[News]) -> list[News]:
        """Return all news so far of some kinds (of all but progress when none is named), oldest first."""
        heard: list[News] = []
        last = await self.client.latest_news()
        if last == "0-0":
            return heard
        async for entry, news in self.client.listen("0-0"):
            if isinstance(news, wanted) if wanted else not isinstance(news, Progressed):
                heard.append(news)
            if entry == last:
                break
        return heard

    async def heard(self, news: News) -> None:
        """Wait until exactly this is among the news."""

        async def there() -> bool:
            return news in await self.news()

        await until(there, f"{news} is told")

    @asynccontextmanager
    async def worker(self, timing: Timing = QUICK, seats: int = 1) -> AsyncIterator[None]:
        """Have a worker at work, in this process."""
        stop = asyncio.Event()
        work = asyncio.create_task(
            run(self.redis_url, self.storage, engine=fake_engine, timing=timing, stop=stop, seats=seats), name="worker"
        )
        try:
            yield
        finally:
            stop.set()
            await work

    async def worker_process(self) -> asyncio.subprocess.Process:
        """Start a worker as a process of its own."""
        command = (sys.executable, "-P", "-m", "limner.tests.fakes.worker_process")
        return await asyncio.create_subprocess_exec(*command, self.redis_url, str(self.folder))


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one embedded server for the whole session."""
    home = tmp_path_factory.mktemp("queue")
    yield start_embedded(home)
    stop_embedded(home)


@pytest.fixture
def redis_url(server_url: str) -> str:
    """Give the URL of an empty server."""
    with Redis.from_url(server_url) as client:
        client.flushall()
    return server_url


@pytest_asyncio.fixture
async def redis(redis_url: str) -> AsyncIterator[ArqRedis]:
    """Give a connection to an empty server."""
    client = await connect(redis_url)
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def shop(redis_url: str, redis: ArqRedis, tmp_path: Path) -> AsyncIterator[Shop]:
    """Give a shop with an empty server and empty storage, and no worker yet."""
    (tmp_path / "objects").mkdir()
    await asyncio.to_thread(migrate, database_url(tmp_path))
    client = await QueueClient.connect(redis_url)
    async with open_shop(tmp_path) as storage:
        yield Shop(redis_url, redis, client, storage, tmp_path)
    await client.close()


@pytest_asyncio.fixture
async def shop_on_postgresql(
    redis_url: str, redis: ArqRedis, postgresql_url: str, tmp_path: Path
) -> AsyncIterator[Shop]:
    """Give the same with its rows on PostgreSQL."""
    client = await QueueClient.connect(redis_url)
    async with open_storage(postgresql_url, (tmp_path / "objects").as_uri(), MASTER_KEY) as storage:
        yield Shop(redis_url, redis, client, storage, tmp_path)
    await client.close()
