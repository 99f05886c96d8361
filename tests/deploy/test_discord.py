"""The Discord bot's part of the composition root: settings, servers, what is said of it, and what is never logged."""

import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from limner.deploy.discord import PERMISSIONS, discord_bot, use_servers
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
