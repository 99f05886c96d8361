"""The operator's view of avatar events, against a real storage."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from limner.deploy.cli import main
from limner.deploy.compose import migrated, storage_of
from limner.deploy.settings import Settings
from limner.storage import NewEvent


async def _event() -> str:
    settings = Settings.from_env(os.environ)
    await migrated(settings)
    async with storage_of(settings) as storage:
        host = await storage.users.get_or_create("telegram", "4711")
        there = await storage.users.community("telegram", "-100")
        where = ("telegram", "-100 0", "Friends", "en", "oil")
        new = NewEvent(there.id, host.id, host.id, *where, 4, 9, gallery=True, ends_at=datetime(2099, 1, 1, tzinfo=UTC))
        return (await storage.events.create(new)).id


@pytest.fixture
def event(limner_home: Path) -> str:
    """Return the id of an open event."""
    return asyncio.run(_event())


def limner(*words: str) -> Result:
    """Run the command in this process."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, words)


def test_events_are_listed_and_called_off(event: str) -> None:
    """`limner event` shows where, style and state; `limner event cancel` ends one, and the second time says so."""
    assert "telegram: Friends" in limner("event").output
    assert "open" in limner("event").output
    assert "called off" in limner("event", "cancel", event).output
    assert "cancelled" in limner("event").output
    again = limner("event", "cancel", event)
    assert again.exit_code == 2
    assert "`limner event` lists them" in again.stderr


def test_no_events_are_told_in_words(limner_home: Path) -> None:
    """An empty list is a sentence."""
    assert "no event yet" in limner("event").output
