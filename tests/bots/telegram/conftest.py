"""A Bot API server with a bot at it: a real process on a shop, or, quicker, one in the test's own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from telegram.ext import ApplicationBuilder

from limner.bots.account import CONSENT_VERSION
from limner.bots.conversation import Conversation
from limner.bots.telegram import TelegramApplication, build_application
from limner.bots.telegram.polling import poll
from limner.bots.turn import Limits
from limner.storage import ChatState, NewPortrait, Request, Storage, User
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.shop import Shop, redis, redis_url, server_url, shop
from limner.tests.fakes.talk import PORTRAITS, STYLES, migrated, png, queue, storage
from limner.tests.fakes.telegram import Person, TelegramServer
from limner.tests.fakes.telegram_bot import TelegramBot, bot_process
from limner.tests.fakes.worker import ScriptedWorker, Verdict

__all__ = ["migrated", "queue", "redis", "redis_url", "server_url", "shop", "storage"]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Give a Bot API server that keeps to Telegram's rates."""
    async with TelegramServer(strict_rates=True) as running:
        yield running


@pytest_asyncio.fixture
async def ann(server: TelegramServer) -> Person:
    """Give a person who has not written yet."""
    return server.person(1001)


@pytest_asyncio.fixture
async def bot(shop: Shop, server: TelegramServer) -> AsyncIterator[TelegramBot]:
    """Give the bot as a process, with a worker at work."""
    async with shop.worker(), bot_process(shop, server) as running:
        yield running


def examine(photo: bytes) -> Verdict:
    """Judge a photo as a worker by script does: dark ones are refused, with a thumbnail."""
    return Verdict("too_dark", png(1)) if photo.startswith(b"dark") else Verdict(None, png(2))


def paint(request: Request) -> list[NewPortrait]:
    """Paint small pictures."""
    return [NewPortrait(n, png(60 * n, 64), 0.5, request.seed + n, request.style) for n in range(request.count)]


@dataclass
class Line:
    """The bot in this process, what it stands on, and a worker by script."""

    application: TelegramApplication
    server: TelegramServer
    storage: Storage
    queue: FakeQueue
    worker: ScriptedWorker
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any]

    async def user(self, person: Person) -> User:
        """Find a person's user."""
        return await self.storage.users.get_or_create("telegram", str(person.user.id))

    async def agreed(self, person: Person) -> User:
        """Let a person have agreed already."""
        user = await self.user(person)
        await self.storage.users.record_consent(user.id, CONSENT_VERSION)
        await self.storage.users.set_state(user.id, ChatState("collecting"))
        return user

    async def with_photos(self, person: Person, number: int = 3) -> User:
        """Let a person have sent good photos already."""
        user = await self.agreed(person)
        photos = self.storage.photos
        for n in range(number):
            photo = await photos.add(user.id, await photos.open_set(user.id), png(100 + n))
            await photos.accept(photo.id, embedding=bytes(512), thumbnail=png(1), quality={})
            for notice in await self.storage.outbox.of_user("telegram", user.id):
                await self.storage.outbox.delivered(notice.id)
        await self.storage.users.set_state(user.id, ChatState("choosing"))
        return user

    async def settled(self) -> None:
        """Wait until everything that came is handled."""
        while await self.storage.inbox.pending("telegram"):  # noqa: ASYNC110  (a row, for which there is no event)
            await asyncio.sleep(0.02)


@pytest.fixture
def conversation(storage: Storage, queue: FakeQueue) -> Conversation:
    """Give a conversation whose styles have previews that are pictures."""
    styles = [replace(card, preview=png(50 + n, 64)) for n, card in enumerate(STYLES)]
    return Conversation(storage, queue, styles, limits=Limits(portraits=PORTRAITS))


@pytest_asyncio.fixture
async def line(
    server: TelegramServer,
    storage: Storage,
    queue: FakeQueue,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Line]:
    """Give the bot in this process, polling, with a worker by script at work."""
    # The library warns that it will give times as timedelta one day; told so, it does already.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    builder = ApplicationBuilder().token(server.token).base_url(server.api_base).base_file_url(server.file_base)
    application = build_application(builder, conversation=conversation, storage=storage, news=queue, sweep_s=0.2)
    worker = ScriptedWorker(storage, queue, examine, paint)
    async with application:
        await application.start()
        running = [asyncio.create_task(poll(application)), asyncio.create_task(worker.run())]
        yield Line(application, server, storage, queue, worker, builder)
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await application.stop()
