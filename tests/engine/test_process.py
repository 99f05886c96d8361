"""The engine as a child process, spoken to over its pipes as a worker does."""

import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from limner.engine.calls import Answer, Sender
from limner.engine.errors import UnknownStyleError, is_memory
from limner.engine.frames import read_frame
from limner.engine.process import serve, usable_cores
from limner.engine.pulse import Pulse
from limner.tests.fakes.engine_child import Child, child
from limner.tests.fakes.photos import scenery, selfie, three_photos

TOLD = {"progress", "trained"}


@pytest.fixture(scope="module", name="examiner")
def _examiner() -> Iterator[Child]:
    with child("examiner") as one:
        yield one


@pytest.fixture(scope="module", name="painter")
def _painter() -> Iterator[Child]:
    with child("painter", "--device", "cpu") as one:
        yield one


@pytest.fixture(scope="module", name="made")
def _made(painter: Child, tiny_directory: Path) -> list[dict[str, Any]]:
    return painter.ask(
        "make", photos=three_photos("P007"), style="photo", base=str(tiny_directory), count=2, seed=3, styles_dirs=[]
    )


def test_examiner_accepts_a_photo(examiner: Child) -> None:
    """A good photo has an embedding, a thumbnail and its quality, and no refusal."""
    (answer,) = examiner.ask("examine", photo=selfie("P007"), known=[])
    assert answer["id"] == examiner.id
    found = answer["result"]
    assert found["refusal"] is None
    assert len(found["embedding"]) == 512
    assert found["thumbnail"].startswith(b"\xff\xd8")
    assert found["quality"]["face_px"] > 100


def test_examiner_knows_the_set(examiner: Child) -> None:
    """An embedding that it gave is one that it takes: another person beside it is refused."""
    (first,) = examiner.ask("examine", photo=selfie("P007"), known=[])
    (answer,) = examiner.ask("examine", photo=selfie("P010"), known=[first["result"]["embedding"]])
    assert answer["result"]["refusal"] == "another_person"


def test_examiner_looks_at_a_template(examiner: Child) -> None:
    """It counts the faces and names the largest; a picture without a face is refused with the painter's reason."""
    (answer,) = examiner.ask("template", template=selfie("P007"))
    assert answer["result"] == {"faces": 1, "largest": 1}
    (answer,) = examiner.ask("template", template=scenery())
    assert answer["error"]["reason"] == "template_no_face"


@pytest.mark.parametrize("photo, reason", [(b"", "empty"), (b"no picture", "not_an_image"), (scenery(), "no_face")])
def test_examiner_refuses_with_a_reason(examiner: Child, photo: bytes, reason: str) -> None:
    """A bad photo is a result with its reason, not an error."""
    (answer,) = examiner.ask("examine", photo=photo, known=[])
    assert answer["result"]["refusal"] == reason
    assert answer["result"]["embedding"] is None


def test_examiner_has_no_torch_and_a_limit(examiner: Child) -> None:
    """Looking at photos needs no torch, little memory, and cannot take more than it may."""
    examiner.ask("examine", photo=selfie("P007"), known=[])
    assert "libtorch" not in examiner.libraries()
    assert examiner.status("VmHWM") < 700 * 1024
    limits = Path(f"/proc/{examiner.process.pid}/limits").read_text()
    assert str(2048 << 20) in next(line for line in limits.splitlines() if line.startswith("Max address space"))


@pytest.mark.parametrize(
    "call, args",
    [
        ("paint", {}),
        ("examine", {}),
        ("examine", {"photo": "text"}),
        ("examine", {"photo": b"", "known": [b"short"]}),
        ("examine", {"photo": b"", "colour": "red"}),
    ],
)
def test_nonsense_is_answered(examiner: Child, call: str, args: dict[str, object]) -> None:
    """A call that is not understood is an error, and the child goes on."""
    (answer,) = examiner.ask(call, **args)
    assert answer["error"]["reason"] == "internal"
    assert "not understood" in answer["error"]["message"]
    assert examiner.process.poll() is None


def test_end_of_stdin_ends_the_child() -> None:
    """When the parent closes the pipe, the child is gone, and it wrote nothing that is no frame."""
    with child("examiner") as one:
        assert one.process.stdin is not None
        assert one.process.stdout is not None
        one.process.stdin.close()
        assert one.process.wait(20) == 0
        assert one.process.stdout.read() == b""
        one.process.stdin = None


@pytest.mark.slow
def test_painter_makes_portraits(made: list[dict[str, Any]]) -> None:
    """Photos give progress of every stage, checkpoints, and then one result."""
    assert {answer["progress"]["stage"] for answer in made if "progress" in answer} == {"prepare", "train", "render"}
    assert any("checkpoint" in answer for answer in made)
    result = made[-1]["result"]
    assert len(result["portraits"]) == 2
    assert result["portraits"][0]["png"].startswith(b"\x89PNG")
    assert result["portraits"][0].keys() == {"png", "likeness", "seed"}
    assert result["seconds"].keys() == {"prepare", "train", "render"}
    assert result["refusals"] == [None, None, None]


def learned(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Give what a call handed over when its training ended."""
    (one,) = [answer["trained"] for answer in answers if "trained" in answer]
    return dict(one)


@pytest.mark.slow
def test_painter_hands_the_lora_over_before_it_draws(made: list[dict[str, Any]]) -> None:
    """All that is needed to draw again comes between the last step and the first drawing."""
    kinds = [answer.get("progress", answer).get("stage", "trained") for answer in made if answer.keys() & TOLD]
    assert kinds == sorted(kinds, key=["prepare", "train", "trained", "render"].index)
    assert learned(made)["face_lora"]
    assert learned(made)["reference"]
    assert learned(made)["seconds"].keys() == {"prepare", "train"}
    assert [point["step"] for point in learned(made)["curve"]] == [0, 4, 8]


@pytest.mark.slow
def test_painter_renders_again(painter: Child, made: list[dict[str, Any]], tiny_directory: Path) -> None:
    """A second style needs only what the first call gave back."""
    first = learned(made)
    answers = painter.ask(
        "make",
        photos=[],
        face_lora=first["face_lora"],
        reference=first["reference"],
        resume=None,
        style="pencil",
        styles_dirs=[],
        base=str(tiny_directory),
        count=1,
        seed=3,
    )
    assert len(answers[-1]["result"]["portraits"]) == 1
    assert not any("trained" in answer for answer in answers)


@pytest.mark.slow
def test_painter_resumes(painter: Child, made: list[dict[str, Any]], tiny_directory: Path) -> None:
    """A call with the checkpoint of one that was killed gives what that one would have given."""
    checkpoint = next(answer["checkpoint"] for answer in made if "checkpoint" in answer)
    arguments = {"photos": three_photos("P007"), "style": "photo", "base": str(tiny_directory), "count": 2, "seed": 3}
    answers = painter.ask("make", resume=checkpoint, **arguments)
    assert learned(answers)["face_lora"] == learned(made)["face_lora"]
    assert answers[-1]["result"]["portraits"] == made[-1]["result"]["portraits"]


@pytest.mark.slow
def test_painter_stops_a_training_and_not_a_rendering(
    painter: Child, made: list[dict[str, Any]], tiny_directory: Path
) -> None:
    """A stop ends a training with a checkpoint to go on from; one that comes to a rendering changes nothing."""
    arguments = {"photos": three_photos("P007"), "style": "photo", "base": str(tiny_directory), "count": 2, "seed": 3}
    painter.send("make", **arguments)
    painter.stop()
    stopped = list(painter.answers())
    assert stopped[-1]["error"]["reason"] == "stopped"
    assert painter.process.poll() is None
    painter.send("make", resume=stopped[-2]["checkpoint"], **arguments)
    assert "error" not in (last := list(painter.answers())[-1]), last
    assert last["result"]["portraits"] == made[-1]["result"]["portraits"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"style": "cubism"}, "unknown_style"),
        ({"photos": [b"no picture"] * 3}, "too_few_photos"),
        ({"photos": []}, "too_few_photos"),
        ({"base": "/no/such/base"}, "unknown_base"),
        ({"styles_dirs": ["/no/such/folder"]}, "bad_style"),
        ({"face_lora": b"damaged", "reference": b"damaged", "photos": []}, "bad_lora"),
        ({"count": 0}, "internal"),
        ({"template": scenery()}, "template_no_face"),
        ({"template": selfie("P009"), "faces": [2]}, "template_bad_choice"),
    ],
)
def test_painter_fails_with_a_reason(
    painter: Child, tiny_directory: Path, changes: dict[str, object], reason: str
) -> None:
    """Every failure has its reason and a sentence, and the painter goes on."""
    arguments = {"photos": [], "style": "photo", "base": str(tiny_directory), "count": 1, "seed": 1, **changes}
    error = painter.ask("make", **arguments)[-1]["error"]
    assert error["reason"] == reason
    assert error["message"].endswith(".")
    assert painter.process.poll() is None


@pytest.mark.slow
def test_painters_memory(painter: Child, made: list[dict[str, Any]]) -> None:
    """The painter's own weight, torch and detectors and all but a real base, stays far below the 3 GB it may take."""
    assert made
    assert painter.status("VmHWM") < 1300 * 1024


@pytest.mark.slow
def test_painter_ends_with_its_parent(tiny_directory: Path) -> None:
    """In the middle of a training too, the end of stdin ends the child at once."""
    with child("painter", "--device", "cpu") as one:
        one.send("make", photos=three_photos("P007"), style="photo", base=str(tiny_directory), count=1, seed=1)
        assert any("progress" in answer for answer in one.answers())
        assert one.process.stdin is not None
        one.process.stdin.close()
        started = time.monotonic()
        one.process.wait(20)
        assert time.monotonic() - started < 5
        one.process.stdin = None


class _Servant:
    """Does what a test says."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self.calls = {"work": self._work}
        self._do = work

    def _work(self, args: bytes, sender: Sender) -> Answer:
        return self._do()


def _serve(work: Callable[[], Answer]) -> dict[str, Any]:
    pipe = io.BytesIO()
    serve(_Servant(work), msgspec.msgpack.encode({"id": "b2", "call": "work", "args": {}}), Pulse(pipe))
    pipe.seek(0)
    begun, answer = (msgspec.msgpack.decode(frame) for frame in iter(lambda: read_frame(pipe), None))
    assert begun == {"id": "b2", "begun": True}
    return dict(answer)


def _fail(error: Exception) -> Answer:
    raise error


@pytest.mark.parametrize(
    "error, reason",
    [
        (MemoryError(), "no_memory"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"), "no_memory"),
        (RuntimeError("std::bad_alloc"), "no_memory"),
        (np.linalg.LinAlgError("singular"), "internal"),
        (UnknownStyleError("cubism", ["oil"]), "unknown_style"),
    ],
)
def test_whatever_happens_is_one_answer(error: Exception, reason: str) -> None:
    """An exception of any kind becomes one error with a reason, and its text is not handed on."""
    answer = _serve(lambda: _fail(error))
    assert answer["error"]["reason"] == reason
    assert "singular" not in answer["error"]["message"]


def test_memory_is_told_from_other_failures() -> None:
    """Only a lack of memory counts as one."""
    assert is_memory(MemoryError())
    assert not is_memory(RuntimeError("the shapes differ"))


def test_at_least_one_core() -> None:
    """However small the share, one core is used."""
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
