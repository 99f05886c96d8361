"""What one address may do at the web chat's door."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from limner.bots.conversation import Conversation
from limner.bots.errors import CrowdedError
from limner.bots.web import create_app, crowd
from limner.bots.web.crowd import WAITING_EACH, Crowd, Doors
from limner.tests.fakes.queue_client import FakeQueue

Browser = Any  # tests/bots/web/conftest.py: a conftest is not imported


class Clock:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def asking(address: str = "", *, remote: str = "192.0.2.1") -> Any:
    """Make a request that a proxy says comes from an address."""
    transport: Any = type("T", (), {"get_extra_info": lambda _, name: (remote, 1) if name == "peername" else None})()
    headers = {"X-Forwarded-For": address} if address else {}
    return make_mocked_request("GET", "/api/state", headers=headers, transport=transport)


@pytest_asyncio.fixture
async def strict(conversation: Conversation, queue: FakeQueue) -> AsyncIterator[TestServer]:
    """Run a web chat that lets two new people in."""
    running = TestServer(create_app(conversation, queue, session_key=bytes(32), doors=Doors(2)))
    await running.start_server()
    yield running
    await running.close()


async def test_new_sessions_in_a_loop_come_to_an_end(strict: TestServer) -> None:
    """The third new person from one address is refused in their own language; whoever has a session goes on."""
    clients = [TestClient(strict) for _ in range(3)]
    try:
        statuses = [(await client.get("/api/state")).status for client in clients]
        assert statuses == [200, 200, 429]
        async with clients[2].get("/api/state", headers={"Accept-Language": "de-CH,de;q=0.9"}) as refused:
            said = (await refused.json())["replies"][0]["text"]
        assert "viele neue Leute" in said
        assert "30" in said
        assert "Set-Cookie" not in refused.headers
        assert (await clients[0].get("/api/state")).status == 200
    finally:
        for client in clients:
            await client.session.close()


def test_the_allowance_comes_back_with_time() -> None:
    """After half an hour the next of two an hour may come, and one only."""
    clock = Clock()
    few = Crowd(Doors(2), clock)
    for _ in range(2):
        few.admit(asking())
    with pytest.raises(CrowdedError) as crowded:
        few.admit(asking())
    assert crowded.value.wait_s == pytest.approx(1800)
    clock.now += 1801
    few.admit(asking())
    with pytest.raises(CrowdedError):
        few.admit(asking())


@pytest.mark.parametrize(
    "proxied, first, second, same",
    [
        (False, "198.51.100.1", "198.51.100.2", True),
        (True, "198.51.100.1", "198.51.100.2", False),
        (True, "203.0.113.9, 198.51.100.1", "203.0.113.8, 198.51.100.1", True),
        (True, "2001:db8::1", "2001:db8::ffff", True),
        (True, "2001:db8::1", "2001:db8:0:1::1", False),
        (True, "::ffff:198.51.100.1", "198.51.100.1", True),
        (True, "unknown", "unknown", True),
    ],
)
def test_an_address_is_the_last_that_the_proxy_wrote(*, proxied: bool, first: str, second: str, same: bool) -> None:
    """Without a proxy what a visitor writes counts for nothing; a household's IPv6 addresses are one."""
    one = Crowd(Doors(1, proxied=proxied))
    one.admit(asking(first))
    if same:
        with pytest.raises(CrowdedError):
            one.admit(asking(second))
    else:
        one.admit(asking(second))


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors from everywhere do not fill the memory; the one that came longest ago is forgotten first."""
    monkeypatch.setattr(crowd, "REMEMBERED", 2)
    one = Crowd(Doors(1))
    for n in range(3):
        one.admit(asking(remote=f"192.0.2.{n}"))
    one.admit(asking(remote="192.0.2.0"))
    with pytest.raises(CrowdedError):
        one.admit(asking(remote="192.0.2.2"))


async def test_one_addresss_uploads_take_turns() -> None:
    """Two are read at once, the others wait, more than ten are refused, and another address has turns of its own."""
    several, open_now = Crowd(Doors()), 0
    enough = asyncio.Event()

    async def send(remote: str = "192.0.2.1") -> None:
        nonlocal open_now
        async with several.sending(asking(remote=remote)):
            open_now += 1
            await enough.wait()

    tasks = [asyncio.create_task(send()) for _ in range(WAITING_EACH)]
    await asyncio.sleep(0)
    assert open_now == 2
    with pytest.raises(CrowdedError):
        await send()
    tasks.append(asyncio.create_task(send("192.0.2.2")))
    await asyncio.sleep(0)
    assert open_now == 3
    enough.set()
    await asyncio.gather(*tasks)
    assert several._sending == {}


async def test_a_body_that_says_it_is_huge_is_not_read(new_browser: Callable[[], Awaitable[Browser]]) -> None:
    """A body of 10 GB is refused at its header, in words, without a byte of it."""
    browser = await new_browser()
    await browser.agree()
    host, port = browser.client.server.host, browser.client.server.port
    cookie = next(cookie for cookie in browser.client.session.cookie_jar if cookie.key == "limner")
    reader, writer = await asyncio.open_connection(host, port)
    head = (
        f"POST /api/photos HTTP/1.1\r\nHost: {host}\r\nCookie: limner={cookie.value}\r\nX-CSRF-Token: {browser.token}"
        "\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 10000000000\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(10):
        status = await reader.readline()
    writer.close()
    assert b" 400 " in status
