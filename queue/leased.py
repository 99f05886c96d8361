"""An arq Worker for one queue under our lease (lease.py).

It survives an absent Redis, its jobs can be stopped one by one, and it can be drained: jobs in progress go back into
their places. It leans on arq 0.28's internals, which are frozen; the version is pinned.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from limner.queue.codec import pack, unpack
from limner.queue.connection import AWAY_S, UNREACHABLE
from limner.queue.lease import LEASE_S, RENEW_S, Lease, take
from limner.queue.studio import Studio

logger = logging.getLogger(__name__)

WEEK_S = 7 * 86_400
# Twice and more what nano takes on two cores to draw a request's portraits (RENDERING_MS in fairness.py).
DRAIN_S = 60.0
# Tries are counted in storage; arq's own limit counts restarts too and would fail a job for five deployments.
NO_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between a worker's habits. A killed worker's job is taken by another after `lease_s`.

    A worker that ends gives what it is drawing `drain_s` to be done. What people sent and got is deleted after
    `retention_days`; 0 keeps it for ever. An object is an orphan when its row has not come within `rows_within_s`:
    writers wait for each other for 30 s at most.
    """

    lease_s: float = LEASE_S
    renew_s: float = RENEW_S
    poll_s: float = 0.1
    places_s: float = 0.5
    reconcile_s: float = 15.0
    housekeeping_s: float = 3600.0
    drain_s: float = DRAIN_S
    retention_days: int = 30
    rows_within_s: float = 60.0


class Line(Protocol):
    """An order that the worker's queue is kept in by somebody else, who is told what becomes of the jobs."""

    async def taken(self, job: str) -> None:
        """Note that a job is begun, maybe once more."""

    async def left(self, job: str) -> None:
        """Note that a job is over."""


class LeasedWorker(Worker):
    """An arq Worker for one queue, `at_once` jobs at a time, under our lease."""

    def __init__(
        self,
        functions: Sequence[WorkerCoroutine],
        queue: str,
        redis: ArqRedis,
        studio: Studio,
        timing: Timing,
        line: Line | None = None,
        at_once: int = 1,
    ) -> None:
        self.leases: dict[str, Lease] = {}
        self._timing = timing
        self._line = line
        self._polling = asyncio.Lock()
        super().__init__(
            functions,
            queue_name=queue,
            redis_pool=redis,
            ctx={"studio": studio, "leases": self.leases},
            handle_signals=False,
            max_jobs=at_once,
            job_timeout=WEEK_S,  # for a call that comes on without end; silence and standstill end one sooner: Hearing
            keep_result=0,  # results are in storage
            poll_delay=timing.poll_s,
            queue_read_limit=1000,  # running jobs at the head of the queue hide the waiting ones behind this many
            max_tries=NO_LIMIT,
            health_check_interval=15,
            job_serializer=pack,
            job_deserializer=unpack,
            log_results=False,
        )

    def running(self) -> list[str]:
        """List the ids of the jobs that this worker runs now."""
        return list(self.leases)

    def stop_job(self, job_id: str) -> None:
        """Stop a job and take it out of the queue; nothing when it does not run here (any more)."""
        task = self.job_tasks.get(job_id)
        if task is not None and job_id not in self.aborting_tasks:
            self.aborting_tasks.add(job_id)
            task.cancel()

    async def drain(self, patience_s: float = 0.0) -> None:
        """Take no more jobs, give those in progress time to end, and put the rest back into their places, uncounted."""
        self.allow_pick_jobs = False
        async with self._polling:  # a poll under way may be taking one more
            pass
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.leases:  # noqa: ASYNC110  (arq has no event for it)
                    await asyncio.sleep(0.01)
        stopped: set[asyncio.Task[Any]] = set()
        while self.leases:
            for task in set(self.job_tasks.values()) - stopped:
                stopped.add(task)  # once: a second cancellation would cut its tidying short
                task.cancel()
            await asyncio.sleep(0.01)
        with suppress(*UNREACHABLE):
            await self.pool.delete(self.health_check_key)

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Take the lease on as many jobs as may run, and start them."""
        for job_id in map(bytes.decode, job_ids):
            if self.job_counter >= self.max_jobs:
                return
            lease = await take(self.pool, self.queue_name, job_id, self._timing.lease_s)
            if lease is None:
                continue
            await self.sem.acquire()
            self.job_counter += 1
            self.leases[job_id] = lease
            task = self.loop.create_task(self.run_job(job_id, lease.score))
            task.add_done_callback(lambda _: self._release_sem_dec_counter_on_complete())
            self.tasks[job_id] = task
            if self._line is not None:
                await self._line.taken(job_id)

    async def run_job(self, job_id: str, score: int) -> None:
        """Run a job while its lease is renewed beside it."""
        keeping = self.loop.create_task(self._keep(self.leases[job_id]))
        try:
            await super().run_job(job_id, score)
        finally:
            keeping.cancel()
            self.aborting_tasks.discard(job_id)
            del self.leases[job_id]

    async def finish_job(
        self,
        job_id: str,
        finish: bool,  # noqa: FBT001
        result_data: bytes | None,
        result_timeout_s: float | None,
        keep_result_forever: bool,  # noqa: FBT001
        incr_score: int | None,
        keep_in_progress: float | None,
    ) -> None:
        """Take a job out of the queue, or put it back (after a Retry: for later), if it is still ours."""
        lease = self.leases[job_id]
        if not await (lease.finish() if finish else lease.put_back(incr_score or 0)):
            logger.warning("Job %s belongs to another worker now; left alone.", job_id)
        elif finish and self._line is not None:
            await self._line.left(job_id)

    async def finish_failed_job(self, job_id: str, result_data: bytes | None) -> None:
        """Take a job that could not even begin out of the queue; the reconciler knows what it was."""
        await self.leases[job_id].finish()

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self._timing.renew_s)
            try:
                if await lease.renew():
                    continue
            except UNREACHABLE as error:
                logger.warning("The lease on job %s cannot be renewed: %s", lease.job_id, error)
                continue
            logger.warning("Job %s was lost to another worker; stopping it here.", lease.job_id)
            if (task := self.job_tasks.get(lease.job_id)) is not None:
                task.cancel()
                return

    async def _poll_iteration(self) -> None:
        async with self._polling:
            try:
                await super()._poll_iteration()
            except UNREACHABLE as error:
                logger.warning("Redis is away (%s); waiting for it.", error)
                await asyncio.sleep(AWAY_S)
