"""Redis goes away and comes back: killed, restarted, or emptied. Requests end all the same."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from limner.queue.client import QueueClient
from limner.queue.connection import connect
from limner.queue.embedded import start_embedded, stop_embedded
from limner.tests.fakes.shop import PORTRAITS, Shop


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """Give a home with a server that the test may kill."""
    start_embedded(tmp_path / "own")
    yield tmp_path / "own"
    stop_embedded(tmp_path / "own")


@pytest.fixture
async def own_shop(shop: Shop, own_home: Path) -> AsyncIterator[Shop]:
    """Give a shop on that server."""
    url = start_embedded(own_home)
    redis, client = await connect(url), await QueueClient.connect(url)
    yield Shop(url, redis, client, shop.storage, shop.folder)
    await redis.aclose()
    await client.close()


async def test_a_training_survives_a_killed_server(own_shop: Shop, own_home: Path) -> None:
    """The server is killed by SIGKILL in mid-training and started again: the training goes on undisturbed."""
    user = await own_shop.sitter()
    async with own_shop.worker():
        request = await own_shop.ask(user, "slow")
        await own_shop.checkpointed(request.id)
        kill_server(own_shop.redis_url)
        assert start_embedded(own_home) == own_shop.redis_url
        made = await own_shop.reached(request.id, "made")
    assert made.attempt == 0
    assert (await own_shop.storage.quota.balance(user.id)).spent == PORTRAITS


async def test_waiting_requests_survive_a_killed_server(own_shop: Shop, own_home: Path) -> None:
    """What waited when the server was killed waits again when it is back, and is made."""
    request = await own_shop.ask(await own_shop.sitter(), "quick")
    kill_server(own_shop.redis_url)
    start_embedded(own_home)
    assert await own_shop.client.position(request.id) == 1
    async with own_shop.worker():
        await own_shop.reached(request.id, "made")


async def test_an_emptied_server_loses_no_request(shop: Shop) -> None:
    """All of Redis is lost in mid-training: the running and the waiting request both end made."""
    user, other = await shop.sitter("1"), await shop.sitter("2")
    async with shop.worker():
        running = await shop.ask(user, "slow")
        await shop.checkpointed(running.id)
        waiting = await shop.ask(other, "quick")
        await shop.redis.flushall()
        await shop.reached(running.id, "made")
        await shop.reached(waiting.id, "made")
    assert (await shop.storage.quota.balance(user.id)).spent == PORTRAITS
    assert (await shop.storage.quota.balance(other.id)).spent == PORTRAITS


def kill_server(url: str) -> None:
    """Kill the server as a power cut does."""
    with Redis.from_url(url) as client:
        os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
