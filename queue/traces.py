"""What Redis still says of people who were forgotten, taken out: their flows and tickets in the line, and their news.

These are numbers that name nobody any more, but they are theirs. Nobody has to note what is to be deleted: who is in
Redis and not in storage is gone, whatever was killed when. Their jobs end by themselves, where a worker finds nobody
for one.
"""

from collections.abc import Awaitable
from typing import cast

from redis.asyncio import Redis

from limner.queue.codec import unpack_news
from limner.queue.connection import NEWS_STREAM, PAINT_FLOWS, PAINT_TICKETS
from limner.queue.errors import BadMessageError
from limner.queue.fairness import FairLine, person_of
from limner.queue.news import FIELD
from limner.storage import Storage


async def drop_traces(redis: Redis, storage: Storage) -> None:
    """Take out what concerns nobody in storage. May be repeated, and done by several workers at once."""
    flows = {raw: person_of(raw.decode()) for raw in await redis.zrange(PAINT_FLOWS, 0, -1)}
    # redis-py types this call for its synchronous twin too.
    charged = await cast("Awaitable[dict[bytes, bytes]]", redis.hgetall(PAINT_TICKETS))
    tickets = {raw: person_of(value.decode()) for raw, value in charged.items()}
    news = {raw: _whose(entry.get(FIELD, b"")) for raw, entry in await redis.xrange(NEWS_STREAM)}
    people = {user_id for user_id in (*flows.values(), *tickets.values(), *news.values()) if user_id is not None}
    gone = await storage.users.missing(people)
    for job, user_id in tickets.items():
        if user_id in gone:
            await FairLine(redis).left(job.decode())
    if theirs := [flow for flow, user_id in flows.items() if user_id in gone]:
        await redis.zrem(PAINT_FLOWS, *theirs)
    if theirs := [entry for entry, user_id in news.items() if user_id in gone]:
        await redis.xdel(NEWS_STREAM, *theirs)


def _whose(packed: bytes) -> str | None:
    try:
        return unpack_news(packed).user_id
    except BadMessageError:
        return None
