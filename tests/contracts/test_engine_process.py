"""What the worker relies on in the engine's process; the small one of the tests keeps the same promises."""

import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
import pytest
from PIL import Image

from limner.engine.frames import read_frame, write_frame
from limner.engine.refusal import Reason
from limner.queue.child import EngineChild, Kind, engine_command
from limner.queue.copies import Answer as CopyAnswer
from limner.queue.errors import EngineRefusedError
from limner.queue.jobs import Verdict
from limner.queue.messages import FAILURES, REFUSALS
from limner.queue.posters import Answer
from limner.tests.fakes.shop import fake_engine
from limner.tests.fakes.talk import png

Command = Callable[[Kind], Sequence[str]]


@pytest.fixture(params=[fake_engine, engine_command], ids=["small", "real"])
def command(request: pytest.FixtureRequest) -> Command:
    """Give the commands of one of the engines."""
    chosen: Command = request.param
    return chosen


@pytest.fixture
async def examiner(command: Command) -> AsyncIterator[EngineChild]:
    """Give an examiner."""
    child = EngineChild(command("examiner"), threads=1)
    yield child
    await child.kill()


@pytest.fixture
async def painter(command: Command) -> AsyncIterator[EngineChild]:
    """Give a painter."""
    child = EngineChild(command("painter"), threads=1)
    yield child
    await child.kill()


async def test_a_photo_that_is_none_gets_a_verdict(examiner: EngineChild) -> None:
    """Noise is refused with a reason that the bots have words for, and nothing was seen in it."""
    answer = await examiner.call("examine", {"photo": b"holiday.zip", "known": []})
    verdict = msgspec.convert(answer, Verdict)
    assert verdict == Verdict("not_an_image", None, None, {})
    assert verdict.refusal in REFUSALS


async def test_a_template_without_a_face_is_refused(examiner: EngineChild) -> None:
    """A picture of one colour is no template; the reason is one that the bots have words for."""
    with pytest.raises(EngineRefusedError) as refused:
        await examiner.call("template", {"template": png(40)})
    assert refused.value.reason == "template_no_face"
    assert refused.value.reason in FAILURES


async def test_a_poster_is_a_picture(examiner: EngineChild) -> None:
    """Portraits come back as one sheet, which a chat can show: a picture that Pillow opens."""
    answer = await examiner.call("poster", {"portraits": [png(n) for n in (40, 80, 120)]})
    sheet = msgspec.convert(answer, Answer).poster
    with Image.open(io.BytesIO(sheet)) as picture:
        assert picture.format in {"JPEG", "PNG"}


async def test_a_copy_is_a_jpeg(examiner: EngineChild) -> None:
    """A portrait comes back as a JPEG below the limit, square where that is asked for; no room is an error."""
    args = {"portrait": png(40), "max_bytes": 20_000, "square": True}
    copy = msgspec.convert(await examiner.call("copy", args), CopyAnswer).copy
    assert len(copy) <= 20_000
    with Image.open(io.BytesIO(copy), formats=["JPEG"]) as picture:
        assert picture.width == picture.height
    with pytest.raises(EngineRefusedError):
        await examiner.call("copy", {**args, "max_bytes": 10})


async def test_an_unknown_call_is_an_error_and_not_the_end(examiner: EngineChild) -> None:
    """A call that there is not is answered with an error, and the same process takes the next call."""
    with pytest.raises(EngineRefusedError) as refused:
        await examiner.call("dance", {})
    assert refused.value.reason == "internal"
    pid = examiner.pid
    await examiner.call("examine", {"photo": b"holiday.zip", "known": []})
    assert examiner.pid == pid


async def test_an_unknown_style_is_refused_by_name(painter: EngineChild) -> None:
    """An order in a style that there is not ends in `unknown_style` before anything is trained."""
    order = {
        "photos": [b"1", b"2", b"3"],
        "face_lora": None,
        "reference": None,
        "resume": None,
        "style": "no such style",
        "styles_dirs": [],
        "base": "nano",
        "count": 4,
        "seed": 1,
    }
    with pytest.raises(EngineRefusedError) as refused:
        await painter.call("make", order)
    assert refused.value.reason == "unknown_style"


def test_a_call_is_begun_and_alive_and_ends(command: Command) -> None:
    """From a call's hearing to its end there are signs of life, once the word that it has begun, and then no more."""
    call = [*command("examiner"), "--alive-every", "0.001"]
    args = {"portrait": png(40), "max_bytes": 20_000, "square": True}
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        write_frame(process.stdin, {"id": "a1", "call": "copy", "args": args})
        told: list[dict[str, object]] = []
        while not told or "result" not in told[-1]:
            told.append(msgspec.msgpack.decode(read_frame(process.stdout) or b""))
        process.stdin.close()
        assert process.stdout.read() == b""
    assert {one["id"] for one in told} == {"a1"}
    kinds = [next(iter(one.keys() - {"id"})) for one in told]
    assert set(kinds) == {"begun", "alive", "result"}
    assert kinds.count("begun") == kinds.count("result") == 1


@pytest.mark.parametrize("kind", ["examiner", "painter"])
async def test_it_ends_with_its_input(command: Command, kind: Kind) -> None:
    """A process whose standard input is closed ends by itself."""
    process = await asyncio.create_subprocess_exec(*command(kind), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.close()
    async with asyncio.timeout(60):  # the real painter may be in the middle of importing torch
        await process.communicate()


def test_every_refusal_of_the_engine_is_known_to_the_bots() -> None:
    """The queue's list of refusals is the engine's, and the two reasons that are the queue's own."""
    assert {reason.value for reason in Reason} | {"check_failed", "too_slow"} == REFUSALS


def test_a_bot_never_loads_the_engine() -> None:
    """Importing all that bots import of the queue brings neither torch, nor numpy, nor the engine."""
    script = (
        "import sys, limner.queue.client, limner.queue.news, limner.queue.messages\n"
        "print([name for name in ('torch', 'numpy', 'limner.engine') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
