"""Requests that are trained and drawn in one engine at once: what befalls one is no matter of the others."""

import asyncio

import psutil

from limner.queue.connection import request_of
from limner.storage import Request, User
from limner.tests.fakes.shop import PORTRAITS, Shop
from limner.tests.faults.test_killed import painter_of


async def asked(shop: Shop, *styles: str) -> list[tuple[User, Request]]:
    """Let as many people ask for portraits at once."""
    people = [await shop.sitter(str(number)) for number in range(len(styles))]
    return [(user, await shop.ask(user, style)) for user, style in zip(people, styles, strict=True)]


async def spent(shop: Shop, user: User) -> tuple[int, int]:
    """Read what somebody spent, and what is held."""
    balance = await shop.storage.quota.balance(user.id)
    return balance.spent, balance.held


async def test_three_are_painted_at_once(shop: Shop) -> None:
    """With three seats three requests run beside each other in one engine, and all of them are made."""
    async with shop.worker(seats=3):
        requests = [request for _, request in await asked(shop, "slow", "slow", "slow")]
        await asyncio.gather(*(shop.checkpointed(request.id) for request in requests))
        states = [(await shop.storage.requests.get(request.id)).state for request in requests]
        made = [await shop.reached(request.id, "made", "failed") for request in requests]
    assert states == ["running"] * 3
    assert [(request.state, request.attempt) for request in made] == [("made", 0)] * 3


async def test_a_killed_engine_takes_nobody_with_it(shop: Shop) -> None:
    """An engine that is killed with three trainings in it: each goes on from its checkpoint, is made, and paid once."""
    async with shop.worker(seats=3):
        both = await asked(shop, "slow", "slow", "slow")
        await asyncio.gather(*(shop.checkpointed(request.id) for _, request in both))
        painter_of(psutil.Process().pid).kill()
        made = [await shop.reached(request.id, "made", "failed") for _, request in both]
    assert [(request.state, request.attempt) for request in made] == [("made", 1)] * 3
    assert [await spent(shop, user) for user, _ in both] == [(PORTRAITS, 0)] * 3


async def test_a_deadly_request_harms_its_neighbours_once(shop: Shop) -> None:
    """A request that kills the engine each time fails after its tries; who was beside it is made at the second."""
    async with shop.worker(seats=3):
        both = await asked(shop, "dies", "slow", "slow")
        ended = [await shop.reached(request.id, "made", "failed") for _, request in both]
    assert [request.state for request in ended] == ["failed", "made", "made"]
    assert all(request.attempt <= 1 for request in ended[1:])
    assert [await spent(shop, user) for user, _ in both] == [(0, 0), (PORTRAITS, 0), (PORTRAITS, 0)]


async def test_a_cancelled_request_leaves_the_others(shop: Shop) -> None:
    """Cancelling one of three stops it within the engine, which lives on for the other two."""
    async with shop.worker(seats=3):
        both = await asked(shop, "endless", "slow", "slow")
        await asyncio.gather(*(shop.checkpointed(request.id) for _, request in both))
        engine = painter_of(psutil.Process().pid).pid
        await shop.client.cancel(both[0][1].id)
        ended = [await shop.reached(request.id, "made", "failed", "cancelled") for _, request in both]
        assert painter_of(psutil.Process().pid).pid == engine
        jobs = await shop.redis.zrange("limner:paint", 0, -1)
    assert [request.state for request in ended] == ["cancelled", "made", "made"]
    assert both[0][1].id not in [request_of(job.decode()) for job in jobs]
