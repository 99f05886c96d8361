"""News for the bots, on a stream.

A stream and not pub/sub: a reader that lost its connection goes on from the last id it saw, and misses nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

from redis.asyncio import Redis

from limner.queue.codec import pack_news, unpack_news
from limner.queue.connection import AWAY_S, NEWS_STREAM, UNREACHABLE
from limner.queue.errors import BadMessageError
from limner.queue.messages import News

logger = logging.getLogger(__name__)

FIELD = b"news"
# Some hours of a busy installation. What a bot missed beyond that it finds in storage's outbox.
KEPT = 10_000
# How long one read waits. Well below `connection.ANSWER_S`, after which the server counts as frozen; long enough to
# cost nothing.
WAIT_MS = 2_000


async def publish(redis: Redis, news: News) -> None:
    """Append one piece of news to the stream.

    Published twice after a lost connection at worst, never lost once this returns.
    """
    await redis.xadd(NEWS_STREAM, {FIELD: pack_news(news)}, maxlen=KEPT, approximate=True)


async def latest(redis: Redis) -> str:
    """Return the id of the newest entry: `listen` from there brings only what comes later."""
    newest = await redis.xrevrange(NEWS_STREAM, count=1)
    return newest[0][0].decode() if newest else "0-0"


async def listen(redis: Redis, last_id: str) -> AsyncIterator[tuple[str, News]]:
    """Yield every piece of news after `last_id`, with its id, for ever.

    Survives lost connections and a server's restart. Keep the id to go on from it after a restart of your own; "0-0"
    begins with the oldest entry kept. What is not news is passed over with a warning.
    """
    while True:
        try:
            answer = await redis.xread({NEWS_STREAM: last_id}, count=100, block=WAIT_MS)
        except UNREACHABLE as error:
            logger.warning("The news stopped (%s); reading on from %s.", error, last_id)
            await asyncio.sleep(AWAY_S)
            continue
        for _, entries in answer:
            for raw_id, entry in entries:
                last_id = raw_id.decode()
                try:
                    news = unpack_news(entry.get(FIELD, b""))
                except BadMessageError as error:
                    logger.warning("Entry %s of the news is unreadable: %s", last_id, error)
                else:
                    yield last_id, news
