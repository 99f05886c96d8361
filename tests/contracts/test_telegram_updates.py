"""Updates wait until they are confirmed, go to one poller or to the webhook, and may come twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.caller import Caller

# Longer than anything here takes: a poll that waits so long has missed its update.
LONG_S = 30


def texts(updates: list[dict[str, Any]]) -> list[str]:
    """List what the messages of some updates say."""
    return [update["message"]["text"] for update in updates]


async def test_updates_stay_until_an_offset_confirms_them(server: TelegramServer, call: Caller) -> None:
    """The same updates come again until the offset lies behind them; ids rise by one."""
    ann = server.person()
    for text in "abc":
        await ann.send(text)
    first = await call("getUpdates")
    assert texts(first) == ["a", "b", "c"]
    ids = [update["update_id"] for update in first]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert texts(await call("getUpdates", limit=2)) == ["a", "b"]
    assert texts(await call("getUpdates", offset=ids[2])) == ["c"]
    assert texts(await call("getUpdates", offset=ids[0])) == ["c"]
    assert await call("getUpdates", offset=ids[2] + 1) == []


async def test_a_negative_offset_counts_from_the_end(server: TelegramServer, call: Caller) -> None:
    """With -1 only the last update comes, and those before it are forgotten."""
    for text in "abc":
        await server.person().send(text)
    assert texts(await call("getUpdates", offset=-1)) == ["c"]
    assert texts(await call("getUpdates")) == ["c"]


async def test_a_long_poll_ends_when_something_comes(server: TelegramServer, call: Caller) -> None:
    """A poll waits for an update and answers with it."""
    polling = asyncio.create_task(call("getUpdates", timeout=LONG_S))
    await _poll_begun(server)
    await server.person().send("a")
    assert texts(await asyncio.wait_for(polling, LONG_S / 2)) == ["a"]


async def test_a_second_poller_ends_the_first_with_a_conflict(server: TelegramServer, call: Caller) -> None:
    """Of two pollers the earlier gets a 409, and the later one the updates."""
    first = asyncio.create_task(call.refused("getUpdates", timeout=LONG_S))
    await _poll_begun(server)
    second = asyncio.create_task(call("getUpdates", timeout=LONG_S))
    assert "terminated by other getUpdates request" in await asyncio.wait_for(first, LONG_S / 2)
    await server.person().send("a")
    assert texts(await asyncio.wait_for(second, LONG_S / 2)) == ["a"]


async def test_only_allowed_kinds_come(server: TelegramServer, call: Caller) -> None:
    """What is not asked for is not kept either, until the usual kinds are asked for again."""
    ann = server.person()
    await call("getUpdates", allowed_updates=["callback_query"])
    await ann.send("a")
    assert await call("getUpdates", allowed_updates=[]) == []
    await ann.send("b")
    assert texts(await call("getUpdates")) == ["b"]


async def test_an_update_can_be_delivered_twice(server: TelegramServer, call: Caller) -> None:
    """On command an update comes once more with its old id, though it was confirmed."""
    await server.person().send("a")
    [update] = await call("getUpdates")
    assert await call("getUpdates", offset=update["update_id"] + 1) == []
    server.repeat_update()
    assert await call("getUpdates", offset=update["update_id"] + 1) == [update]
    assert await call("getUpdates", offset=update["update_id"] + 1) == []


@dataclass
class Hook:
    """A bot's webhook that notes what arrives; it refuses the first so many."""

    url: str = ""
    refuse: int = 0
    secrets: list[str | None] = field(default_factory=list)
    updates: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        """Take one update."""
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=500)
        await self.updates.put(await request.json())
        return web.Response()

    async def next(self) -> dict[str, Any]:
        """Wait for the next update."""
        return await asyncio.wait_for(self.updates.get(), LONG_S)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[Hook]:
    """Run a webhook."""
    hook, app = Hook(), web.Application()
    app.router.add_post("/hook", hook.take)
    async with TestServer(app) as running:
        hook.url = str(running.make_url("/hook"))
        yield hook


async def test_a_webhook_gets_what_waits_and_what_comes(server: TelegramServer, call: Caller, hook: Hook) -> None:
    """Updates are pushed with the secret, and count as received after a 200."""
    await server.person().send("a")
    await call("setWebhook", url=hook.url, secret_token="s3cret")
    assert texts([await hook.next()]) == ["a"]
    await server.person().send("b")
    assert texts([await hook.next()]) == ["b"]
    assert hook.secrets == ["s3cret", "s3cret"]
    info = await call("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (hook.url, 0)


async def test_a_webhook_that_fails_is_asked_again(server: TelegramServer, call: Caller, hook: Hook) -> None:
    """Anything but a 2xx means that the update was not received; the error can be read."""
    hook.refuse = 1
    await call("setWebhook", url=hook.url)
    await server.person().send("a")
    assert texts([await hook.next()]) == ["a"]
    assert hook.secrets == [None, None]


async def test_a_webhook_and_polling_exclude_each_other(server: TelegramServer, call: Caller, hook: Hook) -> None:
    """While a webhook is set, getUpdates is a conflict; deleting it, and what waits, gives polling back."""
    hook.refuse = 1_000
    await call("setWebhook", url=hook.url)
    assert "can't use getUpdates method while webhook is active" in await call.refused("getUpdates")
    await server.person().send("a")
    await call("deleteWebhook", drop_pending_updates=True)
    assert await call("getUpdates") == []


async def test_a_webhook_is_safe_or_on_this_machine(call: Caller) -> None:
    """Plain http elsewhere is refused, and so is a secret that no header could carry."""
    assert "HTTPS" in await call.misused("setWebhook", url="http://example.org/hook")
    assert "secret" in await call.misused("setWebhook", url="https://example.org/hook", secret_token="a b")


async def _poll_begun(server: TelegramServer) -> None:
    while not server.world.updates.waiting:  # noqa: ASYNC110  (there is no event for it)
        await asyncio.sleep(0.005)
