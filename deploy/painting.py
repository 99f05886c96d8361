"""The engine without any chat: photos of one sitter in, portraits in one style or more out.

Loads torch when it runs. Trains once, whatever the number of styles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from limner.bots.turn import Limits
from limner.bots.words import Words
from limner.deploy.errors import RefusedError
from limner.deploy.report import Made, MadePortrait
from limner.engine.errors import TooFewPhotosError
from limner.engine.models.running import Running
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.progress import Progress
from limner.engine.quiet import quiet
from limner.engine.refusal import Refusal
from limner.engine.styles import Style

if TYPE_CHECKING:
    from limner.engine import pipeline
    from limner.engine.models.base import BaseModel


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one run of `limner portrait` is to make: `count` portraits in each style, from photos of one sitter."""

    photos: Sequence[Path]
    styles: Sequence[Style]
    base: str
    running: Running
    count: int
    seed: int


def paint(sitting: Sitting, on_progress: Callable[[str, Progress], None], checkpoint: Path) -> Made:
    """Prepare, train once, and render every style; `on_progress` also gets the name of the style.

    What training has learned so far is kept in `checkpoint` and taken up from there by the next run with the same
    photos and seed; the file is removed at the end. Raises RefusedError with the reason of every photo when too few
    are good, and what the engine raises besides.
    """
    from limner.engine.models.base import load_base

    quiet()
    base = load_base(sitting.base, sitting.running)
    analyser = DlibAnalyser()
    photos = [photo.read_bytes() for photo in sitting.photos]
    try:
        made = _each_style(base, analyser, sitting, photos, on_progress, checkpoint)
    except TooFewPhotosError as error:
        reasons = [f"  {said['photo']}: {said['words']}" for said in in_words(sitting.photos, error.refusals)]
        raise RefusedError("\n".join([str(error), *reasons])) from error
    checkpoint.unlink(missing_ok=True)
    return made


def _each_style(
    base: "BaseModel",
    analyser: DlibAnalyser,
    sitting: Sitting,
    photos: list[bytes],
    on_progress: Callable[[str, Progress], None],
    checkpoint: Path,
) -> Made:
    from limner.engine.pipeline import Order, make_portraits

    def keep(data: bytes) -> None:
        checkpoint.write_bytes(data)

    resume = checkpoint.read_bytes() if checkpoint.exists() else None
    results: list[tuple[Style, pipeline.Made]] = []
    for style in sitting.styles:
        order = Order(style=style, count=sitting.count, seed=sitting.seed, photos=photos, resume=resume)
        if results:
            learned = results[0][1]
            order = replace(order, photos=(), resume=None, face_lora=learned.face_lora, reference=learned.reference)
        tell = _with_style(on_progress, style.name)
        results.append((style, make_portraits(base, analyser, order, on_progress=tell, on_checkpoint=keep)))
    return _gathered(sitting, results)


def _gathered(sitting: Sitting, results: "Sequence[tuple[Style, pipeline.Made]]") -> Made:
    first = results[0][1]
    rendering = {f"render {style.name}": made.seconds["render"] for style, made in results}
    return Made(
        portraits=[
            MadePortrait(portrait.png, style.name, portrait.likeness, portrait.seed)
            for style, made in results
            for portrait in made.portraits
        ],
        face_lora=first.face_lora,
        curve=first.curve,
        seconds={"prepare": first.seconds["prepare"], "train": first.seconds["train"], **rendering},
        refusals=in_words(sitting.photos, first.refusals),
    )


def in_words(photos: Sequence[Path], refusals: Sequence[Refusal | None]) -> list[dict[str, str]]:
    """Name every photo that was refused, with the reason and the words for it that a chat would use."""
    limits = Limits()
    known = {"least": limits.least_photos, "most": limits.most_photos, "limit": limits.photo_bytes // 2**20}
    words = Words()
    return [
        {"photo": str(photo), "reason": str(refusal.reason), "words": words.reason(refusal.reason, known)}
        for photo, refusal in zip(photos, refusals, strict=True)
        if refusal is not None
    ]


def _with_style(on_progress: Callable[[str, Progress], None], style: str) -> Callable[[Progress], None]:
    return lambda progress: on_progress(style, progress)
