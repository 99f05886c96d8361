"""Rates: so many at once, as many in each time in the long run, and a restart forgets nothing."""

from datetime import timedelta
from typing import Any

import pytest

from limner.storage import Storage, User
from limner.storage.errors import NotFoundError

HOUR = timedelta(hours=1)


async def take(storage: Storage, user: User, what: str = "photos") -> timedelta:
    """Count one of four an hour."""
    return await storage.rates.take(user.id, what, most=4, per=HOUR)


async def test_so_many_come_at_once_and_the_next_has_to_wait(storage: Storage, sitter: User, place: Any) -> None:
    """Four pass, the fifth is told a quarter of an hour; then one passes, and no other."""
    assert [await take(storage, sitter) for _ in range(4)] == [timedelta(0)] * 4
    wait = await take(storage, sitter)
    assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
    place.clock.turn(wait)
    assert await take(storage, sitter) == timedelta(0)
    assert await take(storage, sitter) > timedelta(minutes=14)


async def test_what_is_refused_counts_for_nothing(storage: Storage, sitter: User, place: Any) -> None:
    """Whoever goes on pressing does not wait longer for it."""
    for _ in range(50):
        await take(storage, sitter)
    place.clock.turn(HOUR)
    assert [await take(storage, sitter) for _ in range(4)] == [timedelta(0)] * 4


async def test_each_person_and_each_thing_has_a_rate_of_its_own(storage: Storage, sitter: User) -> None:
    """One person's photos stop neither their requests nor anybody else's photos."""
    other = await storage.users.get_or_create("telegram", "other")
    for _ in range(5):
        await take(storage, sitter)
    assert await take(storage, sitter, "requests") == timedelta(0)
    assert await take(storage, other) == timedelta(0)


async def test_a_restart_forgets_nothing(storage: Storage, sitter: User, place: Any) -> None:
    """Another process over the same storage goes on counting."""
    for _ in range(4):
        await take(storage, sitter)
    async with place.open() as again:
        assert await take(again, sitter) > timedelta(0)


async def test_a_clock_that_was_fast_makes_nobody_wait(storage: Storage, sitter: User, place: Any) -> None:
    """What was counted by a clock three hours ahead is forgotten when the clock is right again."""
    place.clock.turn(3 * HOUR)
    for _ in range(4):
        await take(storage, sitter)
    place.clock.turn(-3 * HOUR)
    assert [await take(storage, sitter) for _ in range(4)] == [timedelta(0)] * 4
    assert await take(storage, sitter) > timedelta(0)


async def test_nobody_has_no_rate(storage: Storage) -> None:
    """An unknown user is an error, not a free pass."""
    with pytest.raises(NotFoundError):
        await storage.rates.take("0" * 32, "photos", most=1, per=HOUR)
