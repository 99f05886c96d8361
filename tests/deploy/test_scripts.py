"""deploy/up.sh and its installation, with stand-ins for Python and pip: nothing is downloaded here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("bash", "cat", "chmod", "cksum", "cp", "dirname", "grep", "mkdir", "sh")

# A Python that makes a .venv whose Python writes down how it was called.
PYTHON = """#!/bin/sh
case "$*" in
  *"import sys"*) exit {version};;
  *"import ensurepip"*) exit {ensurepip};;
  --version) echo Python 3.11.9;;
  *"-m venv"*) mkdir -p .venv/bin; cp {inner} .venv/bin/python;;
esac
"""
INNER = """#!/bin/sh
case "$*" in
  --version) echo Python 3.11.9;;
  "-c ") exit 0;;
  *) echo "$@" >> calls;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone that has only what the scripts read, with a folder of tools and no Python."""
    folder = tmp_path / "a clone"
    (folder / "deploy").mkdir(parents=True)
    for name in ("up.sh", "venv.sh", "constraints.txt"):
        shutil.copy(ROOT / "deploy" / name, folder / "deploy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    return folder


def give_python(clone: Path, *, version: int = 0, ensurepip: int = 0) -> None:
    """Put a stand-in for python3 on the path; its checks end with the codes given."""
    inner = clone.parent / "inner"
    python = clone.parent / "bin/python3"
    inner.write_text(INNER)
    python.write_text(PYTHON.format(version=version, ensurepip=ensurepip, inner=inner))
    inner.chmod(0o755)
    python.chmod(0o755)


def up(clone: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run deploy/up.sh with nothing in the environment but the tools."""
    bare = {"PATH": str(clone.parent / "bin"), "HOME": str(clone.parent), **environ}
    command = ("bash", str(clone / "deploy/up.sh"))
    return subprocess.run(command, env=bare, cwd="/", capture_output=True, text=True, check=False)


def calls(clone: Path) -> list[str]:
    """Return what the Python in .venv was asked to do, and forget it."""
    file = clone / "calls"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


@pytest.mark.parametrize("old", [False, True], ids=["none", "too old"])
def test_without_a_python_one_sentence_says_so(clone: Path, old: bool) -> None:  # noqa: FBT001  # a parameter
    """Without Python 3.11 the script ends with one sentence and makes nothing."""
    if old:
        give_python(clone, version=1)
    done = up(clone)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11" in done.stderr
    assert not (clone / ".venv").exists()


def test_without_venv_one_sentence_names_the_package(clone: Path) -> None:
    """On a Debian without python3-venv the script says what to install and leaves no half of a .venv."""
    give_python(clone, ensurepip=1)
    done = up(clone)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "python3-venv" in done.stderr
    assert not (clone / ".venv").exists()


def test_it_installs_once_and_then_only_starts(clone: Path) -> None:
    """The first run installs with the tested versions and starts; the second one only starts."""
    give_python(clone)
    assert up(clone).returncode == 0
    install, start = calls(clone)
    assert install.endswith("-c .venv/limner-constraints.txt -e .[all]")
    assert start == "-m limner.deploy.cli up"
    up(clone)
    assert calls(clone) == ["-m limner.deploy.cli up"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "deploy/constraints.txt"])
def test_it_installs_again_after_a_change(clone: Path, changed: str) -> None:
    """When a requirement or a tested version changed, the next start installs."""
    give_python(clone)
    up(clone)
    calls(clone)
    with (clone / changed).open("a") as file:
        file.write("# changed\n")
    up(clone)
    assert len(calls(clone)) == 2


def test_a_torch_of_ones_own_is_kept(clone: Path) -> None:
    """LIMNER_TORCH is installed first, the tested torch does not bind, and later starts remember it."""
    give_python(clone)
    up(clone, LIMNER_TORCH="torch==2.12.0")
    torch, limner, _ = calls(clone)
    assert torch.endswith("torch==2.12.0")
    assert "-e .[all]" in limner
    assert "\ntorch==" not in (clone / ".venv/limner-constraints.txt").read_text()
    up(clone)
    assert calls(clone) == ["-m limner.deploy.cli up"]


def test_a_failed_installation_is_tried_again(clone: Path) -> None:
    """When pip fails, the script ends with its code and the next start installs again."""
    give_python(clone)
    inner = clone.parent / "inner"
    inner.write_text(INNER.replace('echo "$@" >> calls', 'echo "$@" >> calls; exit 3'))
    assert up(clone).returncode != 0
    assert len(calls(clone)) == 1
    assert up(clone).returncode != 0
    assert len(calls(clone)) == 1


def test_the_scripts_can_be_run() -> None:
    """The scripts that people start are executable."""
    for name in ("deploy/up.sh", "deploy/check.sh", "deploy/bench-gpu.sh", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name
