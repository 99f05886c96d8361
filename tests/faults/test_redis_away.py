"""Redis goes away while people and workers need it: frozen, or killed and started again. Nothing is lost by it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from limner.queue import connection, news
from limner.queue.client import QueueClient
from limner.queue.connection import UNREACHABLE
from limner.queue.embedded import start_embedded, stop_embedded
from limner.queue.messages import MakePortraits, News, RequestCancelled
from limner.queue.news import publish
from limner.tests.fakes.shop import DEADLINE_S, PORTRAITS, Shop, until

# One after another, so many would wait for longer than the deadline.
CROWD = 45


@dataclass(frozen=True, slots=True)
class Server:
    """A server of this test's own, which may be frozen and killed."""

    home: Path
    url: str

    def signal(self, number: int) -> None:
        """Send a signal to the server."""
        os.kill(int((self.home / "valkey/server.pid").read_text()), number)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Give a server, and clients that are soon out of patience with it."""
    monkeypatch.setattr(connection, "ANSWER_S", 1.0)
    monkeypatch.setattr(connection, "RECONNECTIONS", 1)
    monkeypatch.setattr(news, "WAIT_MS", 300)
    running = Server(tmp_path, start_embedded(tmp_path))
    yield running
    running.signal(signal.SIGCONT)
    stop_embedded(tmp_path)


@pytest.fixture
def redis_url(server: Server) -> str:
    """Let the shop use that server."""
    return server.url


@asynccontextmanager
async def listening(client: QueueClient) -> AsyncIterator[list[News]]:
    """Listen beside a block as a bot does; give what is heard."""
    heard: list[News] = []

    async def listen() -> None:
        async for _, entry in client.listen("0-0"):
            heard.append(entry)

    task = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        assert not task.done(), "The listener did not survive."
        task.cancel()


@pytest.mark.parametrize("query", ["", "?db=1"], ids=["plain", "with-a-greeting"])
async def test_a_crowd_at_a_frozen_server_is_told(server: Server, query: str) -> None:
    """Each of a crowd of people whose commands find a frozen server is told so soon, and the next is served after."""
    client = await QueueClient.connect(server.url + query)
    server.signal(signal.SIGSTOP)
    async with asyncio.timeout(DEADLINE_S):
        told = await asyncio.gather(*(client.cancel(str(n)) for n in range(CROWD)), return_exceptions=True)
    assert {isinstance(one, RedisError) and isinstance(one, UNREACHABLE) for one in told} == {True}
    server.signal(signal.SIGCONT)
    await client.cancel("another")
    await client.close()


async def test_connecting_to_a_frozen_server_ends(server: Server) -> None:
    """Who starts while the server is frozen is told so, instead of waiting for ever."""
    server.signal(signal.SIGSTOP)
    with pytest.raises(RedisTimeoutError):
        await QueueClient.connect(server.url)


async def test_a_broken_watch_counts_as_an_outage(redis: ArqRedis, server: Server) -> None:
    """A connection that breaks in the middle of enqueueing raises what every caller expects of an outage."""
    async with redis.pipeline(transaction=True) as pipe:
        await pipe.watch("a key")
        server.signal(signal.SIGKILL)
        with pytest.raises(UNREACHABLE):
            await pipe.exists("a key")
    start_embedded(server.home)


async def test_a_server_without_room_counts_as_an_outage(redis: ArqRedis) -> None:
    """A server that writes nothing, since its disk is full, raises what every caller expects of an outage."""
    refusal = "MISCONF Errors writing to the AOF file: No space left on device"
    with pytest.raises(UNREACHABLE, match="No space left on device"):
        await cast("Awaitable[Any]", redis.eval(f"return redis.error_reply('{refusal}')", 0))


def freeze(server: Server) -> None:
    """Have the server answer nobody."""
    server.signal(signal.SIGSTOP)


def thaw(server: Server) -> None:
    """Have it answer again, first of all what it was asked meanwhile."""
    server.signal(signal.SIGCONT)


def kill(server: Server) -> None:
    """End the server without warning."""
    server.signal(signal.SIGKILL)


def start(server: Server) -> None:
    """Start it again where it was."""
    assert start_embedded(server.home) == server.url


OUTAGES: dict[str, tuple[Callable[[Server], None], Callable[[Server], None]]] = {
    "frozen": (freeze, thaw),
    "killed": (kill, start),
}


MINUTE = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    "outage, seconds", [("frozen", 0.0), ("killed", 0.0), pytest.param("killed", 60.0, marks=MINUTE, id="for-a-minute")]
)
async def test_an_outage_loses_nothing(
    shop: Shop, server: Server, caplog: pytest.LogCaptureFixture, outage: str, seconds: float
) -> None:
    """What was painted, what waited, and what was accepted meanwhile is made and paid once; the news go on.

    Worker and listener live on, for a minute too.
    """
    go, come = OUTAGES[outage]

    async def noticed() -> bool:
        return "Redis is away" in caplog.text and "The news stopped" in caplog.text

    users = [await shop.sitter(name) for name in ("painted", "waiting", "meanwhile")]
    async with shop.worker(), listening(shop.client) as heard:
        requests = [await shop.ask(user, "slow") for user in users[:2]]
        await shop.checkpointed(requests[0].id)
        go(server)
        requests.append(await shop.accept(users[2], "quick"))
        with pytest.raises(UNREACHABLE):
            await shop.client.make_portraits(MakePortraits(requests[2].id, users[2].id, 0))
        await until(noticed, "worker and listener notice the outage")
        await asyncio.sleep(seconds)
        come(server)
        for request in requests:
            assert (await shop.reached(request.id, "made", "failed")).state == "made"
        await publish(shop.redis, RequestCancelled("u", "the last word"))
        await until(lambda: among(heard, RequestCancelled("u", "the last word")), "the news go on")
    for user, request in zip(users, requests, strict=True):
        assert len(await shop.storage.portraits.of_request(request.id)) == PORTRAITS
        assert (await shop.storage.quota.balance(user.id)).spent == PORTRAITS
        told = [notice.request_id for notice in await shop.storage.outbox.of_user("web", user.id)]
        assert told.count(request.id) == 1


async def among(heard: list[News], wanted: News) -> bool:
    """Tell whether something was heard, and only once."""
    return heard.count(wanted) == 1
