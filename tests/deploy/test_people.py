"""The operator's commands about people, against a real storage."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from limner.deploy.cli import main
from limner.deploy.compose import migrated, storage_of
from limner.deploy.settings import Settings


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
    """Return available, held, spent and granted of the last person listed."""
    return [int(word) for word in result.output.split()[-4:]]


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
