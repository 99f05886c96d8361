"""The web chat over real storage and a queue in memory, and browsers that ask it."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest_asyncio
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from limner.bots.account import CONSENT_VERSION
from limner.bots.conversation import Conversation
from limner.bots.web import create_app
from limner.storage import Storage, User
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import conversation, migrated, queue, storage, talk

__all__ = ["conversation", "migrated", "queue", "storage", "talk"]

KEY = bytes(32)
Client = TestClient[web.Request, web.Application]


@dataclass
class Browser:
    """One browser: a client with cookies of its own and the page's token."""

    client: Client
    storage: Storage
    token: str = ""

    async def state(self) -> dict[str, Any]:
        """Load the state, as the page does first."""
        async with self.client.get("/api/state") as response:
            assert response.status == 200
            state: dict[str, Any] = await response.json()
        self.token = state["token"]
        return state

    async def say(self, event: str, **fields: str) -> dict[str, Any]:
        """Say an event; return the answer."""
        body = {"event": event, **fields}
        async with self.client.post("/api/say", json=body, headers={"X-CSRF-Token": self.token}) as response:
            assert response.status == 200, await response.text()
            answer: dict[str, Any] = await response.json()
        return answer

    async def agree(self) -> None:
        """Load the page and give consent."""
        await self.state()
        await self.say("consent-given", version=CONSENT_VERSION)

    async def send(self, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
        """Send files in one body; return the replies."""
        form = FormData()
        for name, data in files:
            form.add_field("photo", BytesIO(data), filename=name, content_type="image/png")
        async with self.client.post("/api/photos", data=form, headers={"X-CSRF-Token": self.token}) as response:
            assert response.status == 200, await response.text()
            replies: list[dict[str, Any]] = (await response.json())["replies"]
        return replies

    async def user(self) -> User:
        """Find the person behind this browser's cookie."""
        cookie = next(cookie for cookie in self.client.session.cookie_jar if cookie.key == "limner")
        digest = hashlib.sha256(cookie.value.partition(".")[0].encode()).hexdigest()
        return await self.storage.users.get_or_create("web", digest)


@pytest_asyncio.fixture
async def server(conversation: Conversation, queue: FakeQueue) -> AsyncIterator[TestServer]:
    """Run the web chat."""
    running = TestServer(create_app(conversation, queue, session_key=KEY, sweep_s=0.2))
    await running.start_server()
    yield running
    await running.close()


@pytest_asyncio.fixture
async def new_browser(server: TestServer, storage: Storage) -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Give a maker of browsers that share nothing."""
    clients: list[Any] = []

    async def make() -> Browser:
        clients.append(TestClient(server))
        return Browser(clients[-1], storage)

    yield make
    for client in clients:
        await client.session.close()


@pytest_asyncio.fixture
async def browser(new_browser: Callable[[], Awaitable[Browser]]) -> Browser:
    """Give a browser that has asked for nothing yet."""
    return await new_browser()
