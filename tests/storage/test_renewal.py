"""The daily renewal: up to so many, once a day, and never at the cost of what somebody has besides."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from limner.storage import Storage, User
from limner.storage.errors import NotFoundError, QuotaExceededError
from limner.storage.quota import Balance

DAILY = 5
DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def storage(place: Any) -> AsyncIterator[Storage]:
    """Give storage that renews."""
    async with place.open(daily=DAILY) as opened:
        yield opened


@pytest_asyncio.fixture
async def sitter(storage: Storage) -> User:
    """Give a sitter who has used up what there was to begin with."""
    user = await storage.users.get_or_create("web", "sitter")
    await use(storage, user, 24, "first")
    return user


async def use(storage: Storage, user: User, amount: int, key: str) -> None:
    """Hold and spend so many."""
    await storage.quota.reserve(user.id, amount, key)
    await storage.quota.commit(key)


async def test_a_new_day_fills_up(storage: Storage, sitter: User, place: Any) -> None:
    """Whoever has nothing left has the day's portraits on each next day, however many days went by."""
    for spent, days in ((24, 1), (29, 1), (34, 30)):
        assert (await storage.quota.balance(sitter.id)).available == 0
        place.clock.turn(days * DAY)
        assert await storage.quota.balance(sitter.id) == Balance(DAILY, 0, spent, spent + DAILY)
        await use(storage, sitter, DAILY, f"job after {spent}")


async def test_it_fills_up_and_does_not_add(storage: Storage, sitter: User, place: Any) -> None:
    """What is left of yesterday counts: there are never more than the day's portraits."""
    place.clock.turn(DAY)
    await use(storage, sitter, 2, "job")
    place.clock.turn(DAY)
    assert (await storage.quota.balance(sitter.id)).available == DAILY
    grants = [entry.amount for entry in await storage.quota.history(sitter.id) if entry.kind == "grant"]
    assert grants == [24, 5, 2]


async def test_it_renews_once_a_day(storage: Storage, sitter: User, place: Any) -> None:
    """Used up is used up until tomorrow, also for whoever had enough in the morning, and at ten calls at once."""
    place.clock.turn(DAY)
    today = place.clock.now.date()
    outcomes = await asyncio.gather(*(storage.quota.renew(sitter.id, DAILY, today) for _ in range(10)))
    assert outcomes.count(True) == 1
    await use(storage, sitter, DAILY, "job")
    assert not await storage.quota.renew(sitter.id, DAILY, today)
    assert not await storage.quota.renew(sitter.id, DAILY, today - DAY)
    new = await storage.users.get_or_create("web", "new")
    await use(storage, new, 24, "all of it")
    assert await storage.quota.balance(new.id) == Balance(0, 0, 24, 24)


async def test_nobody_has_to_ask_for_it(storage: Storage, sitter: User, place: Any) -> None:
    """Reserving and asking for portraits fill up first, in the same step."""
    place.clock.turn(DAY)
    assert await storage.quota.reserve(sitter.id, DAILY, "job")
    place.clock.turn(DAY)
    set_id = await storage.photos.open_set(sitter.id)
    await storage.requests.accept(sitter.id, set_id, "oil", DAILY, 7)
    assert await storage.quota.balance(sitter.id) == Balance(0, 2 * DAILY, 24, 24 + 2 * DAILY)


async def test_who_asks_for_too_much_is_told_when(storage: Storage, sitter: User, place: Any) -> None:
    """The refusal counts the day's portraits, names the next midnight in UTC, and takes nothing of the day away."""
    place.clock.now = datetime(2030, 6, 1, 23, 59, tzinfo=UTC)
    set_id = await storage.photos.open_set(sitter.id)
    with pytest.raises(QuotaExceededError) as caught:
        await storage.requests.accept(sitter.id, set_id, "oil", DAILY + 1, 7)
    assert (caught.value.available, caught.value.resets_at) == (DAILY, datetime(2030, 6, 2, tzinfo=UTC))
    assert storage.quota.resets_at(place.clock.now) == datetime(2030, 6, 2, tzinfo=UTC)
    assert (await storage.quota.balance(sitter.id)).available == DAILY
    await use(storage, sitter, DAILY, "today's")
    with pytest.raises(QuotaExceededError):
        await storage.quota.reserve(sitter.id, 1, "too soon")
    place.clock.turn(timedelta(minutes=2))
    assert await storage.quota.reserve(sitter.id, 1, "tomorrow's")


async def test_what_was_paid_comes_on_top(storage: Storage, sitter: User, place: Any) -> None:
    """Paying or being given some first thing in the morning does not cost the day's free portraits, or the reverse."""
    place.clock.turn(DAY)
    await storage.payments.credit(sitter.id, "charge", "small", 10, 50, "XTR")
    assert (await storage.quota.balance(sitter.id)).available == DAILY + 10
    place.clock.turn(DAY)
    assert (await storage.quota.balance(sitter.id)).available == DAILY + 10
    await use(storage, sitter, DAILY + 10, "all")
    place.clock.turn(DAY)
    await storage.quota.grant(sitter.id, 3, "operator")
    assert (await storage.quota.balance(sitter.id)).available == DAILY + 3


async def test_coming_back_brings_no_second_renewal(storage: Storage, sitter: User, place: Any) -> None:
    """Whoever is forgotten and returns has what was left, and the next renewal tomorrow."""
    place.clock.turn(DAY)
    await use(storage, sitter, 4, "job")
    for _ in range(2):
        await storage.forget((await storage.users.get_or_create("web", "sitter")).id)
    again = await storage.users.get_or_create("web", "sitter")
    assert (await storage.quota.balance(again.id)).available == 1
    place.clock.turn(DAY)
    assert (await storage.quota.balance(again.id)).available == DAILY


async def test_without_renewal_nothing_is_added(place: Any) -> None:
    """Unless it is switched on, no day brings anything and nothing is promised."""
    async with place.open() as plain:
        user = await plain.users.get_or_create("web", "1")
        await use(plain, user, 20, "job")
        place.clock.turn(DAY)
        assert await plain.quota.balance(user.id) == Balance(4, 0, 20, 24)
        assert plain.quota.resets_at(place.clock.now) is None
        assert not await plain.quota.renew(user.id, 0, place.clock.now.date())


async def test_a_renewal_needs_a_person(storage: Storage) -> None:
    """Renewing for nobody is an error."""
    with pytest.raises(NotFoundError):
        await storage.quota.renew("nobody", DAILY, date(2030, 1, 1))
