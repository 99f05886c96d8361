"""The Discord bot's part of the composition root: settings, servers, what is said of it, and what is never logged."""

import asyncio
import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import aiohttp
import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from limner.bots.errors import RefusedBotError
from limner.deploy.discord import PERMISSIONS, discord_bot, serve, use_servers
from limner.deploy.doctor import Finding, State, examine
from limner.deploy.errors import UserMistakeError
from limner.deploy.logs import set_up_logging
from limner.deploy.settings import Settings
from limner.deploy.up import bots_of


@pytest.fixture
def _own_servers() -> Iterator[None]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def settings(home: Path, **environ: str) -> Settings:
    """Read settings."""
    return Settings.from_env({"LIMNER_HOME": str(home), **environ})


def found(home: Path, **environ: str) -> Finding:
    """Return what the doctor says of Discord."""
    return next(one for one in examine(settings(home, **environ)) if one.subject == "Discord")


@pytest.mark.usefixtures("_own_servers")
def test_other_servers_can_be_named(tmp_path: Path) -> None:
    """API and gateway are those of the settings, and Discord's own where nothing is set."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    use_servers(settings(tmp_path))
    assert before == (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    local = {"DISCORD_API_BASE": "http://127.0.0.1:9191/api/v10/", "DISCORD_GATEWAY_URL": "ws://127.0.0.1:9192"}
    use_servers(settings(tmp_path, **local))
    assert Route("GET", "/gateway/bot").url == "http://127.0.0.1:9191/api/v10/gateway/bot"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY).rstrip("/") == "ws://127.0.0.1:9192"


class Beside:
    """Something that runs beside a bot, and tells whether it does."""

    def __init__(self) -> None:
        self.running = asyncio.Event()

    async def run(self) -> None:
        """Run until cancelled."""
        self.running.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.running.clear()


class Connection:
    """As much of a bot as is served: it is told how its connection ends, and tells whether the rest still runs."""

    def __init__(self, end: Exception | None) -> None:
        self.end = end
        self.delivery, self.keeper = Beside(), Beside()

    async def connect(self) -> None:
        """Stay connected until the end."""
        await asyncio.sleep(0)
        if self.end is None:
            await asyncio.Event().wait()
        else:
            raise self.end


def closed(code: int) -> discord.ConnectionClosed:
    """Make the error of a connection that Discord has closed."""
    socket = Mock(spec=aiohttp.ClientWebSocketResponse, close_code=code)
    return discord.ConnectionClosed(socket, shard_id=0, code=code)


@pytest.mark.parametrize(
    "end, kind, words",
    [
        (closed(4004), RefusedBotError, "DISCORD_BOT_TOKEN is wrong"),
        (closed(4013), RefusedBotError, "code 4013"),
        (discord.GatewayNotFound(), UserMistakeError, "gateway cannot be found"),  # type: ignore[no-untyped-call]
    ],
)
async def test_what_ends_a_connection_is_told(end: Exception, kind: type[Exception], words: str) -> None:
    """In one sentence; nothing is delivered after it, and no event is kept going."""
    bot: Any = Connection(end)
    with pytest.raises(kind, match=words):
        await serve(bot)
    assert not bot.delivery.running.is_set()
    assert not bot.keeper.running.is_set()


async def test_it_delivers_and_keeps_events_for_as_long_as_it_serves() -> None:
    """Until it is cancelled, and then no more."""
    bot: Any = Connection(None)
    serving = asyncio.create_task(serve(bot))
    for beside in (bot.delivery, bot.keeper):
        await asyncio.wait_for(beside.running.wait(), 5)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert not bot.delivery.running.is_set()
    assert not bot.keeper.running.is_set()


async def test_without_a_token_there_is_no_bot(tmp_path: Path) -> None:
    """Who starts the bot without a token is told what to set."""
    with pytest.raises(UserMistakeError, match="DISCORD_BOT_TOKEN"):
        async with discord_bot(settings(tmp_path), "redis://127.0.0.1:1"):
            pass


def test_the_doctor_tells_of_discord(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot without a token is optional, with one it is there; without its library the extra is named."""
    assert found(tmp_path).state is State.OPTIONAL
    good = found(tmp_path, DISCORD_BOT_TOKEN="secret")
    assert good.state is State.GOOD
    assert "secret" not in good.sentence
    here = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "discord" else here(name))
    missing = found(tmp_path, DISCORD_BOT_TOKEN="secret")
    assert missing.state is State.MISSING
    assert "limner[discord]" in missing.sentence


def test_up_starts_the_bots_that_have_a_token(tmp_path: Path) -> None:
    """Each by itself, or both."""
    tokens = {"TELEGRAM_BOT_TOKEN": "1:a", "DISCORD_BOT_TOKEN": "b"}
    assert bots_of(settings(tmp_path)) == []
    assert bots_of(settings(tmp_path, DISCORD_BOT_TOKEN="b")) == ["discord"]
    assert bots_of(settings(tmp_path, **tokens)) == ["telegram", "discord"]


def test_the_permissions_are_those_of_the_guide() -> None:
    """The number that docs/discord.md gives is the one that the invitation carries."""
    guide = (Path(__file__).parents[2] / "docs/discord.md").read_text("utf-8")
    assert f"`{PERMISSIONS.value}`" in guide


def test_addresses_with_tokens_are_not_logged(capfd: pytest.CaptureFixture[str]) -> None:
    """The library writes an interaction's token with its addresses; our processes do not let it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        set_up_logging(logging.DEBUG)
        for name in ("discord.http", "discord.webhook.async_", "discord.gateway"):
            logging.getLogger(name).debug("POST https://discord.com/api/webhooks/1/secret has returned 200")
        assert "secret" not in capfd.readouterr().err
    finally:
        root.handlers[:], root.level = before
