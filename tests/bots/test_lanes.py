"""Lanes: order within one, side by side otherwise, tries that have an end, and what is held is let go."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest_asyncio

from limner.bots.lanes import MOST_TRIES, Lanes


@dataclass(frozen=True, slots=True)
class Update:
    """One update."""

    id: int
    lane: str
    again: bool = False


@dataclass
class Counter:
    """Handles updates, and remembers what was done with them; `begun` are the tries that an inbox has counted."""

    handled: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)
    gates: dict[int, asyncio.Event] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)
    full: int = 0
    """How often nothing can be marked as done."""
    begun: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the lanes."""
        self.lanes: Lanes[Update] = Lanes(
            self._handle, self._begin, self._tick, self._apologise, left=self._let_go, sleep=self._nap
        )

    async def handle(self, *updates: Update) -> None:
        """Have updates handled to the end."""
        for update in updates:
            self.lanes.submit(update)
        await self.lanes.idle()

    async def _handle(self, update: Update) -> None:
        if update.id in self.gates:
            await self.gates[update.id].wait()
        if self.failures.get(update.id, 0) > 0:
            self.failures[update.id] -= 1
            raise RuntimeError("secret")
        self.handled.append(update.id)

    async def _begin(self, update_id: int) -> int:
        self.begun[update_id] = self.begun.get(update_id, 0) + 1
        return self.begun[update_id]

    async def _tick(self, update_id: int) -> None:
        if self.full > 0:
            self.full -= 1
            raise OSError("No space left on device")
        self.done.append(update_id)

    async def _apologise(self, update: Update) -> None:
        self.told.append(update.id)

    def _let_go(self, update: Update) -> None:
        self.left.append(update.id)

    async def _nap(self, seconds: float) -> None:
        self.naps.append(seconds)


@pytest_asyncio.fixture
async def counter() -> AsyncIterator[Counter]:
    """Give lanes whose handling waits for a gate, where there is one."""
    counting = Counter()
    yield counting
    await counting.lanes.stop()


async def test_one_lanes_updates_keep_their_order_and_others_do_not_wait(counter: Counter) -> None:
    """While the first update of one person takes long, another person's is handled."""
    counter.gates[1] = asyncio.Event()
    counter.gates[3] = asyncio.Event()
    for update in (Update(1, "ann"), Update(2, "ann"), Update(3, "bob")):
        counter.lanes.submit(update)
    counter.gates[3].set()
    while counter.done != [3]:  # noqa: ASYNC110  (the time limit of every test ends it)
        await asyncio.sleep(0)
    counter.gates[1].set()
    await counter.lanes.idle()
    assert counter.handled == counter.done == counter.left == [3, 1, 2]


async def test_what_fails_is_tried_again_and_then_let_go_with_words(counter: Counter) -> None:
    """After pauses; what fails three times is told to its sender, and does not hold up what came after it."""
    counter.failures = {1: 2, 2: 3}
    await counter.handle(Update(1, "ann"), Update(2, "ann"), Update(3, "ann"))
    assert counter.handled == [1, 3]
    assert counter.told == [2]
    assert counter.done == [1, 2, 3]
    assert counter.naps == [1.0, 5.0, 1.0, 5.0]


async def test_what_cannot_be_marked_as_done_is_not_overtaken(counter: Counter) -> None:
    """It is handled once, and what came after waits: the next process must not handle it once more out of its turn."""
    counter.full = 3
    await counter.handle(Update(1, "ann"), Update(2, "ann"))
    assert counter.handled == counter.done == [1, 2]
    assert counter.naps == [5.0, 5.0, 5.0]


async def test_what_ends_every_process_is_given_up(counter: Counter) -> None:
    """One that a hundred processes have ended over is answered with words and done; one before that is handled."""
    counter.begun = {1: 0, 2: MOST_TRIES - 1, 3: MOST_TRIES}
    await counter.handle(*(Update(number, "ann", again=True) for number in (1, 2, 3)))
    assert counter.handled == [1, 2]
    assert counter.told == [3]
    assert counter.done == [1, 2, 3]


async def test_what_is_new_is_not_counted(counter: Counter) -> None:
    """Only what an earlier process has left costs a note of its own."""
    await counter.handle(Update(1, "ann"))
    assert counter.begun == {}
    assert counter.done == [1]


async def test_stopping_leaves_what_is_not_done_and_holds_nothing(counter: Counter) -> None:
    """What is under way is cut off and stays in the inbox; what was held for it is let go, once."""
    counter.gates[1] = asyncio.Event()
    counter.lanes.submit(Update(1, "ann"))
    counter.lanes.submit(Update(2, "ann"))
    await asyncio.sleep(0)
    await counter.lanes.stop()
    assert counter.done == []
    assert counter.left == [1, 2]
