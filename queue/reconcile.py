"""Truth is in SQL and Redis carries it; here the difference is mended.

Redis may have lost a job (a wiped server, a crash between accepting and enqueueing, a value nobody could read). What
storage has as waiting is enqueued; what storage has as running and no queue knows is a try that came to nothing.
"""

import logging

from arq.utils import timestamp_ms

from limner.queue.attempts import WORKERS, try_again
from limner.queue.client import enqueue_photo, enqueue_portraits
from limner.queue.connection import EXAMINE_QUEUE, PAINT_QUEUE, request_of
from limner.queue.messages import ExaminePhoto
from limner.queue.studio import Studio
from limner.storage import Request
from limner.storage.errors import NotFoundError

logger = logging.getLogger(__name__)

# A photo's check is tried again within a minute (jobs.py). What is due later than this a wrong clock has put off.
LATEST_MS = 120_000


async def reconcile(studio: Studio) -> None:
    """Make one pass over all unfinished requests and unseen photos. Any number of workers may do so at once."""
    for photo in await studio.storage.photos.received():
        # A photo that waits in the queue already is left where it is.
        await enqueue_photo(studio.redis, ExaminePhoto(photo.id, photo.user_id))
    await _hasten(studio)
    requests = studio.storage.requests
    unfinished = [*await requests.queued(), *await requests.running()]
    # Redis after storage: a job that is missing now cannot have been there when storage was read, unless its request
    # has moved on since, and that shows when storage is read once more.
    in_line = {request_of(raw.decode()) for raw in await studio.redis.zrange(PAINT_QUEUE, 0, -1)}
    for request in unfinished:
        if request.id not in in_line:
            await _mend(studio, request)


async def _hasten(studio: Studio) -> None:
    """Have done now what is due in hours, since the clock of whoever enqueued it was fast, or ours has been set back.

    The painter's line knows no hours (fairness.py).
    """
    now = timestamp_ms()
    if late := await studio.redis.zrangebyscore(EXAMINE_QUEUE, now + LATEST_MS, "+inf"):
        logger.warning("%d jobs were due much later, by a clock that was wrong; they are due now.", len(late))
        await studio.redis.zadd(EXAMINE_QUEUE, dict.fromkeys(late, now), xx=True)


async def _mend(studio: Studio, seen: Request) -> None:
    try:
        now = await studio.storage.requests.get(seen.id)
        if (now.state, now.attempt) != (seen.state, seen.attempt):
            return
        command = await studio.command(now)
        if now.state == "queued":
            logger.warning("Request %s was missing from the queue; enqueueing it.", now.id)
            await enqueue_portraits(studio.redis, command)
        else:
            logger.warning("Request %s was running and its job is lost.", now.id)
            await try_again(studio, command, "engine_failed", WORKERS)
    except NotFoundError:
        return  # forgotten in this moment
