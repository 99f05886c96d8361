"""The operator's commands about people, against a real storage."""

import asyncio
import os
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from limner.deploy.cli import main
from limner.deploy.compose import migrated, storage_of
from limner.deploy.settings import Settings
from limner.storage import NewEvent


async def _somebody() -> str:
    settings = Settings.from_env(os.environ)
    await migrated(settings)
    async with storage_of(settings) as storage:
        user = await storage.users.get_or_create("telegram", "4711")
    return user.id


@pytest.fixture
def somebody(limner_home: Path) -> str:
    """Return the id of telegram:4711, who has written once."""
    return asyncio.run(_somebody())


def limner(*words: str) -> Result:
    """Run the command in this process."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, words)


def numbers(result: Result) -> list[int]:
    """Return available, held, spent and granted of telegram:4711."""
    (line,) = (line for line in result.output.splitlines() if "telegram:4711" in line)
    return [int(word) for word in line.split()[-4:]]


def test_everybody_is_listed(somebody: str) -> None:
    """`limner quota` lists people by platform and account, with the free portraits they began with."""
    result = limner("quota")
    assert "telegram:4711" in result.output
    assert numbers(result) == [24, 0, 0, 24]


@pytest.mark.parametrize("by", ["account", "id"])
def test_more_is_granted_once_for_a_key(somebody: str, by: str) -> None:
    """A grant with a key is given once, however often the command is repeated."""
    name = "telegram:4711" if by == "account" else somebody
    words = ("quota", name, "--grant", "10", "--key", "prize")
    limner(*words)
    result = limner(*words)
    assert numbers(result) == [34, 0, 0, 34]
    assert "granted before" in result.stderr


def test_grants_without_a_key_add_up(somebody: str) -> None:
    """Two grants without a key are two grants."""
    limner("quota", "telegram:4711", "--grant", "10")
    assert numbers(limner("quota", "telegram:4711", "--grant", "5")) == [39, 0, 0, 39]


async def _busy(person: str) -> str:
    async with storage_of(Settings.from_env(os.environ)) as storage:
        await storage.payments.credit(person, "charge-9", "pack", 8, 50, "XTR")
        await storage.quota.reserve(person, 4, "first")
        await storage.quota.commit("first", 3)
        await storage.quota.reserve(person, 2, "second")
        await storage.quota.refund("second")
        await storage.payments.refund("charge-9")
    return person


def test_how_it_came_to_the_numbers_is_shown(somebody: str) -> None:
    """Each move of a person's ledger has a line: what, how many, what for, the newest last."""
    limner("quota", somebody, "--grant", "10", "--key", "prize")
    asyncio.run(_busy(somebody))
    lines = limner("quota", somebody).output.splitlines()[3:]
    assert [" ".join(line.split()[2:]) for line in lines[1:]] == [
        "granted to begin with 24",
        "granted by operator 10 prize",
        "bought 8 charge-9",
        "reserved 4 first",
        "spent 3 first",
        "refunded 1 first",
        "reserved 2 second",
        "refunded 2 second",
        "taken back 8 charge-9",
    ]
    few = limner("quota", somebody, "--history", "2").output
    assert "refunded" in few
    assert "spent        3" not in few
    assert "taken back" not in limner("quota", somebody, "--history", "0").output


def test_the_daily_portraits_are_named_with_their_day(somebody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was filled up on a day says so, and which day it was."""
    monkeypatch.setenv("LIMNER_DAILY_PORTRAITS", "30")
    assert re.search(r"granted daily +6 +20\d\d-", limner("quota", somebody).output)


async def _pool(person: str) -> str:
    async with storage_of(Settings.from_env(os.environ)) as storage:
        community = (await storage.users.get_or_create("telegram", "community:-100")).id
        ends = datetime.now(UTC) + timedelta(days=1)
        new = NewEvent(community, person, community, "telegram", "-100", "Chess", "en", "oil", 4, 30, False, ends)  # noqa: FBT003
        return (await storage.events.create(new)).id


def test_an_account_names_the_events_that_it_pays_for(somebody: str) -> None:
    """A group's own account is the pool of its event, and says so; the host's, which pays for none, does not."""
    event = asyncio.run(_pool(somebody))
    limner("quota", "telegram:community:-100", "--grant", "120")
    shown = limner("quota", "telegram:community:-100").output
    assert (
        f"Pays for the event {event} (telegram: Chess, open): 4 portraits for each of at most 30; 0 under way" in shown
    )
    assert "granted by operator" in shown
    assert "Pays for" not in limner("quota", somebody).output


def test_a_grant_to_nobody_is_refused(somebody: str) -> None:
    """A grant without a person is a mistake, not a grant to everybody."""
    assert limner("quota", "--grant", "5").exit_code == 2


def test_forgetting_asks_first(somebody: str) -> None:
    """Without --yes and without an answer nothing is deleted."""
    assert limner("forget", "telegram:4711").exit_code == 1
    assert "telegram:4711" in limner("quota").output


def test_forgetting_leaves_nobody_and_says_what_went(somebody: str) -> None:
    """After `limner forget` the person is gone, and the receipt was printed."""
    result = limner("forget", "telegram:4711", "--yes")
    assert result.exit_code == 0, result.output
    assert "0 photos" in result.output
    assert "telegram:4711" not in limner("quota").output


def test_every_start_forgets_again_whom_a_backup_brings_back(
    limner_home: Path, somebody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the list of deletions in a store of its own, putting back all of limner's home brings nobody back."""
    monkeypatch.setenv("LIMNER_DELETIONS_URL", (tmp_path / "deletions").as_uri())
    shutil.copytree(limner_home, tmp_path / "backup")
    assert limner("forget", somebody, "--yes").exit_code == 0
    shutil.rmtree(limner_home)
    shutil.copytree(tmp_path / "backup", limner_home)
    assert "Nobody has written yet." in limner("quota").output


def test_people_are_kept_on_postgresql(postgresql_url: str, limner_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With DATABASE_URL naming PostgreSQL the command finds there whom another process has written down."""
    monkeypatch.setenv("DATABASE_URL", postgresql_url)
    asyncio.run(_somebody())
    result = limner("quota", "telegram:4711", "--grant", "10")
    assert numbers(result) == [34, 0, 0, 34]
    assert not (limner_home / "limner.db").exists()


def test_a_missing_driver_is_one_sentence(limner_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where asyncpg is not installed, the command says so and how to get it."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1/limner")
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    result = limner("quota")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert "pip install 'limner[postgres]'" in result.stderr


def test_a_server_that_is_not_there_is_one_sentence(limner_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL that cannot be reached is told with the name of the setting, and without its password."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://limner:secret@127.0.0.1:1/limner")
    result = limner("quota")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1, result.stderr
    assert "DATABASE_URL" in result.stderr
    assert "secret" not in result.stderr
