"""Processes that `limner up` keeps alive."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from limner.deploy import children
from limner.deploy.children import Child, shorten
from limner.queue.leased import DRAIN_S

# Writes its process id, then waits to be ended.
WAITS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
# The same, and it does not listen when told to stop.
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS
DIES = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); print('oh dear'); sys.exit(3)"

COUNTS = "import itertools, time\nfor n in itertools.count(): print(n, flush=True); time.sleep(0.001)"


def child(code: str, folder: Path, say: Callable[[str], None]) -> Child:
    """Return a child that runs Python code; it writes its process ids to `pids`."""
    command = (sys.executable, "-c", code, str(folder / "pids"))
    return Child("worker", command, os.environ, folder / "logs/worker.log", say)


async def until(reached: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    while not reached():  # noqa: ASYNC110  # another process sets no event here
        await asyncio.sleep(0.01)


async def pids(folder: Path, count: int) -> list[int]:
    """Wait until `count` processes were started and return their ids."""
    file = folder / "pids"
    await until(lambda: file.exists() and file.read_text().count("\n") >= count)
    return [int(line) for line in file.read_text().split()]


def is_alive(pid: int) -> bool:
    """Tell whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("code", [WAITS, DEAF], ids=["willing", "deaf"])
async def test_cancelling_ends_the_process(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When keep_alive is cancelled the process is gone, even one that does not listen."""
    monkeypatch.setattr(children, "PATIENCE_S", 0.2)
    task = asyncio.create_task(child(code, tmp_path, print).keep_alive())
    (pid,) = await pids(tmp_path, 1)
    await ended(task)
    assert not is_alive(pid)


def test_a_worker_may_draw_to_its_end() -> None:
    """A worker that was told to stop is not killed while it still has the time that it gives its drawing."""
    assert children.PATIENCE_S >= DRAIN_S + 10


async def test_a_process_that_dies_is_started_again_and_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends by itself is started again; the person reads why to look where."""
    monkeypatch.setattr(children, "SHORTEST_PAUSE_S", 0.01)
    said: list[str] = []
    task = asyncio.create_task(child(DIES, tmp_path, said.append).keep_alive())
    first, second, *_ = await pids(tmp_path, 2)
    await ended(task)
    assert first != second
    assert "exit code 3" in said[0]
    assert "worker.log" in said[0]
    assert "oh dear" in (tmp_path / "logs/worker.log").read_text()


async def test_a_long_log_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that has grown too long moves to a second file and begins anew, while the process writes on into it."""
    monkeypatch.setattr(children, "LONGEST_LOG", 100)
    monkeypatch.setattr(children, "LOOK_S", 0.01)
    log, before = tmp_path / "logs/worker.log", tmp_path / "logs/worker.log.1"
    said: list[str] = []
    task = asyncio.create_task(child(COUNTS, tmp_path, said.append).keep_alive())
    await until(before.exists)
    await until(lambda: before.read_text().count("\n") > 0 and log.read_text().count("\n") > 0)
    await ended(task)
    kept, new = before.read_text().split(), log.read_text().split()
    assert [int(line) for line in new] == list(range(int(new[0]), int(new[-1]) + 1))
    assert int(new[0]) > int(kept[0])
    assert said == []


async def test_a_log_that_is_gone_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may delete a log: the process lives on."""
    monkeypatch.setattr(children, "LOOK_S", 0.01)
    said: list[str] = []
    task = asyncio.create_task(child(WAITS, tmp_path, said.append).keep_alive())
    (pid,) = await pids(tmp_path, 1)
    (tmp_path / "logs/worker.log").unlink()
    looked = asyncio.Event()

    def look(log: Path) -> None:
        shorten(log)
        looked.set()

    monkeypatch.setattr(children, "shorten", look)
    await looked.wait()
    assert is_alive(pid)
    assert not task.done()
    await ended(task)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
async def test_a_killed_parent_leaves_no_process_behind(tmp_path: Path) -> None:
    """When `limner up` itself is killed outright, its processes are told to stop."""
    parent = (
        "import asyncio, os, pathlib, sys; from limner.deploy.children import Child; "
        "asyncio.run(Child('worker', [sys.executable, '-c', sys.argv[1], sys.argv[2]], os.environ,"
        " pathlib.Path(sys.argv[3]), print).keep_alive())"
    )
    command = (sys.executable, "-c", parent, WAITS, str(tmp_path / "pids"), str(tmp_path / "log"))
    process = await asyncio.create_subprocess_exec(*command)
    (pid,) = await pids(tmp_path, 1)
    process.kill()
    await process.wait()
    await until(lambda: not is_alive(pid))
