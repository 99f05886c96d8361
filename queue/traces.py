"""What Redis still says of people who were forgotten, taken out: their jobs, their places in the line, their news.

These are numbers that name nobody any more, but they are theirs. `drop_person` does it at once, for one person, as soon
as they are gone from storage; `drop_traces` from time to time, for whoever is in Redis and not in storage, whatever
was killed or away meanwhile. A job that is under way is left to its worker, which stops it and takes it out.
"""

from collections.abc import AsyncIterator, Awaitable, Collection
from dataclasses import dataclass
from typing import cast

from arq.constants import job_key_prefix
from arq.utils import timestamp_ms
from redis.asyncio import Redis

from limner.queue.codec import unpack_news
from limner.queue.connection import (
    CANCELLED,
    EXAMINE_QUEUE,
    NEWS_STREAM,
    PAINT_FLOWS,
    PAINT_QUEUE,
    PAINT_TICKETS,
    request_of,
)
from limner.queue.errors import BadMessageError
from limner.queue.fairness import FairLine, person_of
from limner.queue.lease import drop
from limner.queue.news import FIELD
from limner.storage import Storage


@dataclass(frozen=True, slots=True)
class _Traces:
    """Flows, tickets by their jobs, and news, each with whose it is; None for nobody's."""

    flows: dict[bytes, str | None]
    tickets: dict[bytes, str | None]
    news: dict[bytes, str | None]


async def drop_traces(redis: Redis, storage: Storage) -> None:
    """Take out what concerns nobody in storage. May be repeated, and done by several workers at once."""
    found = await _read(redis)
    people = {user_id for user_id in (*found.flows.values(), *found.tickets.values(), *found.news.values()) if user_id}
    await _drop(redis, found, await storage.users.missing(people))


async def drop_person(redis: Redis, user_id: str) -> None:
    """Take out what concerns one person who is gone from storage; what is being painted is asked to stop.

    May be repeated. What a worker is in the midst of telling comes after it, and goes by `drop_traces`.
    """
    for queue in (PAINT_QUEUE, EXAMINE_QUEUE):
        async for job in _jobs_of(redis, queue, user_id):
            if await drop(redis, queue, job):
                await FairLine(redis).left(job)
                await redis.zrem(CANCELLED, request_of(job))
            elif queue == PAINT_QUEUE:
                await redis.zadd(CANCELLED, {request_of(job): timestamp_ms()})
    await _drop(redis, await _read(redis), {user_id})


async def _jobs_of(redis: Redis, queue: str, user_id: str) -> AsyncIterator[str]:
    """Yield the jobs of a queue that speak of somebody, whatever they are."""
    jobs = [raw.decode() for raw in await redis.zrange(queue, 0, -1)]
    values = await redis.mget([f"{job_key_prefix}{job}" for job in jobs]) if jobs else []
    for job, value in zip(jobs, values, strict=True):
        if user_id.encode() in (value or b""):  # msgpack keeps text as it is
            yield job


async def _read(redis: Redis) -> _Traces:
    flows = await redis.zrange(PAINT_FLOWS, 0, -1)
    # redis-py types this call for its synchronous twin too.
    tickets = await cast("Awaitable[dict[bytes, bytes]]", redis.hgetall(PAINT_TICKETS))
    return _Traces(
        flows={raw: person_of(raw.decode()) for raw in flows},
        tickets={raw: person_of(value.decode()) for raw, value in tickets.items()},
        news={raw: _whose(entry.get(FIELD, b"")) for raw, entry in await redis.xrange(NEWS_STREAM)},
    )


async def _drop(redis: Redis, found: _Traces, gone: Collection[str]) -> None:
    for job, user_id in found.tickets.items():
        if user_id in gone:
            await FairLine(redis).left(job.decode())
    if theirs := [flow for flow, user_id in found.flows.items() if user_id in gone]:
        await redis.zrem(PAINT_FLOWS, *theirs)
    if theirs := [entry for entry, user_id in found.news.items() if user_id in gone]:
        await redis.xdel(NEWS_STREAM, *theirs)


def _whose(packed: bytes) -> str | None:
    try:
        return unpack_news(packed).user_id
    except BadMessageError:
        return None
