"""All that can be sent instead of a photo, to the true examiner, through the guard that a worker has around it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limner.bots.turn import Limits
from limner.bots.words import LANGUAGES, Words, reason_text
from limner.queue.child import EngineChild, Hearing, engine_command
from limner.queue.jobs import EXAMINATION_S, Verdict
from limner.queue.messages import REFUSALS
from limner.tests.fakes.bad_photos import bad_photos, odd_photos
from limner.tests.fakes.photos import selfie

LEAST = 80
#: Above what the examiner holds at rest, its models loaded.
MOST_KB = 300 * 1024


@pytest.fixture
async def examiner() -> AsyncIterator[EngineChild]:
    """Give a true examiner with its models loaded."""
    child = EngineChild(engine_command("examiner"), threads=1)
    assert (await verdict(child, selfie())).refusal is None
    yield child
    await child.kill()


async def verdict(examiner: EngineChild, photo: bytes) -> Verdict:
    """Ask as a worker does."""
    args: dict[str, Any] = {"photo": photo, "known": []}
    return msgspec.convert(await examiner.call("examine", args, Hearing(standstill_s=EXAMINATION_S)), Verdict)


def resident(pid: int | None, entry: str) -> int:
    """Read a size of /proc/<pid>/status, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(entry + ":"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from Linux's /proc")
async def test_every_bad_photo_is_refused_in_words(examiner: EngineChild) -> None:
    """Each is refused with a reason that has words in every language, by one process, within its memory."""
    pid, at_rest = examiner.pid, resident(examiner.pid, "VmRSS")
    bad = bad_photos()
    assert len(bad) >= LEAST
    reasons = {name: (await verdict(examiner, photo)).refusal for name, photo in bad.items()}
    assert not [name for name, reason in reasons.items() if reason not in REFUSALS]
    for words in map(Words, LANGUAGES):
        assert all(words.has(reason_text(str(reason))) for reason in reasons.values())
    assert examiner.pid == pid
    assert resident(pid, "VmHWM") < at_rest + MOST_KB


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_odd_photo_is_answered(examiner: EngineChild) -> None:
    """A selfie with changed bytes is accepted or refused with a reason, and the same process takes the next one."""
    pid = examiner.pid
    for name, photo in odd_photos().items():
        reason = (await verdict(examiner, photo)).refusal
        assert reason is None or reason in REFUSALS, name
    assert examiner.pid == pid
    assert (await verdict(examiner, selfie())).refusal is None


def test_no_photo_is_larger_than_a_door_lets_through() -> None:
    """All but the one that says so could have come through the bots' own limit of bytes."""
    assert [name for name, photo in bad_photos().items() if len(photo) > Limits().photo_bytes] == ["21 MB"]
