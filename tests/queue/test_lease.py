"""The lease: one holder at a time, and only the holder's word counts."""

import asyncio

import pytest
from arq.connections import ArqRedis
from arq.constants import retry_key_prefix
from arq.utils import timestamp_ms

from limner.queue.client import enqueue_photo
from limner.queue.connection import EXAMINE_QUEUE, PAINT_QUEUE
from limner.queue.errors import LeaseLostError
from limner.queue.lease import Lease, lease_key, take
from limner.queue.messages import ExaminePhoto
from limner.tests.fakes.shop import Shop, until

JOB = "photo"
# More than arq reads of a queue unless it is told otherwise.
OTHERS = 300


async def enqueue(redis: ArqRedis) -> None:
    """Put one job into the queue."""
    await enqueue_photo(redis, ExaminePhoto(JOB, "user"))


async def taken(redis: ArqRedis, seconds: float = 10.0) -> Lease:
    """Take the job's lease, which must be free."""
    lease = await take(redis, EXAMINE_QUEUE, JOB, seconds)
    assert lease is not None
    return lease


async def lapse(redis: ArqRedis) -> None:
    """Let the lease run out."""
    await redis.pexpire(lease_key(JOB), 1)

    async def free() -> bool:
        return not await redis.exists(lease_key(JOB))

    await until(free, "the lease runs out")


async def test_of_many_takers_one_gets_it(redis: ArqRedis) -> None:
    """Ten who try at once: exactly one holds the lease."""
    await enqueue(redis)
    leases = await asyncio.gather(*(take(redis, EXAMINE_QUEUE, JOB) for _ in range(10)))
    assert sum(lease is not None for lease in leases) == 1


async def test_what_is_not_due_cannot_be_taken(redis: ArqRedis) -> None:
    """A job that is due later, or not there at all, gives no lease."""
    assert await take(redis, EXAMINE_QUEUE, JOB) is None
    await enqueue(redis)
    await redis.zadd(EXAMINE_QUEUE, {JOB: timestamp_ms() + 60_000})
    assert await take(redis, EXAMINE_QUEUE, JOB) is None


async def test_a_late_worker_is_refused(redis: ArqRedis) -> None:
    """A worker that froze until another had its job can neither renew, nor finish, nor put it back."""
    await enqueue(redis)
    frozen = await taken(redis)
    await lapse(redis)
    other = await taken(redis)
    assert not await frozen.renew()
    assert not await frozen.put_back()
    assert not await frozen.finish()
    with pytest.raises(LeaseLostError):
        await frozen.confirm()
    assert await other.renew()
    assert await redis.zscore(EXAMINE_QUEUE, JOB) is not None


async def test_a_lapsed_lease_that_nobody_took_goes_on(redis: ArqRedis) -> None:
    """A lease that ran out while the server was away is renewed as long as nobody else took the job."""
    await enqueue(redis)
    lease = await taken(redis)
    await lapse(redis)
    assert await lease.renew()
    assert await take(redis, EXAMINE_QUEUE, JOB) is None


async def test_a_lapsed_lease_on_a_finished_job_is_lost(redis: ArqRedis) -> None:
    """A worker that froze until another had finished its job does not get it back."""
    await enqueue(redis)
    frozen = await taken(redis)
    await lapse(redis)
    await (await taken(redis)).finish()
    assert not await frozen.renew()


async def test_finishing_leaves_nothing(redis: ArqRedis) -> None:
    """A finished job leaves no key in Redis."""
    await enqueue(redis)
    await redis.incr(retry_key_prefix + JOB)
    assert await (await taken(redis)).finish()
    assert await redis.keys("*") == []


async def test_putting_back_is_no_failed_try(redis: ArqRedis) -> None:
    """A job that is put back keeps its place, can be taken at once, and its start is uncounted."""
    await enqueue(redis)
    score = await redis.zscore(EXAMINE_QUEUE, JOB)
    lease = await taken(redis)
    await redis.incr(retry_key_prefix + JOB)
    assert await lease.put_back()
    assert await redis.get(retry_key_prefix + JOB) == b"0"
    assert await redis.zscore(EXAMINE_QUEUE, JOB) == score
    await taken(redis)


async def test_putting_back_for_later_counts(redis: ArqRedis) -> None:
    """A job that is put back for later waits for so long, and its start stays counted."""
    await enqueue(redis)
    lease = await taken(redis)
    await redis.incr(retry_key_prefix + JOB)
    assert await lease.put_back(later_ms=60_000)
    assert await redis.get(retry_key_prefix + JOB) == b"1"
    assert await take(redis, EXAMINE_QUEUE, JOB) is None


async def test_jobs_that_others_run_hide_none_that_waits(shop: Shop) -> None:
    """However many jobs at the head of the line are painted by other workers, the next one behind them is begun."""
    others = {f"other{n}.0": n for n in range(OTHERS)}
    await shop.redis.zadd(PAINT_QUEUE, others)
    await shop.redis.mset({lease_key(job): "somebody" for job in others})
    request = await shop.ask(await shop.sitter(), "quick")
    async with shop.worker():
        assert (await shop.reached(request.id, "made")).attempt == 0
    assert await shop.redis.mget([lease_key(job) for job in others]) == [b"somebody"] * OTHERS
