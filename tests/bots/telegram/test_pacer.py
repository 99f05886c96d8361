"""Pacing: one chat's rate, a group's, everybody's; and who waits for whom. The clock is turned by hand."""

import asyncio
import random
from itertools import pairwise

import pytest

from limner.bots.telegram.messages.pacer import Pacer
from limner.tests.fakes.telegram.calls import most_within

ANN, BOB, GROUP = 1, 2, -100


class Clock:
    """A clock that goes on when everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock has gone on so far."""
        woken = asyncio.Event()
        self._sleepers.append((self.now + seconds, woken))
        await woken.wait()

    async def until(self, task: "asyncio.Task[None]") -> None:
        """Turn the clock from sleeper to sleeper until a task is done."""
        while not task.done():
            for _ in range(10):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort(key=lambda sleeper: sleeper[0])
                at, woken = self._sleepers.pop(0)
                self.now = max(self.now, at)
                woken.set()
        task.result()


@pytest.fixture
def clock() -> Clock:
    """Give a clock."""
    return Clock()


async def said(clock: Clock, turns: list[tuple[int, int]], longest_s: float = 0.0) -> dict[int, list[float]]:
    """Take turns side by side, each (chat, cost); return the times at which each chat's messages arrived.

    A message takes up to `longest_s` to arrive, at random, and its answer as long again.
    """
    pacer, times = Pacer(lambda: clock.now, clock.sleep), dict[int, list[float]]()
    chance = random.Random(0)

    async def one(chat_id: int, cost: int) -> None:
        async with pacer.turn(chat_id, cost):
            if longest_s:
                await clock.sleep(chance.uniform(0, longest_s))
            times.setdefault(chat_id, []).extend([clock.now] * cost)
            if longest_s:
                await clock.sleep(chance.uniform(0, longest_s))

    async def all_of_them() -> None:
        await asyncio.gather(*(one(*turn) for turn in turns))

    await clock.until(asyncio.create_task(all_of_them()))
    return times


async def speak(pacer: Pacer, chat_id: int) -> None:
    """Say one thing, in the chat's turn."""
    async with pacer.turn(chat_id):
        await asyncio.sleep(0)


def tried(pacer: Pacer, chat_id: int) -> bool:
    """Say one thing if it is the chat's turn now; tell whether it was."""
    turn = pacer.try_turn(chat_id)
    if turn is None:
        return False
    with turn:
        return True


async def test_a_chat_gets_a_burst_and_then_a_message_a_second(clock: Clock) -> None:
    """Three at once, then one after the other; an album counts as one."""
    began = clock.now
    times = (await said(clock, [(ANN, 1)] * 6))[ANN]
    assert [at - began for at in times[:3]] == [0, 0, 0]
    assert all(later - earlier >= 1 for earlier, later in pairwise(times[2:]))
    assert len(set((await said(clock, [(ANN, 8)] * 2))[ANN])) == 1


async def test_a_group_gets_twenty_a_minute_at_most(clock: Clock) -> None:
    """In a group every picture of an album counts."""
    assert most_within((await said(clock, [(GROUP, 1)] * 30 + [(GROUP, 8)] * 3))[GROUP], 60.0) <= 20


async def test_all_chats_together_get_thirty_a_second(clock: Clock) -> None:
    """A thousand people who write at once are answered in turn."""
    times = await said(clock, [(chat, 1) for chat in range(1, 1001)])
    together = sorted(at for one in times.values() for at in one)
    assert most_within(together, 1.0) <= 30
    assert together[-1] - together[0] < 1000 / 25


@pytest.mark.parametrize("longest_s", [0.1, 0.5, 3.0])
async def test_a_message_that_is_late_does_not_fall_together_with_later_ones(clock: Clock, longest_s: float) -> None:
    """However long messages take on their way, no more than thirty arrive within one second."""
    times = await said(clock, [(chat, 1 + 9 * (chat % 7 == 0)) for chat in range(1, 301)], longest_s)
    assert most_within(sorted(at for one in times.values() for at in one), 1.0) <= 30


async def test_a_stalled_chat_holds_up_nobody_else(clock: Clock) -> None:
    """Whoever was told to be quiet waits alone."""
    pacer, began = Pacer(lambda: clock.now, clock.sleep), clock.now
    pacer.stall(ANN, 60)
    await speak(pacer, BOB)
    assert clock.now == began
    await clock.until(asyncio.create_task(speak(pacer, ANN)))
    assert clock.now == began + 60


async def test_what_may_be_dropped_takes_a_turn_only_if_it_is_free(clock: Clock) -> None:
    """Progress never waits, and never pushes in front of somebody who does."""
    pacer = Pacer(lambda: clock.now, clock.sleep)
    assert [tried(pacer, ANN) for _ in range(4)] == [True, True, True, False]
    waiting = asyncio.create_task(speak(pacer, ANN))
    await asyncio.sleep(0)
    clock.now += 1.5
    assert not tried(pacer, ANN)
    await clock.until(waiting)


async def test_silent_chats_are_forgotten(clock: Clock) -> None:
    """A bot that runs for months keeps no line for everybody who ever wrote."""
    pacer = Pacer(lambda: clock.now, clock.sleep)
    for chat in range(1, 6000):
        tried(pacer, chat)
        clock.now += 10
    assert len(pacer._lines) <= 4096
