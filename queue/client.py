"""The bots' side of the queue."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

from arq.connections import ArqRedis
from arq.jobs import serialize_job
from arq.utils import timestamp_ms

from limner.queue import news
from limner.queue.codec import pack, to_map
from limner.queue.connection import ANSWER_S, CANCELLED, EXAMINE_QUEUE, connect
from limner.queue.fairness import FairLine
from limner.queue.messages import CopyPortrait, ExaminePhoto, MakePortraits, MakePoster, News
from limner.queue.traces import drop_person
from limner.queue.waiting import position


class QueueClient:
    """Puts commands into the queue and reads the news.

    Every method raises one of `limner.queue.connection.UNREACHABLE` while Redis is away. Nothing is lost by that: what
    storage has accepted, the workers' reconciler enqueues when Redis is back.
    """

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    @classmethod
    async def connect(cls, redis_url: str) -> Self:
        """Connect to `redis://`, `rediss://` or `unix://`."""
        return cls(await connect(redis_url))

    async def examine_photo(self, command: ExaminePhoto) -> None:
        """Have a photo looked at; asking twice changes nothing."""
        await enqueue_photo(self._redis, command)

    async def make_portraits(self, command: MakePortraits) -> None:
        """Have portraits made; asking twice for one attempt changes nothing."""
        await enqueue_portraits(self._redis, command)

    async def make_poster(self, command: MakePoster) -> None:
        """Have a version of an event's poster made; asking again while it waits changes nothing."""
        await self._redis.enqueue_job(
            "make_poster",
            to_map(command),
            _job_id=f"{command.event_id}.{command.version}",
            _queue_name=EXAMINE_QUEUE,
        )

    async def copy_portrait(self, command: CopyPortrait) -> None:
        """Have a copy of a portrait made; asking again while it waits changes nothing."""
        await self._redis.enqueue_job(
            "copy_portrait",
            to_map(command),
            _job_id=f"{command.portrait_id}.{command.most_bytes}.{command.square:d}",
            _queue_name=EXAMINE_QUEUE,
        )

    async def cancel(self, request_id: str, attempt: int = 0) -> None:
        """Have a request stopped, waiting or running, at whatever attempt it is.

        Returns at once. A worker stops the engine's work, settles the quota in storage and publishes RequestCancelled,
        or nothing when the request was already finished. If storage has it cancelled already, only the work is
        stopped. `attempt` is not needed: a request stays cancelled in every attempt.
        """
        await self._redis.zadd(CANCELLED, {request_id: timestamp_ms()})

    async def forget(self, user_id: str) -> None:
        """Take out what is here of somebody who is gone from storage; what is being painted for them is stopped.

        Returns, or raises, within `ANSWER_S`: what is left then goes with the workers' hourly pass.
        """
        async with asyncio.timeout(ANSWER_S):
            await drop_person(self._redis, user_id)

    async def position(self, request_id: str) -> int | None:
        """Return a request's place in the queue, 1 for the next; None when it runs, has ended or is unknown."""
        return await position(self._redis, request_id)

    async def latest_news(self) -> str:
        """Return the id from which `listen` brings only what is still to come."""
        return await news.latest(self._redis)

    def listen(self, last_id: str) -> AsyncIterator[tuple[str, News]]:
        """Yield the news after `last_id` with their ids, for ever, across lost connections."""
        return news.listen(self._redis, last_id)

    async def close(self) -> None:
        """Close the connections; doing it twice changes nothing."""
        await self._redis.aclose()


async def enqueue_photo(redis: ArqRedis, command: ExaminePhoto) -> bool:
    """Enqueue a photo's check under the photo's id; False when it is there already."""
    job = await redis.enqueue_job("examine_photo", to_map(command), _job_id=command.photo_id, _queue_name=EXAMINE_QUEUE)
    return job is not None


async def enqueue_portraits(redis: ArqRedis, command: MakePortraits) -> bool:
    """Enqueue one attempt at a request, in its fair place; False when that attempt is there already."""
    value = serialize_job("make_portraits", (to_map(command),), {}, None, timestamp_ms(), serializer=pack)
    return await FairLine(redis).enter(command, value)
