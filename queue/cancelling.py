"""Stopping what somebody no longer wants: the worker's side of `QueueClient.cancel`."""

import logging
from typing import Protocol

from limner.queue.connection import CANCELLED, PAINT_QUEUE, request_of
from limner.queue.fairness import FairLine
from limner.queue.lease import lease_key, take
from limner.queue.messages import RequestCancelled
from limner.queue.news import publish
from limner.queue.studio import Studio
from limner.storage.errors import NotFoundError

logger = logging.getLogger(__name__)


class Running(Protocol):
    """The jobs that this worker is running now."""

    def running(self) -> list[str]:
        """List their ids."""

    def stop_job(self, job_id: str) -> None:
        """Stop one and take it out of the queue."""


async def settle_cancelled(studio: Studio, running: Running) -> None:
    """Settle every request that was asked to stop, except those that another worker is painting: it will."""
    asked = [raw.decode() for raw in await studio.redis.zrange(CANCELLED, 0, -1)]
    if not asked:
        return
    jobs = [raw.decode() for raw in await studio.redis.zrange(PAINT_QUEUE, 0, -1)]
    for request_id in asked:
        await _settle(studio, running, request_id, [job for job in jobs if request_of(job) == request_id])


async def stop_ended(studio: Studio, running: Running) -> None:
    """Stop the jobs of requests that were cancelled in storage, or forgotten, without a word to the queue."""
    for job in running.running():
        if await _is_over(studio, request_of(job)):
            logger.info("Job %s is painted for nobody; stopping it.", job)
            running.stop_job(job)


async def _settle(studio: Studio, running: Running, request_id: str, jobs: list[str]) -> None:
    elsewhere = [lease_key(job) for job in jobs if job not in running.running()]
    if elsewhere and await studio.redis.exists(*elsewhere):
        return
    # Storage first: from here on no result can be stored, whatever the painter is about to say.
    try:
        await studio.storage.requests.cancel(request_id)
        request = await studio.storage.requests.get(request_id)
    except NotFoundError:
        request = None
    for job in jobs:
        if job in running.running():
            running.stop_job(job)
        elif lease := await take(studio.redis, PAINT_QUEUE, job):
            await lease.finish()
            await FairLine(studio.redis).left(job)
    if request is not None and request.state == "cancelled":
        await publish(studio.redis, RequestCancelled(request.user_id, request.id))
    await studio.redis.zrem(CANCELLED, request_id)


async def _is_over(studio: Studio, request_id: str) -> bool:
    try:
        return (await studio.storage.requests.get(request_id)).state == "cancelled"
    except NotFoundError:
        return True
