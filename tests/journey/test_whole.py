"""A photo's whole way through the true stack: `limner up` as people start it, nano, Valkey, SQLite and a Chromium.

Only the recipe is shorter than the shipped one: these portraits need not look like anybody (the bench measures that).
"""

import asyncio
import json
import os
import re
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from PIL import Image

from limner.deploy.demo import demonstration_photos
from limner.engine.bases import NANO
from limner.tests.fakes.discretion import given_away
from limner.tests.journey.driver import DESKTOP, browser, find_chromium, visitor

pytestmark = [
    pytest.mark.journey,
    pytest.mark.timeout(600),  # two trainings and three renderings on a processor that others use too
    pytest.mark.skipif(find_chromium() is None, reason="There is no Chromium on this machine."),
]

SHORT = {"max_steps": 24, "finish_steps": 8, "judge_every": 12, "judge_samples": 2, "checkpoint_every": 4}
FREE = 24
PORTRAITS = 8


@dataclass(frozen=True, slots=True)
class Running:
    """A running `limner up`: where it is reached, where its state lies, and its process."""

    address: str
    home: Path
    process: psutil.Process


@pytest.fixture
def short_nano(tmp_path: Path) -> Path:
    """Give nano with a recipe of seconds instead of minutes."""
    folder = tmp_path / "nano"
    shutil.copytree(NANO, folder)
    (folder / "limner_recipe.json").write_text(json.dumps(SHORT))
    return folder


@asynccontextmanager
async def limner_up(home: Path, base: Path) -> AsyncIterator[Running]:
    """Start everything as deploy/up.sh does, and stop it by SIGTERM; it has to end well and leave nothing behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "OMP_NUM_THREADS"}}
    environ |= {"LIMNER_HOME": str(home), "LIMNER_BASE_MODEL": str(base), "LIMNER_WEB_PORT": str(port)}
    up = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "limner.deploy.cli", "up", env=environ, stdout=asyncio.subprocess.PIPE
    )
    assert up.stdout is not None
    process = psutil.Process(up.pid)
    family: list[psutil.Process] = []
    try:
        async with asyncio.timeout(60):
            while b"limner is ready" not in await up.stdout.readline():
                assert up.returncode is None, "limner up ended before it was ready."
        yield Running(f"http://127.0.0.1:{port}", home, process)
        family = process.children(recursive=True)
    finally:
        if up.returncode is None:
            up.terminate()
        async with asyncio.timeout(60):
            await up.communicate()
    assert up.returncode == 0
    assert not psutil.wait_procs(family, timeout=10)[1]


def painter_of(running: Running) -> psutil.Process | None:
    """Find the engine process that trains and paints, once there is one."""
    family = running.process.children(recursive=True)
    return next((one for one in family if "painter" in one.cmdline()), None)


async def killed_in_training(running: Running) -> None:
    """Kill the painter as soon as its training has left a checkpoint."""
    async with asyncio.timeout(240):
        while not any((running.home / "objects").rglob("checkpoint/*")):  # noqa: ASYNC110  in another process
            await asyncio.sleep(0.05)
    painter = painter_of(running)
    assert painter is not None
    painter.kill()


def killed_server(running: Running) -> None:
    """Kill Valkey, which nobody but `limner up` starts again."""
    psutil.Process(int((running.home / "valkey/server.pid").read_text())).kill()


async def test_three_photos_become_portraits_though_the_engine_is_killed(tmp_path: Path, short_nano: Path) -> None:
    """Photos in, one refused in words, portraits out with quota spent once, a second style, and all of it forgotten.

    The engine is killed in mid-training, so the way leads over its checkpoint; Valkey before the second style.
    """
    photos = demonstration_photos(tmp_path / "demo")
    wall = tmp_path / "wall.png"
    Image.new("RGB", (900, 900), "tan").save(wall)
    async with (
        limner_up(tmp_path / "home", short_nano) as running,
        browser() as chromium,
        visitor(chromium, running.address, DESKTOP, patience_s=300) as someone,
    ):
        await someone.open()
        await someone.agree()
        await someone.add_photos([*photos, wall])
        assert "no face" in (await someone.refusals(1))[0]
        await someone.sees_good_photos(3)
        await someone.done()
        await someone.picture("whole-1-styles")
        await someone.choose("Comic")
        await killed_in_training(running)
        await someone.picture("whole-2-progress")
        captions = await someone.sees_portraits(PORTRAITS)
        assert all(re.search(r"likeness|not measured", caption) for caption in captions)
        assert await someone.quota() == FREE - PORTRAITS
        await someone.picture("whole-3-portraits")
        killed_server(running)
        await someone.reload()
        await someone.other_style()
        await someone.choose("Pencil")
        await someone.sees_portraits(PORTRAITS, request=1)
        assert await someone.quota() == FREE - 2 * PORTRAITS
        assert_nothing_readable(running.home)
        assert_discreet(running.home, *[cookie["value"] for cookie in await someone.context.cookies()])
        assert "Face LoRA" in await someone.forget()
        left = [path for path in (running.home / "objects").rglob("*") if path.is_file()]
        assert [path.parent.name for path in left] == ["deletions"], "a keyed hash in the list of deletions, no more"
        assert someone.complaints == []


def assert_nothing_readable(home: Path) -> None:
    """No picture and no LoRA lies unencrypted in the home folder; the demonstration photos are nobody's."""
    for path in home.rglob("*"):
        if path.is_file() and "demo" not in path.parts:
            content = path.read_bytes()
            for mark in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"lora_A", b"lora_down"):
                assert mark not in content, f"{path} holds something readable"


def assert_discreet(home: Path, *cookies: str) -> None:
    """No log holds a session, the person it stands for, or the key to everything; the cookies must be some."""
    with closing(sqlite3.connect(home / "limner.db")) as database:
        people = [row[0] for row in database.execute("SELECT platform_id FROM users")]
    assert cookies
    assert people
    secrets = [*cookies, *[cookie.partition(".")[0] for cookie in cookies], *people]
    secrets.append((home / "keys/master.key").read_text().strip())
    for log in (home / "logs/worker.log", home / "valkey/server.log"):
        assert given_away(log.read_text(), *secrets) == []
