"""The quota ledger: nothing is lost, nothing is spent twice, nothing goes below zero."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from limner.storage import Storage, User
from limner.storage.errors import NotFoundError, QuotaExceededError
from limner.storage.quota import Balance
from limner.storage.schema import accounts


async def test_two_hundred_reserves_grant_exactly_the_balance(storage: Storage, sitter: User, place: Any) -> None:
    """200 reserves at once, from two processes, on a balance of 24 grant exactly 24."""
    async with place.open() as other:
        calls = [(storage, other)[n % 2].quota.reserve(sitter.id, 1, f"job {n}") for n in range(200)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert outcomes.count(True) == 24
    assert sum(isinstance(outcome, QuotaExceededError) for outcome in outcomes) == 176
    assert await storage.quota.balance(sitter.id) == Balance(0, 24, 0, 24)


async def test_a_payment_counts_once(storage: Storage, sitter: User) -> None:
    """A grant repeated with its key (here ten times at once) is given once."""
    outcomes = await asyncio.gather(*(storage.quota.grant(sitter.id, 10, "charge 1") for _ in range(10)))
    assert outcomes.count(True) == 1
    assert await storage.quota.balance(sitter.id) == Balance(34, 0, 0, 34)


async def test_settling_twice_does_nothing(storage: Storage, sitter: User) -> None:
    """The first settlement of a hold counts, whichever it is."""
    await storage.quota.reserve(sitter.id, 4, "job 1")
    assert await storage.quota.commit("job 1")
    assert not await storage.quota.commit("job 1")
    assert not await storage.quota.refund("job 1")
    await storage.quota.reserve(sitter.id, 4, "job 2")
    assert await storage.quota.refund("job 2")
    assert not await storage.quota.commit("job 2")
    assert await storage.quota.balance(sitter.id) == Balance(20, 0, 4, 24)


async def test_reserving_twice_holds_once(storage: Storage, sitter: User) -> None:
    """A reserve repeated with its key holds nothing more, settled or not."""
    assert await storage.quota.reserve(sitter.id, 4, "job")
    assert not await storage.quota.reserve(sitter.id, 4, "job")
    await storage.quota.commit("job")
    assert not await storage.quota.reserve(sitter.id, 4, "job")
    assert await storage.quota.balance(sitter.id) == Balance(20, 0, 4, 24)


async def test_a_key_stands_for_one_thing(storage: Storage, sitter: User, stranger: User) -> None:
    """A key used for another amount or another person is an error and moves nothing."""
    await storage.quota.reserve(sitter.id, 4, "job")
    await storage.quota.grant(sitter.id, 4, "charge")
    for call in (
        storage.quota.reserve(sitter.id, 5, "job"),
        storage.quota.reserve(stranger.id, 4, "job"),
        storage.quota.grant(stranger.id, 4, "charge"),
    ):
        with pytest.raises(ValueError, match="already"):
            await call
    assert await storage.quota.balance(stranger.id) == Balance(24, 0, 0, 24)


async def test_quota_fails_closed(storage: Storage, sitter: User) -> None:
    """Without an account, a hold or a positive amount nothing is granted."""
    for call in (
        storage.quota.reserve("nobody", 1, "job"),
        storage.quota.grant("nobody", 1, "charge"),
        storage.quota.commit("no such job"),
        storage.quota.refund("no such job"),
    ):
        with pytest.raises(NotFoundError):
            await call
    for amount in (0, -5):
        with pytest.raises(ValueError, match="positive"):
            await storage.quota.reserve(sitter.id, amount, "job")
        with pytest.raises(ValueError, match="positive"):
            await storage.quota.grant(sitter.id, amount, "charge")
    with pytest.raises(QuotaExceededError):
        await storage.quota.reserve(sitter.id, 25, "job")
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)


async def test_more_than_the_hold_cannot_be_spent(storage: Storage, sitter: User) -> None:
    """Committing a part gives back the rest; committing more than was held is an error."""
    await storage.quota.reserve(sitter.id, 4, "job")
    with pytest.raises(ValueError, match="cannot be spent"):
        await storage.quota.commit("job", 5)
    assert await storage.quota.commit("job", 3)
    assert await storage.quota.balance(sitter.id) == Balance(21, 0, 3, 24)


async def test_a_hold_with_a_lifetime_expires(storage: Storage, sitter: User, place: Any) -> None:
    """A hold whose time is over is given back; one without a lifetime waits for ever."""
    await storage.quota.reserve(sitter.id, 4, "short", timedelta(minutes=5))
    await storage.quota.reserve(sitter.id, 2, "long")
    assert await storage.quota.expire() == 0
    place.clock.turn(timedelta(minutes=6))
    assert await storage.quota.expire() == 1
    assert await storage.quota.expire() == 0
    assert await storage.quota.balance(sitter.id) == Balance(22, 2, 0, 24)


async def test_the_table_refuses_a_wrong_account(storage: Storage, sitter: User) -> None:
    """Whatever code does, an account below zero or out of balance is not written."""
    for wrong in ({"available": -1, "granted": -1}, {"spent": 5}, {"granted": 100}):
        with pytest.raises(IntegrityError):
            async with storage.quota._database.write() as connection:
                await connection.execute(sa.update(accounts).values(wrong))
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)


async def test_a_cancelled_call_leaves_nothing_behind(storage: Storage, sitter: User) -> None:
    """Tasks cancelled in mid-transaction, at whatever point, neither hold quota half-way nor block the next writer."""
    calls = [asyncio.create_task(storage.quota.reserve(sitter.id, 1, f"job {n}")) for n in range(20)]
    for turns, call in enumerate(calls):
        for _ in range(turns):
            await asyncio.sleep(0)
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    entries = [entry for entry in await storage.quota.history(sitter.id) if entry.kind == "reserve"]
    balance = await storage.quota.balance(sitter.id)
    assert balance.held == len(entries)
    assert await storage.quota.reserve(sitter.id, balance.available, "next")
