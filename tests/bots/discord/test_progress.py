"""Progress: edited seldom, on change only, and with a last word before the message cannot be edited any more."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
import simcord

from limner.bots.discord.limits import EDIT_PAUSE_S
from limner.bots.discord.messages.outgoing import Outgoing, Way
from limner.bots.discord.progress import Progress
from limner.bots.replies import ProgressShown, QueueMoved
from limner.storage import User
from limner.tests.bots.discord.conftest import Stage


@dataclass
class Clock:
    """Time that a test turns; who sleeps is woken by it."""

    at: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Tell the time."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Sleep no time at all, and be that much later."""
        self.slept.append(seconds)
        self.at += seconds


@dataclass
class Watched:
    """Progress on a clock of its own, and what it has written."""

    progress: Progress
    clock: Clock
    user: User
    request_id: str
    written: list[str]
    env: simcord.Env

    async def step(self, done: int) -> None:
        """Show a step of the training, and let it be written."""
        await self.show(ProgressShown(self.request_id, "train", done, 10, 60.0))

    async def show(self, *replies: ProgressShown | QueueMoved) -> None:
        """Show progress, as it comes with the news, and let it be written."""
        with self.env.time_context():
            for one in replies:
                await self.progress.show(self.user.id, one)
            showing = self.progress._showing.get(self.user.id)
            if showing is not None and showing.task is not None:
                await showing.task


@pytest_asyncio.fixture
async def watched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Give the progress of somebody who has asked for portraits."""
    await stage.waiting(stage.ann)
    user = await stage.user(stage.ann)
    (request,) = await stage.storage.requests.active(user.id)
    written: list[str] = []
    edit = stage.bot.ladder.edit

    async def note(way: Way, message: Outgoing) -> bool:
        written.append(message.words)
        return await edit(way, message)

    monkeypatch.setattr(stage.bot.ladder, "edit", note)
    clock = Clock()
    progress = Progress(stage.bot.desk, stage.bot.ladder, clock.now, clock.sleep)
    yield Watched(progress, clock, user, request.id, written, stage.env)
    await progress.stop()


async def test_edits_lie_apart(watched: Watched) -> None:
    """Every edit waits for its turn, and only the latest step counts."""
    for done in range(3):
        await watched.step(done)
    assert watched.clock.slept == [EDIT_PAUSE_S] * 3
    assert watched.written[-1] == "**Oil**\nTraining your Face LoRA ▰▰▱▱▱▱▱▱▱▱\nabout a minute left"


async def test_what_did_not_change_is_not_written(watched: Watched) -> None:
    """The same step again costs nothing."""
    await watched.step(3)
    await watched.step(3)
    assert len(watched.written) == 1


async def test_of_many_steps_at_once_the_latest_is_shown(watched: Watched) -> None:
    """A worker that reports ten times a second is written of once."""
    steps = [ProgressShown(watched.request_id, "train", done, 10, None) for done in range(10)]
    await watched.show(*steps)
    assert len(watched.written) == 1
    assert "▰▰▰▰▰▰▰▰▰▱" in watched.written[0]


async def test_a_place_in_the_queue_is_shown(watched: Watched) -> None:
    """Who waits is told how many are before them."""
    await watched.show(QueueMoved(watched.request_id, 3))
    assert "You are number 3 in the queue." in watched.written[0]


async def test_the_last_edit_says_that_it_is_the_last(watched: Watched, stage: Stage) -> None:
    """Before the quarter of an hour is over a person is told how it goes on; then nothing is tried any more."""
    await watched.step(1)
    await stage.env.advance_time(14 * 60 + 10)
    await watched.step(2)
    assert "Discord lets me change this message for a quarter of an hour only." in watched.written[-1]
    await watched.step(3)
    await stage.env.advance_time(120)
    await watched.step(4)
    assert len(watched.written) == 2


async def test_another_request_is_not_shown_in_this_message(watched: Watched) -> None:
    """News of a request that was asked for elsewhere changes nothing here."""
    await watched.show(ProgressShown("another", "train", 1, 10, None))
    assert watched.written == []
