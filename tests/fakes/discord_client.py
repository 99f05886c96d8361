"""A discord.py client in the test's process that speaks with the Discord of the tests.

Imported by the conftest.py of the folders that need it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import discord
import pytest
import pytest_asyncio
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from limner.tests.fakes.discord import DiscordServer


class Client(discord.Client):
    """A client with a tree of commands, and what it has heard by the names of its events."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        # By itself discord.py waits two seconds for guilds that might come still.
        super().__init__(intents=intents, guild_ready_timeout=0.1, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: dict[str, asyncio.Queue[Any]] = {}

    def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:
        """Take note of every event, then do as discord.py does."""
        if hasattr(self, "heard"):
            self.queue(event).put_nowait(args[0] if args else None)
        super().dispatch(event, *args, **more)

    def queue(self, event: str) -> asyncio.Queue[Any]:
        """Give what was heard of one event, in order."""
        return self.heard.setdefault(event, asyncio.Queue())

    async def hears(self, event: str, timeout_s: float = 10.0) -> Any:
        """Wait for the next event of a name; return what it is about."""
        async with asyncio.timeout(timeout_s):
            return await self.queue(event).get()


Start = Callable[..., Coroutine[Any, Any, Client]]


@pytest_asyncio.fixture
async def start_client(discord_server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Start clients of that server; each is ready when it is given."""
    monkeypatch.setattr(Route, "BASE", discord_server.api_base)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord_server.gateway_url))
    running: list[tuple[Client, asyncio.Task[None]]] = []

    async def start(client: Client | None = None) -> Client:
        client = client or Client(discord.Intents.default())
        running.append((client, asyncio.create_task(client.start(discord_server.token))))
        await client.hears("ready")
        return client

    yield start
    for client, task in running:
        await client.close()
        with suppress(asyncio.CancelledError):
            await task
