"""Who waits for the painter, in which order.

Read from Redis at the moment of asking; only as true as the queue is still.
"""

from redis.asyncio import Redis

from limner.queue.connection import PAINT_QUEUE, request_of
from limner.queue.lease import lease_key


async def waiting(redis: Redis) -> list[str]:
    """List the requests that wait for the painter, the next one first; those being painted are left out."""
    jobs = [raw.decode() for raw in await redis.zrange(PAINT_QUEUE, 0, -1)]
    if not jobs:
        return []
    leases = await redis.mget([lease_key(job) for job in jobs])
    return [request_of(job) for job, lease in zip(jobs, leases, strict=True) if lease is None]


async def position(redis: Redis, request_id: str) -> int | None:
    """Return a request's place, 1 for the next; None when it does not wait."""
    requests = await waiting(redis)
    return requests.index(request_id) + 1 if request_id in requests else None


class Places:
    """Notices whose place in the line has changed since it was last asked."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    async def changed(self, redis: Redis) -> dict[str, int]:
        """Return the new place of every waiting request that has moved, or is new."""
        places = {request: place for place, request in enumerate(await waiting(redis), 1)}
        moved = {request: place for request, place in places.items() if self._told.get(request) != place}
        self._told = places
        return moved
