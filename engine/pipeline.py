"""The whole engine for one request, in order: the table of contents of this folder.

    preprocess   photos to faces                 left out when a Face LoRA and a reference are given
    preview      one face to a first sketch      only where somebody wants it and a training follows
    train        faces to a Face LoRA            left out when a Face LoRA is given
    fuse         LoRAs to candidates to portraits

Knows no chat, no queue and no database. Loads torch when it is imported; `limner.engine.preprocess` and
`limner.engine.styles` do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from limner.engine.errors import TooFewPhotosError
from limner.engine.faces import Analyser, Parser
from limner.engine.fuse.aspect import SQUARE, latent_shape
from limner.engine.fuse.background import Background
from limner.engine.fuse.pipeline import Portrait, render
from limner.engine.fuse.places import Template, match, read_template
from limner.engine.fuse.pose import read_pose
from limner.engine.fuse.preview import draw_preview
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.template import Sitter, render_template
from limner.engine.models.base import BaseModel
from limner.engine.models.controlnet import Pose
from limner.engine.preprocess.mask import head_mask
from limner.engine.preprocess.pipeline import Prepared, prepare
from limner.engine.progress import OnProgress, Progress, ShouldStop, ignore, never
from limner.engine.refusal import Refusal
from limner.engine.styles import Style
from limner.engine.train.checkpoint import Point
from limner.engine.train.pipeline import TrainedFace, train_face_lora
from limner.engine.train.recipe import FaceRecipe, recipe_for
from limner.engine.words import CLASSES

#: Fewer good photos give a portrait of one photo, not of a person.
PHOTOS_NEEDED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What is known of a sitter: a Face LoRA as a safetensors file, and a reference as `Reference.dump` wrote it.

    The rest tells how it was learned; `refusals` are parallel to the photos.
    """

    face_lora: bytes
    reference: bytes
    curve: Sequence[Point] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    refusals: Sequence[Refusal | None] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is asked for: from `photos`, or from `face_lora` and `reference` of an earlier order.

    `resume` is the last checkpoint of an order that was broken off. Without `recipe` the base's own is taken. With a
    `template` its faces are repainted, by position or as `faces` says (numbers from 1, from the left; the sitter's
    first, then those of `others`, who are in it too); then `aspect`, `pose` and `background` play no part. `pose` is a
    picture whose largest face says how the sitter shall hold the head.
    """

    style: Style
    count: int
    seed: int
    photos: Sequence[bytes] = ()
    face_lora: bytes | None = None
    reference: bytes | None = None
    resume: bytes | None = None
    recipe: FaceRecipe | None = None
    aspect: str = SQUARE
    pose: bytes | None = None
    background: Background = None
    template: bytes | None = None
    faces: Sequence[int] = ()
    others: Sequence[Learned] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What came of an order. `face_lora` is None when the order brought one; `refusals` are parallel to its photos."""

    portraits: list[Portrait]
    face_lora: bytes | None
    reference: bytes
    curve: list[Point]
    seconds: dict[str, float]
    refusals: tuple[Refusal | None, ...]


def make_portraits(  # noqa: PLR0913  who hears of what, by keyword
    base: BaseModel,
    analyser: Analyser,
    order: Order,
    *,
    parser: Parser = head_mask,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
    on_checkpoint: Callable[[bytes], None] | None = None,
    on_preview: Callable[[bytes], None] | None = None,
    on_trained: Callable[[Learned], None] | None = None,
) -> Made:
    """Make portraits, best first. The same order gives the same portraits on one machine and number of threads.

    `on_preview` gets a first sketch (PNG) before the training, or nothing: where the Face LoRA is there already, where
    a training is resumed, where there is a template, and where no sketch is fit to be shown. The portraits are the same
    with and without it. `on_trained` gets what was learned before anything is drawn with it; nothing where the Face
    LoRA was there already. `should_stop` is asked until then: portraits are drawn to their end.

    Raises TemplateError, BadAspectError and PoseError before anything is learned; TooFewPhotosError, DivergedError,
    BadLoraError, BadReferenceError, BlockedError and StoppedError.
    """
    template = check(base, analyser, order, 1 + len(order.others))
    learned = learn(
        base,
        analyser,
        order,
        parser=parser,
        on_progress=on_progress,
        should_stop=should_stop,
        on_checkpoint=on_checkpoint,
        on_preview=None if template else on_preview,
    )
    if on_trained is not None and order.face_lora is None:
        on_trained(learned)
    clock = _Clock()
    portraits = _render(base, analyser, parser, order, template, learned, on_progress)
    return Made(
        portraits=portraits,
        face_lora=None if order.face_lora is not None else learned.face_lora,
        reference=learned.reference,
        curve=list(learned.curve),
        seconds={**learned.seconds, "render": clock.lap()},
        refusals=tuple(learned.refusals),
    )


def check(base: BaseModel, analyser: Analyser, order: Order, sitters: int) -> Template | None:
    """Look at what could be wrong with an order before minutes of training; return its template, if it has one.

    Raises TemplateError, BadAspectError and PoseError.
    """
    if order.template is None:
        latent_shape(base, order.aspect)
        _pose(base, analyser, order)
        return None
    template = read_template(order.template, analyser)
    match(len(template.faces), sitters, order.faces)
    return template


def learn(
    base: BaseModel,
    analyser: Analyser,
    order: Order,
    *,
    parser: Parser = head_mask,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
    on_checkpoint: Callable[[bytes], None] | None = None,
    on_preview: Callable[[bytes], None] | None = None,
) -> Learned:
    """Learn an order's sitter from the photos, as far as it is not known.

    Raises TooFewPhotosError, DivergedError, BadReferenceError and StoppedError.
    """
    clock = _Clock()
    prepared = Prepared((), ())
    if order.photos or order.reference is None:
        prepared = _prepare(base, analyser, parser, order, on_progress)
        reference = Reference.of(prepared.faces)
    else:
        reference = Reference.load(order.reference, analyser.space.width)
    known = reference.dump()
    seconds = {"prepare": clock.lap(), "train": 0.0}
    if order.face_lora is not None:
        return Learned(order.face_lora, known, seconds=seconds, refusals=prepared.refusals)
    if on_preview is not None and order.resume is None:
        _preview(base, analyser, order, reference, should_stop, on_preview)
        seconds["preview"] = clock.lap()
    trained = _train(base, analyser, order, prepared, on_progress, should_stop, on_checkpoint)
    seconds["train"] = trained.seconds
    return Learned(trained.lora, known, trained.curve, seconds, prepared.refusals)


def _render(
    base: BaseModel,
    analyser: Analyser,
    parser: Parser,
    order: Order,
    template: Template | None,
    learned: Learned,
    on_progress: OnProgress,
) -> list[Portrait]:
    reference = Reference.load(learned.reference, analyser.space.width)
    if template is None:
        return render(
            base,
            learned.face_lora,
            order.style,
            reference,
            analyser,
            count=order.count,
            aspect=order.aspect,
            pose=_pose(base, analyser, order),
            background=order.background,
            parser=parser,
            seed=order.seed,
            on_progress=on_progress,
        )
    others = [Sitter(other.face_lora, Reference.load(other.reference, analyser.space.width)) for other in order.others]
    return render_template(
        base,
        [Sitter(learned.face_lora, reference), *others],
        order.style,
        template,
        analyser,
        chosen=order.faces,
        count=order.count,
        seed=order.seed,
        on_progress=on_progress,
    )


def _pose(base: BaseModel, analyser: Analyser, order: Order) -> Pose | None:
    return None if order.pose is None else read_pose(base, order.pose, analyser, order.aspect)


def _prepare(base: BaseModel, analyser: Analyser, parser: Parser, order: Order, on_progress: OnProgress) -> Prepared:
    total = len(order.photos)
    on_progress(Progress("prepare", 0, total))
    classes = [word for word in CLASSES if base.family.knows(word)]
    prepared = prepare(order.photos, analyser, size=base.size, parser=parser, classes=classes)
    if len(prepared.faces) < PHOTOS_NEEDED:
        raise TooFewPhotosError(len(prepared.faces), PHOTOS_NEEDED, prepared.refusals)
    on_progress(Progress("prepare", total, total, 0.0))
    return prepared


def _preview(
    base: BaseModel,
    analyser: Analyser,
    order: Order,
    reference: Reference,
    should_stop: ShouldStop,
    on_preview: Callable[[bytes], None],
) -> None:
    sketch = draw_preview(base, order.style, reference, analyser, seed=order.seed, should_stop=should_stop)
    if sketch is not None:
        on_preview(sketch)


def _train(
    base: BaseModel,
    analyser: Analyser,
    order: Order,
    prepared: Prepared,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    on_checkpoint: Callable[[bytes], None] | None,
) -> TrainedFace:
    # An order that brings a reference and no Face LoRA, and no photos either, has nothing to train on.
    if not prepared.faces:
        raise TooFewPhotosError(0, PHOTOS_NEEDED)
    return train_face_lora(
        base,
        prepared.faces,
        analyser,
        order.recipe or recipe_for(base.name, base.family.name, base.directory),
        seed=order.seed,
        on_progress=on_progress,
        should_stop=should_stop,
        resume=order.resume,
        on_checkpoint=on_checkpoint,
    )


class _Clock:
    """Seconds between two looks."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def lap(self) -> float:
        now = time.monotonic()
        passed, self._last = now - self._last, now
        return round(passed, 3)
