"""What ends a request and what does not: its own painter three times, a worker that is killed hardly ever."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from limner.queue.attempts import ATTEMPTS, WORKERS
from limner.queue.child import Kind
from limner.queue.codec import to_map
from limner.queue.connection import job_id
from limner.queue.jobs import make_portraits
from limner.queue.messages import MakePortraits
from limner.queue.studio import Studio
from limner.queue.worker import run
from limner.storage.quota import Balance
from limner.tests.fakes.shop import PORTRAITS, QUICK, Shop


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


def dead_engine(kind: Kind) -> Sequence[str]:
    """Return the command of an engine that ends at once, as one with a damaged installation does."""
    return (sys.executable, "-c", "raise SystemExit(1)")


async def test_what_failed_is_tried_again_and_made(shop: Shop) -> None:
    """After three dead engines a request has failed; once the engine is mended, the operator's retry is made and told.

    Nobody enqueues it: the worker's reconciler finds it.
    """
    user, stop = await shop.sitter(), asyncio.Event()
    failed = await shop.ask(user, "quick")
    work = asyncio.create_task(run(shop.redis_url, shop.storage, engine=dead_engine, timing=QUICK, stop=stop))
    ended = await shop.reached(failed.id, "failed")
    stop.set()
    await work
    assert (ended.reason, ended.attempt) == ("engine_failed", ATTEMPTS - 1)
    again = await shop.storage.dead_letters.retry(failed.id, "nano")
    async with shop.worker():
        await shop.reached(again.id, "made", "failed")
    assert len(await shop.storage.portraits.of_request(again.id)) == PORTRAITS
    assert await shop.storage.quota.balance(user.id) == Balance(24 - PORTRAITS, 0, PORTRAITS, 24)
    told = [notice.kind for notice in await shop.storage.outbox.of_user("web", user.id) if notice.request_id]
    assert told == ["request_failed", "request_retried", "portraits_made"]
    assert (await shop.storage.requests.get(failed.id)).state == "failed"
