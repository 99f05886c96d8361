"""The lease on a job: who may run it, and whose result counts.

arq's own lease lasts as long as the longest job may take, so that a killed worker's hour-long job waits an hour. Ours
lasts 15 s and is renewed every 5 s. It holds a random token, the fence: a worker that was frozen and comes back finds
another token there and writes nothing. Each operation is one Lua script, hence atomic.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from arq.constants import in_progress_key_prefix, job_key_prefix, retry_key_prefix
from arq.utils import timestamp_ms
from redis.asyncio import Redis

from limner.queue.connection import AWAY_S, UNREACHABLE
from limner.queue.errors import LeaseLostError

logger = logging.getLogger(__name__)

LEASE_S = 15.0
# A third: two renewals in a row may be late or lost before anybody else takes the job.
RENEW_S = 5.0

# Keys: lease, queue. Arguments: job, token, lease in ms, now in ms. Answers the job's score, or nothing when the job
# is gone, not yet due, or somebody's.
TAKE = """
local score = redis.call('zscore', KEYS[2], ARGV[1])
if not score or tonumber(score) > tonumber(ARGV[4]) then return false end
if not redis.call('set', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then return false end
return score
"""

# Keys: lease, queue. Arguments: job, token, lease in ms. A lease that ran out while the server or the line was down is
# taken anew as long as the job waits and nobody holds it: then nobody else runs it either.
RENEW = """
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[2] then return 0 end
if not holder and not redis.call('zscore', KEYS[2], ARGV[1]) then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""

# Keys: lease, queue, job, count of starts. Arguments: job, token.
FINISH = """
if redis.call('get', KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('zrem', KEYS[2], ARGV[1])
redis.call('del', KEYS[1], KEYS[3], KEYS[4])
return 1
"""

# The same keys; arguments: job, token, delay in ms. Without a delay the start that is put back does not count: a
# restart of the worker is no failed try.
PUT_BACK = """
if redis.call('get', KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('del', KEYS[1])
if tonumber(ARGV[3]) > 0 then
    redis.call('zincrby', KEYS[2], ARGV[3], ARGV[1])
elseif tonumber(redis.call('get', KEYS[4]) or '0') > 0 then
    redis.call('decr', KEYS[4])
end
return 1
"""

# The same keys; argument: job.
DROP = """
if redis.call('exists', KEYS[1]) == 1 then return 0 end
redis.call('zrem', KEYS[2], ARGV[1])
redis.call('del', KEYS[3], KEYS[4])
return 1
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run one job, for as long as it is renewed."""

    redis: Redis
    queue: str
    job_id: str
    token: str
    score: int
    seconds: float

    async def renew(self) -> bool:
        """Hold the job for another `seconds`; False when it belongs to somebody else now, or is done."""
        return bool(await self._run(RENEW, self._ms()))

    async def confirm(self) -> None:
        """Renew, or raise LeaseLostError. Ask this before every write that must not happen twice.

        Waits for a Redis that is away: what was painted is worth more than the wait.
        """
        while True:
            try:
                if await self.renew():
                    return
                raise LeaseLostError(self.job_id)
            except UNREACHABLE as error:
                logger.warning("Is job %s still ours? Redis is away: %s", self.job_id, error)
                await asyncio.sleep(AWAY_S)

    async def finish(self) -> bool:
        """Take the job out of the queue; False, and nothing done, when it is no longer ours."""
        return bool(await self._run(FINISH))

    async def put_back(self, later_ms: int = 0) -> bool:
        """Leave the job to the next worker, in its place and this start uncounted; False when it is no longer ours.

        With `later_ms` it moves back in the line by so much and the start counts.
        """
        return bool(await self._run(PUT_BACK, later_ms))

    def _ms(self) -> int:
        return int(self.seconds * 1000)

    async def _run(self, script: str, *more: int) -> int:
        return int(await _run(self.redis, script, self.queue, self.job_id, self.token, *more))


async def take(redis: Redis, queue: str, job_id: str, seconds: float = LEASE_S) -> Lease | None:
    """Take the lease on a waiting job that is due; None when it cannot be had."""
    token = uuid4().hex
    score = await _run(redis, TAKE, queue, job_id, token, int(seconds * 1000), timestamp_ms())
    return None if score is None else Lease(redis, queue, job_id, token, int(float(score)), seconds)


async def drop(redis: Redis, queue: str, job_id: str) -> bool:
    """Take a job out of the queue, due or not; False, and nothing done, while somebody runs it."""
    return bool(await _run(redis, DROP, queue, job_id))


def lease_key(job_id: str) -> str:
    """Name the key of a job's lease."""
    return f"{in_progress_key_prefix}{job_id}"


async def _run(redis: Redis, script: str, queue: str, job_id: str, *arguments: str | int) -> Any:
    keys = (lease_key(job_id), queue, f"{job_key_prefix}{job_id}", f"{retry_key_prefix}{job_id}")
    # redis-py types this call for its synchronous twin too.
    return await cast("Awaitable[Any]", redis.eval(script, len(keys), *keys, job_id, *map(str, arguments)))
