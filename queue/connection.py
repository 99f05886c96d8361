"""The connection to Redis, and the names of everything that we keep there.

arq's own keys (`arq:job:<id>`, `arq:in-progress:<id>`, `arq:retry:<id>`) are shared by all queues of one database.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from arq.connections import ArqRedis
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.connection import DefaultParser
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff, ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError

from limner.queue.codec import pack, unpack

logger = logging.getLogger(__name__)

EXAMINE_QUEUE = "limner:examine"
PAINT_QUEUE = "limner:paint"
# The fair line's memory (fairness.py): its clock, a sorted set of the flows' ends, and each job's charge by its id.
PAINT_CLOCK = "limner:paint:clock"
PAINT_FLOWS = "limner:paint:flows"
PAINT_TICKETS = "limner:paint:tickets"
NEWS_STREAM = "limner:news"
# Sorted set of requests that somebody wants stopped. Request ids are never reused, so an entry can never stop another.
CANCELLED = "limner:cancelled"


class NoRoomError(ResponseError):
    """Redis takes no writes, since its disk is full."""


# What an interrupted connection raises; the same list for every loop that outlives one. WatchError is what redis-py
# makes of a connection that breaks in the middle of arq's `enqueue_job`.
UNREACHABLE = (RedisConnectionError, RedisTimeoutError, WatchError, NoRoomError, OSError)
# How long such a loop waits before it tries again.
AWAY_S = 1.0
# How long a server that takes connections may leave a command without an answer. It answers in under a millisecond;
# one that is frozen (a paused container, a swapping machine) never does, and somebody's conversation waits meanwhile.
ANSWER_S = 5.0
REACH_S = 1.0
# A lost connection is made again so often, in ten seconds; at the start so often, once a second.
RECONNECTIONS = 12
FIRST_CONNECTIONS = 5
# arq forgets a job a day after it was due. A week of waiting is still a wait: the truth is in SQL, and whatever does
# expire is put back from there.
JOB_LIFE = timedelta(days=7)


async def connect(url: str, queue: str = PAINT_QUEUE) -> ArqRedis:
    """Connect to `redis://`, `rediss://` or `unix://`, with our codec; close with `aclose()`.

    A command whose connection breaks is tried again for about ten seconds; one that finds nobody listening, or no
    answer within `ANSWER_S`, fails at once. The latter is never repeated: a frozen server that comes back carries out
    all that was sent to it. Raises redis.exceptions.RedisError or OSError when nobody answers for about five seconds,
    and ValueError for what is no such URL.
    """
    # Not arq's `create_pool`, which knows no limit for an answer. Not redis-py's own pool either: it makes one
    # connection after another, so that of a hundred people the last would wait for a frozen server a hundred times.
    pool = BlockingConnectionPool.from_url(
        url,
        timeout=ANSWER_S,
        parser_class=_ImpatientParser,
        socket_connect_timeout=REACH_S,
        retry=Retry(ExponentialBackoff(cap=1, base=0.1), RECONNECTIONS, (RedisConnectionError,)),
        retry_on_error=[RedisConnectionError],
        # Without these two, redis-py tells the server its own name, and waits for answers while it connects.
        lib_name=None,
        lib_version=None,
    )
    redis = ArqRedis(
        pool,
        job_serializer=pack,
        job_deserializer=unpack,
        default_queue_name=queue,
        expires_extra_ms=int(JOB_LIFE.total_seconds() * 1000),
    )
    redis.auto_close_connection_pool = True
    try:
        patient = Retry(ConstantBackoff(1), FIRST_CONNECTIONS, (RedisConnectionError,))
        await patient.call_with_retry(redis.ping, _not_yet)
    except BaseException:
        await redis.aclose()
        raise
    return redis


class _ImpatientParser(DefaultParser):  # type: ignore[misc, valid-type]  # chosen by whether hiredis is there
    """Wait for an answer for `ANSWER_S` at most.

    redis-py's own `socket_timeout` sends by `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that
    comes in the moment of sending: who was to be ended would go on.
    """

    EXCEPTION_CLASSES = {**DefaultParser.EXCEPTION_CLASSES, "MISCONF": NoRoomError}  # noqa: RUF012  as redis-py has it

    async def read_response(self, disable_decoding: bool = False) -> Any:  # noqa: FBT001, FBT002  redis-py's signature
        async with asyncio.timeout(ANSWER_S):
            return await super().read_response(disable_decoding=disable_decoding)


async def _not_yet(error: Exception) -> None:
    logger.warning("Redis cannot be reached yet: %s", error)


def job_id(request_id: str, attempt: int) -> str:
    """Name the job of one attempt at a request. Never used twice, since attempts only grow."""
    return f"{request_id}.{attempt}"


def request_of(job: str) -> str:
    """Name the request that a paint job belongs to."""
    return job.rpartition(".")[0]
