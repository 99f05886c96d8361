"""The engine's process, as the worker holds it: heard, called in turn, killed, replaced."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import psutil
import pytest

from limner.queue.child import EngineChild, Hearing
from limner.queue.errors import EngineDiedError, EngineRefusedError, EngineStuckError
from limner.tests.fakes.shop import fake_engine, until

# Says that it is there, and is deaf from then on.
DEAF = (sys.executable, "-c", "import sys, time; print('here', file=sys.stderr, flush=True); time.sleep(3600)")
PARENT = """
import asyncio, sys
from limner.queue.child import EngineChild
async def main():
    child = EngineChild(sys.argv[1:])
    await child.start()
    print(child.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.fixture
async def painter() -> AsyncIterator[EngineChild]:
    """Give a small painter."""
    child = EngineChild(fake_engine("painter"))
    yield child
    await child.kill()


def order(style: str, **changes: Any) -> dict[str, Any]:
    """Fill in a painter's order."""
    usual = {"photos": [b"a", b"b", b"c"], "face_lora": None, "resume": None, "count": 1, "seed": 1}
    return {**usual, "style": style, **changes}


async def test_progress_and_checkpoints_come_in_order(painter: EngineChild) -> None:
    """Every progress and checkpoint of a call is heard, in order, before its result."""
    steps: list[int] = []
    checkpoints: list[bytes] = []

    async def progress(told: Mapping[str, Any]) -> None:
        steps.append(told["done"])

    async def checkpoint(data: bytes) -> None:
        checkpoints.append(data)

    result = await painter.call("make", order("quick"), Hearing(progress, checkpoint))
    assert steps == [1, 2, 3]
    assert checkpoints == [b"1", b"2", b"3"]
    assert result["portraits"][0]["png"] == b"portrait 0 in quick"


async def test_it_can_be_started_ahead(painter: EngineChild) -> None:
    """A process that was warmed takes the first call; warming it again, also in a call, changes nothing."""
    await asyncio.gather(painter.warm(), painter.warm())
    pid = painter.pid
    assert pid is not None
    calling = asyncio.create_task(painter.call("make", order("slow")))
    await asyncio.sleep(0)  # the call has its turn
    await painter.warm()
    await calling
    assert painter.pid == pid


async def test_a_sketch_comes_before_the_result(painter: EngineChild) -> None:
    """A sketch that is asked for is heard once; a caller that does not listen gets its result all the same."""
    sketches: list[bytes] = []

    async def show(data: bytes) -> None:
        sketches.append(data)

    await painter.call("make", order("sketched", preview=True), Hearing(on_preview=show))
    assert sketches == [b"sketch"]
    result = await painter.call("make", order("sketched", preview=True))
    assert result["portraits"]


async def test_calls_take_turns(painter: EngineChild) -> None:
    """Calls made at once are each answered with their own result by one process."""
    styles = ["quick"] * 5
    results = await asyncio.gather(
        *(painter.call("make", order(style, seed=seed)) for seed, style in enumerate(styles))
    )
    assert [result["portraits"][0]["seed"] for result in results] == list(range(5))


async def test_an_error_of_the_engine_leaves_it_alive(painter: EngineChild) -> None:
    """An answer that is an error raises with its reason, and the same process takes the next call."""
    with pytest.raises(EngineRefusedError, match="no such") as refused:
        await painter.call("make", order("no such"))
    assert refused.value.reason == "unknown_style"
    pid = painter.pid
    await painter.call("make", order("quick"))
    assert painter.pid == pid


async def test_a_dead_engine_is_told_and_replaced(painter: EngineChild) -> None:
    """A process that dies in a call raises EngineDiedError with its signal, and the next call has a new one."""
    with pytest.raises(EngineDiedError, match="died") as died:
        await painter.call("make", order("dies"))
    assert died.value.exit_status == -signal.SIGKILL
    assert painter.pid is None
    await painter.call("make", order("quick"))


async def test_a_process_that_died_between_calls_is_replaced(painter: EngineChild) -> None:
    """A process that was killed while it had nothing to do is replaced without an error."""
    await painter.call("make", order("quick"))
    assert painter.pid is not None
    os.kill(painter.pid, signal.SIGKILL)

    async def noticed() -> bool:
        return painter.pid is None

    await until(noticed, "the death is noticed")
    await painter.call("make", order("quick"))


@pytest.mark.parametrize("style, how, silence_s", [("silent", "fell silent", 0.5), ("nonsense", "wrote nonsense", 30)])
async def test_a_mad_engine_is_killed(painter: EngineChild, style: str, how: str, silence_s: float) -> None:
    """A process that says nothing for too long, or nonsense, is killed and counts as dead."""
    with pytest.raises(EngineDiedError, match=how):
        await painter.call("make", order(style), Hearing(silence_s=silence_s))
    assert painter.pid is None


@pytest.fixture
async def lively() -> AsyncIterator[EngineChild]:
    """Give a small painter that is loaded and says twenty times a second that it is alive."""
    child = EngineChild((*fake_engine("painter"), "--alive-every", "0.05"))
    await child.call("make", order("quick"))
    yield child
    await child.kill()


async def test_a_long_step_is_no_death(lively: EngineChild) -> None:
    """A step that takes longer than silence may is borne, for the process says that it lives."""
    assert await lively.call("make", order("drawn-slowly"), Hearing(silence_s=0.8))


async def test_a_frozen_engine_is_dead(lively: EngineChild) -> None:
    """A process that is stopped falls silent and is killed, however long a call may stand still."""
    with pytest.raises(EngineDiedError, match="fell silent"):
        await lively.call("make", order("frozen"), Hearing(silence_s=0.5))
    assert lively.pid is None


async def test_a_call_that_does_not_come_on_is_ended(lively: EngineChild) -> None:
    """A call that hangs in a living process is ended when it has stood still for too long."""
    with pytest.raises(EngineStuckError, match="stood still"):
        await lively.call("make", order("silent"), Hearing(standstill_s=0.5))
    assert lively.pid is None


async def test_steps_are_no_standstill(lively: EngineChild) -> None:
    """A call that comes on, step by step, may take longer in all than it may stand still."""
    assert await lively.call("make", order("slow"), Hearing(standstill_s=0.5))


async def test_killing_ends_a_call_at_once(painter: EngineChild) -> None:
    """A kill from outside ends the call under way with EngineDiedError; killing again does nothing."""
    begun = asyncio.Event()

    async def progress(_: Mapping[str, Any]) -> None:
        begun.set()

    call = asyncio.create_task(painter.call("make", order("endless"), Hearing(progress)))
    await begun.wait()
    await painter.kill()
    await painter.kill()
    with pytest.raises(EngineDiedError):
        await call


async def test_a_cancelled_call_leaves_nobody_working(painter: EngineChild) -> None:
    """Cancelling the caller kills the process before the caller goes on."""
    begun = asyncio.Event()

    async def progress(_: Mapping[str, Any]) -> None:
        begun.set()

    call = asyncio.create_task(painter.call("make", order("endless"), Hearing(progress)))
    await begun.wait()
    assert painter.pid is not None
    process = psutil.Process(painter.pid)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not process.is_running()


async def test_a_listener_that_breaks_ends_the_call(painter: EngineChild) -> None:
    """An error of the caller's own listener comes out, and no process is left in the middle of a call."""

    async def progress(_: Mapping[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await painter.call("make", order("endless"), Hearing(progress))
    assert painter.pid is None


async def test_a_command_that_does_not_start_is_told() -> None:
    """A command that is no engine ends in EngineDiedError, not in waiting."""
    child = EngineChild((sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(EngineDiedError, match="exit status 3"):
        await child.call("make", order("quick"))


@pytest.mark.parametrize(
    "command",
    [
        fake_engine("painter"),
        # Elsewhere than on Linux the engine must hear the end of its input.
        *([DEAF] if sys.platform == "linux" else []),
    ],
    ids=["listening", "deaf"][: 2 if sys.platform == "linux" else 1],
)
async def test_the_engine_does_not_outlive_its_worker(command: tuple[str, ...]) -> None:
    """When the worker is killed by SIGKILL, its engine's process is gone too, even one that hears nothing."""
    start = [sys.executable, "-c", PARENT, *command]
    with subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:  # noqa: ASYNC220  (short)
        assert parent.stdout is not None
        assert parent.stderr is not None
        engine = psutil.Process(int(parent.stdout.readline()))
        assert parent.stderr.readline()  # its first words
        parent.kill()

    async def gone() -> bool:
        return not engine.is_running() or engine.status() == "zombie"

    try:
        await until(gone, "the engine is gone")
    finally:
        with suppress(psutil.NoSuchProcess):
            engine.kill()
