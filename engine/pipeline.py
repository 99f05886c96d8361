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
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from limner.engine.errors import TooFewPhotosError
from limner.engine.faces import Analyser
from limner.engine.fuse.pipeline import Portrait, render
from limner.engine.fuse.preview import draw_preview
from limner.engine.fuse.reference import Reference
from limner.engine.models.base import BaseModel
from limner.engine.preprocess.pipeline import Prepared, prepare
from limner.engine.progress import OnProgress, Progress, ShouldStop, ignore, never
from limner.engine.refusal import Refusal
from limner.engine.styles import Style
from limner.engine.train.checkpoint import Point
from limner.engine.train.pipeline import TrainedFace, train_face_lora
from limner.engine.train.recipe import FaceRecipe, recipe_for

#: Fewer good photos give a portrait of one photo, not of a person.
PHOTOS_NEEDED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is asked for: from `photos`, or from `face_lora` and `reference` of an earlier order.

    `resume` is the last checkpoint of an order that was broken off. Without `recipe` the base's own is taken.
    """

    style: Style
    count: int
    seed: int
    photos: Sequence[bytes] = ()
    face_lora: bytes | None = None
    reference: bytes | None = None
    resume: bytes | None = None
    recipe: FaceRecipe | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What came of an order. `face_lora` is None when the order brought one; `refusals` are parallel to its photos."""

    portraits: list[Portrait]
    face_lora: bytes | None
    reference: bytes
    curve: list[Point]
    seconds: dict[str, float]
    refusals: tuple[Refusal | None, ...]


def make_portraits(
    base: BaseModel,
    analyser: Analyser,
    order: Order,
    *,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
    on_checkpoint: Callable[[bytes], None] | None = None,
    on_preview: Callable[[bytes], None] | None = None,
) -> Made:
    """Make portraits, best first. The same order gives the same portraits on one machine and number of threads.

    `on_preview` gets a first sketch (PNG) before the training, or nothing: where the Face LoRA is there already, where
    a training is resumed, and where no sketch is fit to be shown. The portraits are the same with and without it.
    Raises TooFewPhotosError, DivergedError, BadLoraError, BadReferenceError, BlockedError and StoppedError.
    """
    clock = _Clock()
    prepared = Prepared((), ())
    if order.photos or order.reference is None:
        prepared = _prepare(base, analyser, order, on_progress)
        reference = Reference.of(prepared.faces)
    else:
        reference = Reference.load(order.reference)
    seconds = {"prepare": clock.lap()}
    if on_preview is not None and order.face_lora is None and order.resume is None:
        _preview(base, analyser, order, reference, should_stop, on_preview)
        seconds["preview"] = clock.lap()
    trained = _train(base, analyser, order, prepared, on_progress, should_stop, on_checkpoint)
    seconds["train"] = trained.seconds if trained else 0.0
    clock.lap()
    portraits = render(
        base,
        trained.lora if trained else order.face_lora,
        order.style,
        reference,
        analyser,
        count=order.count,
        seed=order.seed,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    seconds["render"] = clock.lap()
    return Made(
        portraits=portraits,
        face_lora=trained.lora if trained else None,
        reference=reference.dump(),
        curve=trained.curve if trained else [],
        seconds=seconds,
        refusals=prepared.refusals,
    )


def _prepare(base: BaseModel, analyser: Analyser, order: Order, on_progress: OnProgress) -> Prepared:
    total = len(order.photos)
    on_progress(Progress("prepare", 0, total))
    prepared = prepare(order.photos, analyser, size=base.size)
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
) -> TrainedFace | None:
    if order.face_lora is not None:
        return None
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
