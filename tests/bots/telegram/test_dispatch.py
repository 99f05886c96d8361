"""Photos fetched ahead within a memory budget, and let go."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from telegram.error import BadRequest, NetworkError, RetryAfter

from limner.bots.errors import UnfetchableError
from limner.bots.telegram.updates.dispatch import Dispatcher, Task
from limner.bots.telegram.updates.fetch import BUDGET, Fetcher
from limner.bots.telegram.updates.incoming import Incoming, PhotoFile, Sender, Words


@dataclass
class FakeBot:
    """Gives files; fails first with what it is told to."""

    failures: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    file_size = 5

    async def get_file(self, file_id: str) -> "FakeBot":
        """Give a file."""
        self.asked.append(file_id)
        if self.failures:
            raise self.failures.pop(0)
        return self

    async def download_as_bytearray(self) -> bytearray:
        """Give its bytes, when that is allowed."""
        await self.hold.wait()
        return bytearray(b"photo")


@dataclass
class Counter:
    """A dispatcher and what it did."""

    bot: FakeBot
    dispatcher: Dispatcher
    handled: list[int]
    done: list[int]
    gates: dict[int, asyncio.Event]

    def submit(self, update_id: int, person: int, size: int | None = None) -> None:
        """Submit a text, or a photo of a size."""
        photo = None if size is None else PhotoFile(f"f{update_id}", "u", size, "", None)
        sender = Sender(person, "en", "Ann")
        content = photo or Words()
        how: dict[str, Any] = {"private": True, "thread_id": None, "message_id": 1}
        self.dispatcher.submit(Incoming(update_id, sender, person, content=content, **how))


async def nap(_: float) -> None:
    """Sleep as if time flew."""
    await asyncio.sleep(0)


@pytest_asyncio.fixture
async def counter(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counter]:
    """Give a dispatcher whose handling waits for a gate, where there is one."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    bot, handled, done, gates = FakeBot(), list[int](), list[int](), dict[int, asyncio.Event]()

    async def handle(task: Task) -> None:
        update_id = task.incoming.update_id
        if update_id in gates:
            await gates[update_id].wait()
        if task.fetch is not None:
            await task.fetch.data()
        handled.append(update_id)

    async def begun(_: int) -> int:
        return 1

    async def tick(update_id: int) -> None:
        done.append(update_id)

    async def apologise(_: Task) -> None:
        handled.append(-1)

    fetcher: Any = Fetcher(bot, nap)  # type: ignore[arg-type]
    dispatcher = Dispatcher(fetcher, handle, begun, tick, apologise, nap)
    yield Counter(bot, dispatcher, handled, done, gates)
    await dispatcher.stop()


async def test_photos_are_fetched_ahead(counter: Counter) -> None:
    """All photos of an album are on their way before the first one is handled."""
    for n in range(5):
        counter.submit(n, 7, 100)
    await asyncio.sleep(0.01)
    assert len(counter.bot.asked) == 5
    assert counter.handled == []
    counter.bot.hold.set()
    await counter.dispatcher.idle()
    assert counter.handled == [0, 1, 2, 3, 4]


async def test_large_photos_wait_for_room_and_never_for_each_other(counter: Counter) -> None:
    """No more is in memory than the budget, and everything gets its turn, whoever it belongs to."""
    large = 19 * 2**20
    assert large < BUDGET < 2 * large
    for n in range(12):
        counter.submit(n, n % 2, large if n % 3 else 100)
    await asyncio.sleep(0.01)
    assert counter.bot.asked == ["f0", "f1"]
    counter.bot.hold.set()
    async with asyncio.timeout(5):
        await counter.dispatcher.idle()
    assert sorted(counter.handled) == list(range(12))


async def test_a_fetch_is_tried_again(counter: Counter) -> None:
    """Broken lines and floods cost time, not the photo."""
    counter.bot.failures = [NetworkError("x"), RetryAfter(3), NetworkError("x")]
    counter.bot.hold.set()
    counter.submit(1, 7, 100)
    await counter.dispatcher.idle()
    assert counter.handled == [1]
    assert len(counter.bot.asked) == 4


@pytest.mark.parametrize(
    "message, reason", [("File is too big", "too_large"), ("Wrong file_id or the file is unavailable", "unknown")]
)
async def test_what_cannot_be_fetched_has_a_reason(counter: Counter, message: str, reason: str) -> None:
    """The person is told, and asked for another photo; trying again would not help."""
    counter.bot.failures = [BadRequest(message)]
    fetch = counter.dispatcher._fetcher.begin(PhotoFile("f", "u", 1, "", None))
    with pytest.raises(UnfetchableError) as caught:
        await fetch.data()
    assert caught.value.reason == reason
    fetch.release()


async def test_stopping_leaves_what_is_not_done(counter: Counter) -> None:
    """What is under way is cut off and stays in the inbox."""
    counter.gates[1] = asyncio.Event()
    counter.submit(1, 7)
    counter.submit(2, 7, 100)
    await asyncio.sleep(0)
    await counter.dispatcher.stop()
    assert counter.done == []
