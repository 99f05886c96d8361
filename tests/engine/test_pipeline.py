"""The whole engine on a tiny base: photos in, portraits out, and a second style without photos."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from limner.engine.errors import BadAspectError, BadReferenceError, TemplateError, TooFewPhotosError
from limner.engine.models.base import BaseModel
from limner.engine.pipeline import Learned, Made, Order, make_portraits
from limner.engine.preprocess.decode import decode
from limner.engine.progress import Progress
from limner.engine.styles import load_styles
from limner.tests.engine.fuse.test_preview import say_margin
from limner.tests.fakes.analyser import dlib_analyser
from limner.tests.fakes.photos import scenery, selfie, side_by_side, three_photos

STYLES = load_styles()


@pytest.fixture(scope="module", name="made")
def _made(tiny_base: BaseModel) -> Made:
    order = Order(style=STYLES["photo"], count=2, seed=4, photos=[*three_photos("P007"), scenery()])
    return make_portraits(tiny_base, dlib_analyser(), order)


def test_photos_become_portraits(made: Made) -> None:
    """Three good photos and a bad one give a Face LoRA, a reference and as many portraits as asked for."""
    assert len(made.portraits) == 2
    assert made.face_lora
    assert made.curve
    assert made.seconds.keys() == {"prepare", "train", "render"}
    reasons = [None if refusal is None else str(refusal.reason) for refusal in made.refusals]
    assert reasons == [None, None, None, "no_face"]


def test_second_style_needs_no_photos(tiny_base: BaseModel, made: Made) -> None:
    """With the Face LoRA and the reference nothing is prepared or trained again."""
    order = Order(style=STYLES["oil"], count=1, seed=4, face_lora=made.face_lora, reference=made.reference)
    seen: list[Progress] = []
    again = make_portraits(tiny_base, dlib_analyser(), order, on_progress=seen.append)
    assert len(again.portraits) == 1
    assert again.face_lora is None
    assert again.reference == made.reference
    assert again.curve == []
    assert {one.stage for one in seen} == {"render"}


def test_same_order_same_portraits(tiny_base: BaseModel, made: Made) -> None:
    """The same Face LoRA, style and seed give the same files."""
    order = Order(style=STYLES["photo"], count=2, seed=4, face_lora=made.face_lora, reference=made.reference)
    assert make_portraits(tiny_base, dlib_analyser(), order).portraits == made.portraits


def test_too_few_photos(tiny_base: BaseModel) -> None:
    """Fewer than three good photos are told with both numbers, and nothing is trained."""
    order = Order(style=STYLES["photo"], count=1, seed=0, photos=[*three_photos("P008")[:2], scenery()])
    with pytest.raises(TooFewPhotosError, match="Only 2 of the photos") as caught:
        make_portraits(tiny_base, dlib_analyser(), order)
    assert (caught.value.good, caught.value.needed) == (2, 3)


def test_nothing_to_go_by(tiny_base: BaseModel) -> None:
    """An order with neither photos nor a Face LoRA has too few photos."""
    with pytest.raises(TooFewPhotosError):
        make_portraits(tiny_base, dlib_analyser(), Order(style=STYLES["photo"], count=1, seed=0))


def test_damaged_reference(tiny_base: BaseModel, made: Made) -> None:
    """A reference that cannot be read is told before anything is drawn."""
    order = Order(style=STYLES["photo"], count=1, seed=0, face_lora=made.face_lora, reference=b"damaged")
    with pytest.raises(BadReferenceError):
        make_portraits(tiny_base, dlib_analyser(), order)


def test_two_sitters_take_the_faces_of_a_template(tiny_base: BaseModel, made: Made) -> None:
    """Both are in a picture of the template's own size; the sitter's photos are not needed again."""
    assert made.face_lora
    friend = Learned(made.face_lora, made.reference)
    picture = side_by_side([selfie("P009"), selfie("P010")], [400, 400])
    order = Order(
        style=STYLES["photo"],
        count=1,
        seed=4,
        face_lora=made.face_lora,
        reference=made.reference,
        template=picture,
        others=[friend],
    )
    (portrait,) = make_portraits(tiny_base, dlib_analyser(), order).portraits
    with Image.open(io.BytesIO(portrait.png)) as painted:
        assert painted.size == decode(picture).shape[1::-1]


def test_a_template_that_does_not_fit_is_refused_before_training(tiny_base: BaseModel) -> None:
    """Nobody waits minutes for the word that a template has no face, or an aspect ratio cannot be had."""
    seen: list[Progress] = []
    order = Order(style=STYLES["photo"], count=1, seed=4, photos=three_photos("P007"), template=scenery())
    with pytest.raises(TemplateError, match="no face"):
        make_portraits(tiny_base, dlib_analyser(), order, on_progress=seen.append)
    with pytest.raises(BadAspectError):
        make_portraits(tiny_base, dlib_analyser(), replace(order, template=None, aspect="2:1"), on_progress=seen.append)
    assert not seen


def test_a_preview_comes_before_the_training(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever listens gets one sketch, after the preparing and before the first step; no portrait changes by it."""
    say_margin(monkeypatch, 0.1)
    monkeypatch.setattr("limner.engine.fuse.drawing.score", lambda *_: 0.5)
    order = Order(style=STYLES["pencil"], count=1, seed=4, photos=three_photos("P007"))
    told: list[str | bytes] = []
    checkpoints: list[bytes] = []
    made = make_portraits(
        tiny_base,
        dlib_analyser(),
        order,
        on_progress=lambda one: told.append(one.stage),
        on_checkpoint=checkpoints.append,
        on_preview=told.append,
    )
    (sketch,) = [one for one in told if isinstance(one, bytes)]
    assert sketch.startswith(b"\x89PNG")
    at = told.index(sketch)
    assert set(told[:at]) == {"prepare"}
    assert set(told[at + 1 :]) == {"train", "render"}
    assert made.seconds.keys() == {"prepare", "preview", "train", "render"}
    unheard = make_portraits(tiny_base, dlib_analyser(), order)
    assert (unheard.portraits, unheard.face_lora) == (made.portraits, made.face_lora)

    sketches: list[bytes] = []
    make_portraits(tiny_base, dlib_analyser(), replace(order, resume=checkpoints[0]), on_preview=sketches.append)
    again = replace(order, photos=(), face_lora=made.face_lora, reference=made.reference)
    make_portraits(tiny_base, dlib_analyser(), again, on_preview=sketches.append)
    assert sketches == [], "a resumed training and a second style bring none"
