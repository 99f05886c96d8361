"""The connection to Redis, and the names of everything that we keep there.

arq's own keys (`arq:job:<id>`, `arq:in-progress:<id>`, `arq:retry:<id>`) are shared by all queues of one database.
"""

from datetime import timedelta
from urllib.parse import unquote

from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from limner.queue.codec import pack, unpack

EXAMINE_QUEUE = "limner:examine"
PAINT_QUEUE = "limner:paint"
# The fair line's memory (fairness.py): its clock, a sorted set of the flows' ends, and each job's charge by its id.
PAINT_CLOCK = "limner:paint:clock"
PAINT_FLOWS = "limner:paint:flows"
PAINT_TICKETS = "limner:paint:tickets"
NEWS_STREAM = "limner:news"
# Sorted set of requests that somebody wants stopped. Request ids are never reused, so an entry can never stop another.
CANCELLED = "limner:cancelled"

# What an interrupted connection raises; the same list for every loop that outlives one.
UNREACHABLE = (RedisConnectionError, RedisTimeoutError, OSError)
# How long such a loop waits before it tries again.
AWAY_S = 1.0
# arq forgets a job a day after it was due. A week of waiting is still a wait: the truth is in SQL, and whatever does
# expire is put back from there.
JOB_LIFE = timedelta(days=7)


def redis_settings(url: str) -> RedisSettings:
    """Read a URL (`redis://`, `rediss://`, `unix://`) into settings that survive a server's restart.

    arq's default gives up at the first lost connection. Here a command whose connection breaks is tried again for about
    ten seconds; one that finds nobody listening fails at once.
    """
    settings = RedisSettings.from_dsn(url)
    if settings.unix_socket_path is not None:
        settings.unix_socket_path = unquote(settings.unix_socket_path)
    settings.retry = Retry(ExponentialBackoff(cap=1, base=0.1), 12)
    settings.retry_on_error = [RedisConnectionError, RedisTimeoutError]
    settings.retry_on_timeout = True
    return settings


async def connect(url: str, queue: str = PAINT_QUEUE) -> ArqRedis:
    """Connect, with our codec; close with `aclose()`.

    Raises redis.exceptions.RedisError or OSError when nobody answers for about five seconds.
    """
    return await create_pool(
        redis_settings(url),
        job_serializer=pack,
        job_deserializer=unpack,
        default_queue_name=queue,
        expires_extra_ms=int(JOB_LIFE.total_seconds() * 1000),
    )


def job_id(request_id: str, attempt: int) -> str:
    """Name the job of one attempt at a request. Never used twice, since attempts only grow."""
    return f"{request_id}.{attempt}"


def request_of(job: str) -> str:
    """Name the request that a paint job belongs to."""
    return job.rpartition(".")[0]
