"""The `limner` command, as a person types it."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from limner.deploy.cli import main
from limner.deploy.cli.rim import Rim


def limner(*words: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, words)


def test_help_names_every_command() -> None:
    """`limner --help` names every command of the README's table."""
    said = limner("--help").output
    for name in (
        "up",
        "portrait",
        "worker",
        "web",
        "telegram",
        "discord",
        "styles",
        "models",
        "quota",
        "forget",
        "doctor",
    ):
        assert f"\n  {name} " in said


def test_starting_loads_no_torch() -> None:
    """The command itself, its help included, loads neither torch nor the libraries of portraits."""
    code = (
        "import sys; import limner.deploy.cli;"
        "print(sorted({'torch', 'diffusers', 'aiohttp', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_web_chat_and_the_worker_load_no_torch() -> None:
    """What serves chats and what drives the engine stay small: torch is the engine process's alone."""
    code = (
        "import sys, limner.deploy.up, limner.deploy.compose, limner.bots.web, limner.queue.worker;"
        "print(sorted({'torch', 'diffusers', 'transformers', 'peft'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_models_path_prints_a_folder() -> None:
    """`limner models path nano` prints nothing but the folder, for use in scripts."""
    result = limner("models", "path", "nano")
    assert result.exit_code == 0
    assert result.output.strip().endswith("engine/nano/weights")


def test_models_check_tells_what_a_base_takes() -> None:
    """`limner models check nano` finds nothing wrong and tells parts, memory, work and time."""
    result = limner("models", "check", "nano", "--tflops", "0.05")
    assert result.exit_code == 0
    for word in ("unet", "to train a Face LoRA", "TFLOP", "s a portrait of 30 steps"):
        assert word in result.output


def test_models_check_refuses_a_device_that_is_too_small() -> None:
    """A base that does not fit so much memory ends with code 1 and the figures."""
    result = limner("models", "check", "nano", "--memory", "0.5")
    assert result.exit_code == 1
    assert "there are 0.5 GiB" in result.stderr


def test_models_list_marks_the_one_that_is_set() -> None:
    """`limner models list` shows nano with its family and licence, and a star where it is set."""
    line = next(line for line in limner("models", "list").output.splitlines() if "nano" in line)
    assert line.split()[:3] == ["*", "nano", "sd15"]
    assert "apache-2.0" in line


def test_a_worker_without_its_base_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker never fetches a base: it ends with the command that does."""
    monkeypatch.setenv("LIMNER_HOME", str(tmp_path))
    monkeypatch.setenv("LIMNER_BASE_MODEL", "modelscope://owner/model")
    result = limner("worker")
    assert result.exit_code == 2
    assert "`limner models pull modelscope://owner/model`" in result.stderr


def test_an_unknown_model_is_a_users_mistake() -> None:
    """An unknown base model ends with code 2 and a sentence that names the known ones."""
    result = limner("models", "path", "sd99")
    assert result.exit_code == 2
    assert "'sd99'" in result.stderr
    assert "nano" in result.stderr


def test_styles_are_listed() -> None:
    """`limner styles` lists names and words."""
    said = limner("styles").output
    assert "comic" in said
    assert "watercolour" in said


def test_an_unknown_style_names_those_there_are(tmp_path: Path) -> None:
    """An unknown style is refused before anything is loaded, with the styles there are."""
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"")
    result = limner("portrait", str(photo), "--style", "cubist", "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "'cubist'" in result.stderr
    assert "comic" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_photo_that_does_not_exist_is_a_users_mistake(tmp_path: Path) -> None:
    """A photo that does not exist is named."""
    result = limner("portrait", str(tmp_path / "gone.jpg"), "--style", "comic", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "gone.jpg" in result.stderr


def test_a_setting_that_cannot_be_used_is_a_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong setting ends any command with one sentence and code 2."""
    monkeypatch.setenv("LIMNER_WEB_PORT", "eighty")
    result = limner("styles")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "LIMNER_WEB_PORT" in result.stderr


def test_a_missing_library_ends_in_a_sentence() -> None:
    """A library that is not installed is named, and the doctor is."""

    @click.group(cls=Rim)
    def group() -> None:
        """Hold one command."""

    @group.command()
    def broken() -> None:
        """Import what is not there."""
        import nowhere_at_all  # type: ignore[import-not-found]  # noqa: F401  # that is the point

    result = CliRunner().invoke(group, ["broken"])
    assert result.exit_code == 1
    assert "nowhere_at_all" in result.stderr
    assert "limner doctor" in result.stderr


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    """An error that nobody foresaw is not dressed up as a sentence."""

    @click.group(cls=Rim)
    def group() -> None:
        """Hold one command."""

    @group.command()
    def broken() -> None:
        """Fail."""
        raise ZeroDivisionError

    assert isinstance(CliRunner().invoke(group, ["broken"]).exception, ZeroDivisionError)


def test_the_quota_of_nobody_is_an_empty_list() -> None:
    """`limner quota` on a fresh machine says that nobody has written."""
    result = limner("quota")
    assert result.exit_code == 0, result.output
    assert "Nobody" in result.output


def test_forgetting_a_stranger_is_a_users_mistake() -> None:
    """Nobody is made up in order to be forgotten."""
    result = limner("forget", "web:nobody", "--yes")
    assert result.exit_code == 2
    assert "'web:nobody'" in result.stderr
