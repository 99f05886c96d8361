"""News reach the bots: all of them, in order, over lost connections."""

import asyncio

from arq.connections import ArqRedis

from limner.queue.client import QueueClient
from limner.queue.connection import NEWS_STREAM
from limner.queue.messages import Moved, News, PhotoExamined
from limner.queue.news import latest, listen, publish


async def hear(client: ArqRedis, last_id: str, count: int) -> list[News]:
    """Listen until `count` pieces of news have come."""
    heard: list[News] = []
    async for _, news in listen(client, last_id):
        heard.append(news)
        if len(heard) == count:
            break
    return heard


async def test_none_are_lost_over_a_reconnect(redis: ArqRedis, redis_url: str) -> None:
    """A listener whose connection is cut again and again hears every piece of news once, in order."""
    listener = await QueueClient.connect(redis_url)
    sent: list[News] = [Moved("u", "r", place) for place in range(20)]
    hearing = asyncio.create_task(hear(listener._redis, "0-0", len(sent)))
    for place, news in enumerate(sent):
        await publish(redis, news)
        if place % 4 == 0:
            await redis.client_kill_filter(_type="normal", skipme=True)
    async with asyncio.timeout(8):
        assert await hearing == sent
    await listener.close()


async def test_a_listener_goes_on_from_its_last_id(redis: ArqRedis) -> None:
    """A bot that was restarted and kept the id hears exactly what came in between."""
    await publish(redis, Moved("u", "r", 2))
    last_id = await latest(redis)
    await publish(redis, Moved("u", "r", 1))
    async with asyncio.timeout(8):
        assert await hear(redis, last_id, 1) == [Moved("u", "r", 1)]


async def test_an_empty_stream_begins_at_its_first_news(redis: ArqRedis) -> None:
    """The latest id of a stream without news brings the first that ever comes."""
    last_id = await latest(redis)
    await publish(redis, Moved("u", "r", 1))
    async with asyncio.timeout(8):
        assert await hear(redis, last_id, 1) == [Moved("u", "r", 1)]


async def test_an_unreadable_entry_is_passed_over(redis: ArqRedis) -> None:
    """An entry that is no news neither stops the listener nor comes out of it."""
    await redis.xadd(NEWS_STREAM, {b"news": b"\x80\x04garbage"})
    await redis.xadd(NEWS_STREAM, {b"other": b"field"})
    await publish(redis, PhotoExamined("u", "p", accepted=False, reason="blurred"))
    async with asyncio.timeout(8):
        assert await hear(redis, "0-0", 1) == [PhotoExamined("u", "p", accepted=False, reason="blurred")]


async def test_a_listener_can_be_ended_at_any_moment(redis_url: str) -> None:
    """A bot that stops ends its listener, whatever step of its asking that is in; none goes on listening for ever."""
    client = await QueueClient.connect(redis_url)
    for steps in range(40):
        hearing = asyncio.create_task(hear(client._redis, "0-0", 1))
        for _ in range(steps):
            await asyncio.sleep(0)
        hearing.cancel()
        await asyncio.wait((hearing,), timeout=8)
        assert hearing.cancelled(), f"It went on after {steps} steps."
    await client.close()
