"""The web chat with real workers on a real queue; only the engine is the small one of the queue's tests."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from limner.bots.account import CONSENT_VERSION
from limner.bots.conversation import Conversation
from limner.bots.styles import StyleCard
from limner.bots.turn import Limits
from limner.bots.web import create_app
from limner.tests.fakes.shop import Shop, redis, redis_url, server_url, shop

pytestmark = pytest.mark.timeout(240)

__all__ = ["redis", "redis_url", "server_url", "shop"]

# A request takes two seconds; a starved machine needs many more.
PATIENCE_S = 60.0
STYLES = [StyleCard(name, name.title(), "") for name in ("quick", "endless", "dies")]


class Chat:
    """A page without a browser: it says things and waits for the state to show their outcome."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.token = ""

    async def state(self) -> dict[str, Any]:
        """Load the state."""
        async with self._client.get("/api/state") as response:
            state: dict[str, Any] = await response.json()
        self.token = state["token"]
        return state

    async def say(self, event: str, **fields: str) -> None:
        """Say an event."""
        headers = {"X-CSRF-Token": self.token}
        async with self._client.post("/api/say", json={"event": event, **fields}, headers=headers) as response:
            assert response.status == 200, await response.text()

    async def send(self, data: bytes) -> None:
        """Send a photo."""
        boundary = b"--x\r\nContent-Disposition: form-data; name=p; filename=p.jpg\r\n\r\n"
        headers = {"X-CSRF-Token": self.token, "Content-Type": "multipart/form-data; boundary=x"}
        body = boundary + data + b"\r\n--x--\r\n"
        async with self._client.post("/api/photos", data=body, headers=headers) as response:
            assert response.status == 200, await response.text()

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """Load the state until it has these values."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            state = await self.state()
            if all(state[name] == value for name, value in wanted.items()):
                return state
            await asyncio.sleep(0.05)
        raise AssertionError(f"{wanted} did not happen; the state is {await self.state()}.")

    async def settled(self, photos: int) -> list[dict[str, Any]]:
        """Load the state until all photos are settled."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            shown: list[dict[str, Any]] = (await self.state())["photos"]
            if len([photo for photo in shown if photo["state"] != "received"]) == photos:
                return shown
            await asyncio.sleep(0.05)
        raise AssertionError("The photos were not looked at.")

    async def choose(self, style: str) -> None:
        """Go all the way to a request."""
        await self.state()
        await self.say("consent-given", version=CONSENT_VERSION)
        for n in range(3):
            await self.send(f"good {n}".encode())
        await self.settled(3)
        await self.say("photos-done")
        await self.say("style-chosen", style=style)


@pytest_asyncio.fixture
async def chat(shop: Shop) -> AsyncIterator[Chat]:
    """Give a page on the shop's storage and queue, with a worker at work."""
    conversation = Conversation(shop.storage, shop.client, STYLES, limits=Limits(portraits=4))
    app = create_app(conversation, shop.client, session_key=bytes(32), sweep_s=0.2)
    async with shop.worker(), TestClient(TestServer(app)) as client:
        yield Chat(client)


async def test_photos_and_a_request_go_through_real_workers(chat: Chat) -> None:
    """Photos are judged, a request is made, and a second style of the same face needs no photos."""
    await chat.choose("quick")
    state = await chat.until(name="done")
    assert [len(one["portraits"]) for one in state["finished"]] == [4]
    assert state["quota"]["available"] == 20
    await chat.say("again-asked")
    state = await chat.until(name="done")
    assert [len(one["portraits"]) for one in state["finished"]] == [4, 4]


async def test_a_bad_photo_is_refused_by_the_real_worker(chat: Chat) -> None:
    """A photo that the engine refuses, and one that kills it, are refused with words; the others are good."""
    await chat.state()
    await chat.say("consent-given", version=CONSENT_VERSION)
    for data in (b"good one", b"nonsense", b"die"):
        await chat.send(data)
    photos = await chat.settled(3)
    assert [photo["state"] for photo in photos] == ["accepted", "refused", "refused"]
    assert "not a picture" in photos[1]["words"]
    assert "could not look at this photo" in photos[2]["words"]


async def test_cancelling_stops_the_real_worker(chat: Chat) -> None:
    """A training without end is stopped, refunded and told; afterwards another style can be made."""
    await chat.choose("endless")
    await chat.until(name="waiting")
    await chat.say("cancel-asked")
    state = await chat.until(name="choosing")
    assert state["finished"][-1]["words"].startswith("Cancelled.")
    assert state["quota"]["available"] == 24
    await chat.say("style-chosen", style="quick")
    await chat.until(name="done")


async def test_an_engine_that_keeps_dying_ends_in_words_and_a_refund(chat: Chat) -> None:
    """A request whose every try kills the engine fails with a reason, and costs nothing."""
    await chat.choose("dies")
    state = await chat.until(name="choosing")
    assert "stopped in the middle" in state["finished"][-1]["words"]
    assert state["quota"]["available"] == 24
