"""A person who talks to limner in tests, and the hands of a worker: a conversation as a script.

The storage is real; the queue is the double; verdicts and results are written into storage as a worker would write
them. The fixtures at the end are imported by the conftest.py of the folders that need them.
"""

import shutil
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from limner.bots.account import CONSENT_VERSION
from limner.bots.conversation import Conversation
from limner.bots.events import ConsentGiven, Event, PhotoReceived, PhotosDone, StyleChosen
from limner.bots.replies import PhotoTaken, Reply, Said
from limner.bots.styles import StyleCard
from limner.bots.turn import Limits
from limner.storage import NewPortrait, Photo, Request, Storage, User, migrate, open_storage
from limner.tests.fakes.queue_client import FakeQueue

MASTER_KEY = bytes(range(32))
FREE = 12
#: The embeddings of two people: 1.1 apart, where another person begins at 0.6.
FIRST, SECOND = bytes(512), struct.pack("<128f", *[0.1] * 128)
PORTRAITS = 4
STYLES = (
    StyleCard("pencil", "Pencil", "Graphite on paper", b"\x89PNG preview of pencil"),
    StyleCard("oil", "Oil", "Thick paint, warm light"),
)


def png(shade: int = 128, size: int = 16) -> bytes:
    """Make a small picture; pictures of different shades are different files."""
    out = BytesIO()
    Image.new("RGB", (size, size), (shade % 256, 90, 60)).save(out, "PNG")
    return out.getvalue()


@dataclass
class Talk:
    """One person's conversation, and what a worker does for it."""

    conversation: Conversation
    storage: Storage
    queue: FakeQueue
    user: User
    shades: Iterator[int]

    async def say(self, event: Event) -> list[Reply]:
        """Say something and return the answer, which is never empty."""
        replies = await self.conversation.handle(self.user, event)
        assert replies, f"{event!r} got no answer."
        return replies

    async def texts(self, event: Event) -> list[str]:
        """Say something and return the ids of the sentences of the answer."""
        return [reply.text for reply in await self.say(event) if isinstance(reply, Said)]

    async def agree(self) -> None:
        """Give consent."""
        await self.say(ConsentGiven(CONSENT_VERSION))

    async def send_photo(self, data: bytes | None = None) -> str:
        """Send a photo that is taken; return its id."""
        replies = await self.say(PhotoReceived(data or png(next(self.shades)), "me.png"))
        return next(reply.photo_id for reply in replies if isinstance(reply, PhotoTaken))

    async def accept(self, photo_id: str, embedding: bytes = FIRST) -> None:
        """Settle a photo as good, as the worker does."""
        await self.storage.photos.accept(photo_id, embedding=embedding, thumbnail=png(1), quality={})

    async def send_good_photos(self, number: int = 3, embedding: bytes = FIRST) -> list[str]:
        """Send photos and have them accepted."""
        ids = [await self.send_photo() for _ in range(number)]
        for photo_id in ids:
            await self.accept(photo_id, embedding)
        return ids

    async def request(self, style: str = "pencil") -> Request:
        """Go all the way to a request that waits."""
        await self.agree()
        await self.send_good_photos()
        await self.say(PhotosDone())
        await self.say(StyleChosen(style))
        return await self.active()

    async def active(self) -> Request:
        """Return the request that waits or runs."""
        return (await self.storage.requests.active(self.user.id))[0]

    async def make(self, request: Request) -> None:
        """Finish a request, as the worker does: portraits stored, originals deleted."""
        portraits = [
            NewPortrait(n, png(10 + n), 0.40 + n / 20, request.seed + n, request.style) for n in range(request.count)
        ]
        assert await self.storage.requests.made(request.id, portraits)
        await self.storage.photos.delete_originals(request.set_id)

    async def state(self) -> str:
        """Return the name of the state that is written down."""
        return (await self.storage.users.get_state(self.user.id)).name

    async def photos(self) -> list[Photo]:
        """List the photos of the open set."""
        return await self.storage.photos.of_set(await self.storage.photos.open_set(self.user.id))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a freshly migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "limner.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest_asyncio.fixture
async def storage(tmp_path: Path, migrated: Path) -> AsyncIterator[Storage]:
    """Give empty storage in a folder of its own."""
    shutil.copy(migrated, tmp_path / "limner.db")
    database, objects = f"sqlite:///{tmp_path / 'limner.db'}", (tmp_path / "objects").as_uri()
    async with open_storage(database, objects, MASTER_KEY, free_portraits=FREE) as opened:
        yield opened


@pytest.fixture
def queue() -> FakeQueue:
    """Give a queue that nobody works on."""
    return FakeQueue()


@pytest.fixture
def conversation(storage: Storage, queue: FakeQueue) -> Conversation:
    """Give a conversation whose seeds count upwards."""
    return Conversation(storage, queue, STYLES, limits=Limits(portraits=PORTRAITS), seed=count(1000).__next__)


@pytest_asyncio.fixture
async def talk(conversation: Conversation, storage: Storage, queue: FakeQueue) -> Talk:
    """Give a person who has said nothing yet."""
    user = await storage.users.get_or_create("test", "somebody")
    return Talk(conversation, storage, queue, user, count(1))
