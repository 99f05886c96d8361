"""What Redis says of people goes when they were forgotten."""

import asyncio
from collections.abc import Awaitable
from typing import cast

import pytest
from arq.connections import ArqRedis

from limner.bots.conversation import Conversation
from limner.bots.events import ForgetConfirmed
from limner.bots.replies import Forgotten
from limner.queue.codec import pack
from limner.queue.connection import EXAMINE_QUEUE, NEWS_STREAM, PAINT_FLOWS, PAINT_TICKETS
from limner.queue.fairness import FairLine
from limner.queue.messages import CopyPortrait, MakePortraits, RequestFailed
from limner.queue.news import publish
from limner.queue.traces import drop_traces
from limner.storage import User
from limner.tests.fakes.shop import Shop, until

LINE = (PAINT_FLOWS.encode(), PAINT_TICKETS.encode(), NEWS_STREAM.encode())


async def everything(redis: ArqRedis, *keys: bytes) -> bytes:
    """Give all that Redis holds, whatever its key, or what it holds under some keys."""
    found = [(key, await value_of(redis, key)) for key in keys or await redis.keys()]
    return repr(found).encode()


async def value_of(redis: ArqRedis, key: bytes) -> object:
    """Read a key, whatever its type."""
    match await redis.type(key):
        case b"string":
            return await redis.get(key)
        case b"zset":
            return await redis.zrange(key, 0, -1)
        case b"stream":
            return await redis.xrange(key)
        case _:
            return await cast("Awaitable[object]", redis.hgetall(key.decode()))


async def busy(shop: Shop, name: str) -> MakePortraits:
    """Have somebody in the line, and news of them."""
    user = await shop.storage.users.get_or_create("web", name)
    command = MakePortraits(name * 32, user.id, 0)
    await FairLine(shop.redis).enter(command, b"job")
    await publish(shop.redis, RequestFailed(user.id, command.request_id, "internal"))
    return command


async def test_only_what_is_theirs_goes(shop: Shop) -> None:
    """Flow, ticket and news of whoever was forgotten are gone; everybody else's, and an event's, stay."""
    gone, stays = await busy(shop, "a"), await busy(shop, "b")
    await FairLine(shop.redis).enter(MakePortraits("c" * 32, stays.user_id, 0, "e" * 32), b"job")
    await shop.redis.xadd(NEWS_STREAM, {b"news": b"unreadable"})
    before = await everything(shop.redis, *LINE)
    await drop_traces(shop.redis, shop.storage)
    assert await everything(shop.redis, *LINE) == before
    await shop.storage.forget(gone.user_id)
    for _ in range(2):
        await drop_traces(shop.redis, shop.storage)
    after = await everything(shop.redis, *LINE)
    assert gone.user_id.encode() not in after
    assert gone.request_id.encode() not in after
    assert before.count(stays.user_id.encode()) == after.count(stays.user_id.encode()) > 0
    assert b"event:" + b"e" * 32 in after
    assert b"unreadable" in after


async def forget(shop: Shop, user: User) -> None:
    """Have somebody forgotten as in a chat, up to the receipt."""
    chat = Conversation(shop.storage, shop.client, ())
    (receipt,) = await chat.handle(user, ForgetConfirmed())
    assert isinstance(receipt, Forgotten)


async def wait_in_line(shop: Shop, name: str) -> tuple[User, set[str]]:
    """Have somebody wait for portraits, for those of an event, and for verdicts; return all ids that are theirs."""
    user = await shop.sitter(name)
    request = await shop.ask(user, "quick")
    photo = await shop.photo(user, b"another selfie")
    await FairLine(shop.redis).enter(MakePortraits(name * 32, user.id, 0, "e" * 32), packed(user))
    await shop.client.copy_portrait(CopyPortrait("b" * 32, user.id, 1000, square=True))
    # What a worker puts off, and what it was asked to stop and has not yet.
    await shop.redis.zincrby(EXAMINE_QUEUE, 600_000, photo)
    await shop.client.cancel(request.id)
    await publish(shop.redis, RequestFailed(user.id, request.id, "internal"))
    return user, {user.id, request.id, photo, name * 32}


def packed(user: User) -> bytes:
    """Pack a job's value as the client does, as far as it says whose it is."""
    return pack({"a": ({"user_id": user.id},)})


async def test_nothing_is_left_in_redis_when_the_receipt_is_told(shop: Shop) -> None:
    """Jobs, tickets, flow and news of whoever is forgotten go before the receipt; others' stay as they are."""
    gone, theirs = await wait_in_line(shop, "a")
    _, others = await wait_in_line(shop, "f")
    before = await everything(shop.redis)
    assert all(one.encode() in before for one in theirs | others)
    await forget(shop, gone)
    after = await everything(shop.redis)
    assert [one for one in theirs if one.encode() in after] == []
    assert [one for one in others if before.count(one.encode()) != after.count(one.encode())] == []


async def test_what_is_being_painted_is_stopped_and_then_gone(shop: Shop) -> None:
    """A training without end stops as soon as its sitter is forgotten, and the worker leaves nothing of it either."""
    user = await shop.sitter()
    async with shop.worker():
        request = await shop.ask(user, "endless")
        await shop.reached(request.id, "running")
        await forget(shop, user)

        async def stopped() -> bool:
            return request.id.encode() not in await everything(shop.redis)

        await until(stopped, "the job and its last news are gone")
    assert user.id.encode() not in await everything(shop.redis)


async def test_a_redis_that_is_away_holds_nobody_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt comes all the same, soon, and the hourly pass takes out what was left."""
    user, _ = await wait_in_line(shop, "a")
    monkeypatch.setattr("limner.queue.client.ANSWER_S", 0.2)

    async def frozen(*_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(shop.client._redis, "zrange", frozen)
        async with asyncio.timeout(5):
            await forget(shop, user)
    flow = f"user:{user.id}".encode()
    assert flow in await everything(shop.redis)
    await drop_traces(shop.redis, shop.storage)
    assert flow not in await everything(shop.redis)


async def test_an_empty_redis_is_left_empty(shop: Shop) -> None:
    """Where there is nothing, nothing is made."""
    await drop_traces(shop.redis, shop.storage)
    assert await shop.redis.keys() == []
