"""The webhook's door: what is let in, and when Telegram is told that it arrived."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from telegram import Update

from limner.bots.telegram.webhook import Webhook, create_app
from limner.tests.bots.telegram.conftest import Line

HEADER = "X-Telegram-Bot-Api-Secret-Token"
HOOK = Webhook("https://example.org/hook", "secret", "127.0.0.1", 0)


def text(update_id: int) -> dict[str, Any]:
    """Make an update of a text."""
    who = {"id": 1001, "is_bot": False, "first_name": "Ann"}
    message = {"message_id": 1, "date": 0, "from": who, "chat": {"id": 1001, "type": "private"}, "text": "x"}
    return {"update_id": update_id, "message": message}


@pytest_asyncio.fixture
async def client(line: Line) -> AsyncIterator[Any]:
    """Give Telegram's side of the webhook."""
    line.server.person(1001)
    async with TestClient(TestServer(create_app(line.application, HOOK))) as opened:
        yield opened


@pytest.mark.parametrize("headers", [{}, {HEADER: "wrong"}, {HEADER: "sécret"}])
async def test_without_the_secret_nothing_is_let_in(line: Line, client: Any, headers: dict[str, str]) -> None:
    """Anybody may find the address."""
    async with client.post("/hook", json=text(10**9), headers=headers) as response:
        assert response.status == 403
    assert await line.storage.inbox.newest("telegram") is None


async def test_an_update_is_written_down_before_it_is_acknowledged(line: Line, client: Any) -> None:
    """When Telegram hears 200 the update is in the inbox, and a repeated one is known."""
    for _ in range(2):
        async with client.post("/hook", json=text(10**9), headers={HEADER: "secret"}) as response:
            assert response.status == 200
        assert await line.storage.inbox.newest("telegram") == 10**9
    await line.settled()
    assert len(line.server.calls_of("sendMessage")) == 1


async def test_an_update_that_cannot_be_written_down_is_not_acknowledged(
    line: Line, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram sends it again."""

    async def away(*_: object) -> list[bool]:
        raise OSError("The database is away.")

    with monkeypatch.context() as broken:
        broken.setattr(line.storage.inbox, "write_many", away)
        async with client.post("/hook", json=text(10**9), headers={HEADER: "secret"}) as response:
            assert response.status == 500
    async with client.post("/hook", json=text(10**9), headers={HEADER: "secret"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"update_id": 1, "message": 5}'])
async def test_nonsense_does_no_harm(line: Line, client: Any, body: bytes) -> None:
    """It is refused, or passed over."""
    async with client.post("/hook", data=body, headers={HEADER: "secret"}) as response:
        assert response.status in {200, 400}
    assert await line.storage.inbox.newest("telegram") is None


async def test_updates_may_come_through_the_library_too(line: Line) -> None:
    """What `process_update` is given is written down and handled like any other."""
    ann = line.server.person(1001)
    update = Update.de_json(text(10**9), line.application.bot)
    assert update is not None
    await line.application.process_update(update)
    assert await line.storage.inbox.newest("telegram") == 10**9
    await ann.wait("I read photos, commands and buttons")
