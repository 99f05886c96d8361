"""What ends a request and what does not: its own painter three times, a worker that is killed hardly ever."""

from typing import Any

import pytest

from limner.queue.attempts import ATTEMPTS, WORKERS
from limner.queue.codec import to_map
from limner.queue.connection import job_id
from limner.queue.jobs import make_portraits
from limner.queue.messages import MakePortraits
from limner.queue.studio import Studio
from limner.tests.fakes.shop import Shop


async def worker_died(shop: Shop, request_id: str) -> None:
    """Let a worker find a job that another one has died in."""
    nobody: Any = None
    studio = Studio(shop.storage, shop.redis, nobody, nobody, "nano", ())
    request = await shop.storage.requests.get(request_id)
    command = MakePortraits(request.id, request.user_id, request.attempt)
    await make_portraits({"studio": studio, "job_try": 2, "job_id": job_id(request.id, 0)}, to_map(command))


@pytest.mark.parametrize("deaths, state", [(ATTEMPTS, "queued"), (WORKERS - 1, "queued"), (WORKERS, "failed")])
async def test_killed_workers_are_not_held_against_a_request(shop: Shop, deaths: int, state: str) -> None:
    """Three workers that are killed over it fail no request, as its own painter dying three times does; ten do."""
    request = await shop.accept(await shop.sitter(), "quick")
    for _ in range(deaths):
        await worker_died(shop, request.id)
    assert (await shop.storage.requests.get(request.id)).state == state
