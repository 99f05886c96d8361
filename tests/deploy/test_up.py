"""`limner up` as a process of its own, with its real server, worker and web chat."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from limner.deploy.compose import queue_of, storage_of
from limner.deploy.settings import Settings
from limner.deploy.up import welcome
from limner.queue.embedded import is_well, start_embedded
from limner.queue.messages import ExaminePhoto, PhotoExamined

COMMAND = (sys.executable, "-m", "limner.deploy.cli", "up")
# Generous, because other work may fill both cores; nothing waits for it in vain but a failing test.
PATIENCE_S = 60


@pytest.fixture
def environ(limner_home: Path) -> dict[str, str]:
    """Return an environment with a home of its own, any free port, and nano, which no test here loads."""
    return {**os.environ, "LIMNER_WEB_PORT": "0", "LIMNER_BASE_MODEL": "nano", "PYTHONUNBUFFERED": "1"}


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextmanager
def running(environ: dict[str, str], said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `limner up` until it is ready, and end it by SIGTERM; what it says goes to a file."""
    with said.open("wb") as file:
        process = subprocess.Popen(COMMAND, env=environ, stdout=file, stderr=file)
    try:
        until(lambda: "ready" in said.read_text() or process.poll() is not None)
        assert process.poll() is None, said.read_text()
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def address(said: Path) -> str:
    """Return the address that `limner up` printed."""
    return next(word for word in said.read_text().split() if word.startswith("http://"))


def processes_of(home: Path) -> list[str]:
    """List the command lines of the living processes that belong to a home."""
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environ = (folder / "environ").read_bytes()
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if line and f"LIMNER_HOME={home}\0".encode() in environ and int(folder.name) != os.getpid():
            lines.append(line)
    return lines


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_up_serves_the_page_and_leaves_nothing_behind(
    environ: dict[str, str], limner_home: Path, tmp_path: Path
) -> None:
    """The printed address answers, the demonstration photos exist, and SIGTERM ends every process with code 0."""
    said = tmp_path / "said"
    with running(environ, said) as process:
        with urllib.request.urlopen(address(said)) as page:
            assert b"<html" in page.read()
        until(lambda: any("worker" in line for line in processes_of(limner_home)))
        server = int((limner_home / "valkey/server.pid").read_text())
        assert all((limner_home / "demo" / name).exists() for name in ("selfie.jpg", "studio.jpg", "happy.jpg"))
    assert process.returncode == 0
    assert "nothing is lost" in said.read_text()
    assert processes_of(limner_home) == []
    assert not Path(f"/proc/{server}/exe").exists()  # a zombie, if nobody reaps it, has no program any more


def test_a_second_up_in_one_home_is_refused(environ: dict[str, str], tmp_path: Path) -> None:
    """A second start from the same home ends with one sentence and code 2, and harms the first one nothing."""
    said = tmp_path / "said"
    with running(environ, said):
        second = subprocess.run(COMMAND, env=environ, capture_output=True, text=True, check=False)
        assert second.returncode == 2
        assert "already running" in second.stderr
        with urllib.request.urlopen(address(said)) as page:
            assert page.status == 200


def test_a_taken_port_is_a_sentence(environ: dict[str, str], limner_home: Path, tmp_path: Path) -> None:
    """When the port is taken, the sentence names it and what to set, and no process is left behind."""
    said = tmp_path / "said"
    other = limner_home.with_name("other")
    with running({**environ, "LIMNER_HOME": str(other)}, said):
        port = address(said).rstrip("/").rpartition(":")[2]
        asked = {**environ, "LIMNER_WEB_PORT": port}
        refused = subprocess.run(COMMAND, env=asked, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert f"port {port}" in refused.stderr
    assert "LIMNER_WEB_PORT" in refused.stderr
    assert processes_of(limner_home) == []


def test_a_worker_that_dies_is_replaced(environ: dict[str, str], limner_home: Path, tmp_path: Path) -> None:
    """When the worker is killed, `limner up` says so and starts another."""
    said = tmp_path / "said"
    log = limner_home / "logs/worker.log"
    with running(environ, said):
        until(lambda: log.exists() and "Starting worker" in log.read_text())
        os.kill(_worker(limner_home), signal.SIGKILL)
        until(lambda: "started again" in said.read_text())
        until(lambda: any("worker" in line for line in processes_of(limner_home)))


def _worker(home: Path) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().split(b"\0")
            if line[-2:] == [b"worker", b""] and f"LIMNER_HOME={home}\0".encode() in (folder / "environ").read_bytes():
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError("no worker runs")


async def test_a_server_that_dies_is_replaced(environ: dict[str, str], limner_home: Path, tmp_path: Path) -> None:
    """When Valkey is killed, `limner up` says so and starts it where it was, and the worker does what comes next."""
    said = tmp_path / "said"
    with running(environ, said):
        killed = _server(limner_home)
        os.kill(killed, signal.SIGKILL)
        until(lambda: "Valkey server ended by itself" in said.read_text())
        until(lambda: is_well(limner_home) and _server(limner_home) != killed)
        settings = Settings.from_env({**environ, "LIMNER_HOME": str(limner_home)})
        async with storage_of(settings) as storage, queue_of(start_embedded(limner_home)) as queue:
            user = await storage.users.get_or_create("web", "somebody")
            photo = await storage.photos.add(user.id, await storage.photos.open_set(user.id), b"no photo at all")
            listening = queue.listen("0-0")
            await queue.examine_photo(ExaminePhoto(photo.id, user.id))
            async with asyncio.timeout(PATIENCE_S):
                _, news = await anext(listening)
        assert news == PhotoExamined(user.id, photo.id, accepted=False, reason="not_an_image")


def _server(home: Path) -> int:
    return int((home / "valkey/server.pid").read_text())


def test_an_unusable_base_model_stops_the_start(environ: dict[str, str], limner_home: Path) -> None:
    """A base model that is none is told before anything is started."""
    asked = {**environ, "LIMNER_BASE_MODEL": str(limner_home)}
    refused = subprocess.run(COMMAND, env=asked, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert not limner_home.exists()


@pytest.mark.parametrize(
    "name,value",
    [
        ("DATABASE_URL", "sqlite:////proc/nowhere/limner.db"),
        ("OBJECT_STORE_URL", "nonsense"),
        ("REDIS_URL", "nonsense"),
    ],
)
def test_a_service_that_does_not_open_is_named(environ: dict[str, str], name: str, value: str) -> None:
    """A database, object store or Redis that cannot be opened ends in one sentence with the setting's name."""
    refused = subprocess.run(COMMAND, env={**environ, name: value}, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1, refused.stderr
    assert name in refused.stderr


def test_the_welcome_names_address_and_photos() -> None:
    """The person reads where the chat is and which photos to try."""
    said = welcome("http://127.0.0.1:8484/", [Path("/home/demo/selfie.jpg")])
    assert "http://127.0.0.1:8484/" in said
    assert "/home/demo/selfie.jpg" in said
