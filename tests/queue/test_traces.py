"""What Redis says of people goes when they were forgotten."""

from collections.abc import Awaitable
from typing import cast

from arq.connections import ArqRedis

from limner.queue.connection import NEWS_STREAM, PAINT_FLOWS, PAINT_TICKETS
from limner.queue.fairness import FairLine
from limner.queue.messages import MakePortraits, RequestFailed
from limner.queue.news import publish
from limner.queue.traces import drop_traces
from limner.tests.fakes.shop import Shop


async def everything(redis: ArqRedis) -> bytes:
    """Give all that Redis holds of the line and of the news."""
    flows = await redis.zrange(PAINT_FLOWS, 0, -1)
    tickets = await cast("Awaitable[object]", redis.hgetall(PAINT_TICKETS))
    news = await redis.xrange(NEWS_STREAM)
    return repr((flows, tickets, news)).encode()


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
    before = await everything(shop.redis)
    await drop_traces(shop.redis, shop.storage)
    assert await everything(shop.redis) == before
    await shop.storage.forget(gone.user_id)
    for _ in range(2):
        await drop_traces(shop.redis, shop.storage)
    after = await everything(shop.redis)
    assert gone.user_id.encode() not in after
    assert gone.request_id.encode() not in after
    assert before.count(stays.user_id.encode()) == after.count(stays.user_id.encode()) > 0
    assert b"event:" + b"e" * 32 in after
    assert b"unreadable" in after


async def test_an_empty_redis_is_left_empty(shop: Shop) -> None:
    """Where there is nothing, nothing is made."""
    await drop_traces(shop.redis, shop.storage)
    assert await shop.redis.keys() == []
