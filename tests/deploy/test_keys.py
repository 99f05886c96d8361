"""The master key: made once, readable by its owner only."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from limner.deploy.errors import SettingsError, UserMistakeError
from limner.deploy.keys import master_key
from limner.deploy.settings import Settings


def settings(home: Path, **more: str) -> Settings:
    """Return settings for a home folder."""
    return Settings.from_env({"LIMNER_HOME": str(home), **more})


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The first start makes a key file of mode 600, and later starts read the same key."""
    first = master_key(settings(tmp_path))
    file = tmp_path / "keys/master.key"
    assert len(first) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o077 == 0
    assert master_key(settings(tmp_path)) == first
    assert list(file.parent.iterdir()) == [file]


def test_processes_that_start_at_once_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When several make the key at the same moment, all end up with the one that was first."""
    numbers = iter(range(1000))
    monkeypatch.setattr("limner.deploy.keys.os.getpid", lambda: next(numbers))
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: master_key(settings(tmp_path)), range(32)))
    assert len(keys) == 1


def test_a_key_from_the_environment_wins(tmp_path: Path) -> None:
    """LIMNER_MASTER_KEY is used as it is and no file is made."""
    key = bytes(range(32))
    chosen = settings(tmp_path, LIMNER_MASTER_KEY=base64.b64encode(key).decode())
    assert master_key(chosen) == key
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("text", ["short", "AAAA", "ä" * 44])
def test_a_wrong_key_is_refused_without_being_printed(tmp_path: Path, text: str) -> None:
    """A key of the wrong form is named by its variable, and its value is not repeated."""
    with pytest.raises(SettingsError, match="LIMNER_MASTER_KEY") as caught:
        master_key(settings(tmp_path, LIMNER_MASTER_KEY=text))
    assert text not in str(caught.value)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """A key file with loose rights stops the start and says how to mend it."""
    master_key(settings(tmp_path))
    (tmp_path / "keys/master.key").chmod(0o644)
    with pytest.raises(UserMistakeError, match="chmod 600"):
        master_key(settings(tmp_path))


def test_a_command_can_print_the_key(tmp_path: Path) -> None:
    """A key service's client is asked at each start, and no file is made."""
    key = bytes(range(32))
    (tmp_path / "key").write_text(base64.b64encode(key).decode() + "\n")
    assert master_key(settings(tmp_path, LIMNER_MASTER_KEY_COMMAND=f"cat {tmp_path}/key")) == key
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("command", ["no-such-program", "false", "echo short", "'"])
def test_a_command_that_fails_is_named(tmp_path: Path, command: str) -> None:
    """One that is not there, ends badly or prints something else stops the start with its variable's name."""
    with pytest.raises(SettingsError, match="LIMNER_MASTER_KEY_COMMAND"):
        master_key(settings(tmp_path, LIMNER_MASTER_KEY_COMMAND=command))
