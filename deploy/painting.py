"""The engine without any chat: photos of one sitter or more in, portraits in one style or more out.

Loads torch when it runs. Trains each sitter once, whatever the number of styles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from limner.bots.turn import Limits
from limner.bots.words import Words
from limner.deploy.errors import RefusedError
from limner.deploy.report import Made, MadePortrait
from limner.engine.analysers import make_analyser, make_parser
from limner.engine.bases import find_base
from limner.engine.bases.beside import check_controlnet
from limner.engine.errors import TooFewPhotosError
from limner.engine.faces import Analyser, Parser
from limner.engine.fuse.background import Background
from limner.engine.models.running import Running, device_of
from limner.engine.progress import Progress
from limner.engine.quiet import quiet
from limner.engine.refusal import Refusal
from limner.engine.room import check_room
from limner.engine.signing import Credentials, Sign, signing_with
from limner.engine.styles import Style

if TYPE_CHECKING:
    from limner.engine import pipeline
    from limner.engine.models.base import BaseModel


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one run of `limner portrait` is to make: `count` portraits in each style.

    `sitters` has the photos of each, one sitter unless there is a `template`; `faces` says which face of the template
    each of them takes, from 1, from the left. `pose` is a picture of somebody who holds the head as the sitter shall.
    `insightface_pack`, `face_parser`, `signing` and `threads` are the settings'.
    """

    sitters: Sequence[Sequence[Path]]
    styles: Sequence[Style]
    base: str
    running: Running
    count: int
    seed: int
    aspect: str = "1:1"
    pose: Path | None = None
    background: Background = None
    template: Path | None = None
    faces: Sequence[int] = ()
    insightface_pack: str | None = None
    face_parser: str | None = None
    signing: Credentials | None = None
    threads: int = 1


def paint(sitting: Sitting, on_progress: Callable[[str, Progress], None], checkpoint: Path) -> Made:
    """Prepare and train each sitter once, and render every style; `on_progress` also gets the name of the style.

    What training has learned so far is kept in `checkpoint` (from the second sitter on with a number in its name) and
    taken up from there by the next run with the same photos and seed; the files are removed at the end. Raises
    RefusedError with the reason of every photo when too few are good, and what the engine raises besides.
    """
    from limner.engine.models.base import load_base
    from limner.engine.pipeline import check, make_portraits

    quiet()
    sign = signing_with(sitting.signing)
    device = device_of(sitting.running)
    if sitting.pose is not None:
        check_controlnet(sitting.running.controlnet, find_base(sitting.base), sitting.base)
    check_room(sitting.base, sitting.running)
    base = load_base(sitting.base, sitting.running)
    analyser = make_analyser(sitting.insightface_pack, device=device, threads=sitting.threads)
    parser = make_parser(sitting.face_parser, device=device)
    order = _order(sitting)
    check(base, analyser, order, len(sitting.sitters))
    numbered = [checkpoint.with_stem(f"{checkpoint.stem}-{n}") for n in range(2, len(sitting.sitters) + 1)]
    files = [checkpoint, *numbered]
    learned = [
        _learn(base, analyser, parser, replace(order, photos=_read(photos)), photos, on_progress, file)
        for photos, file in zip(sitting.sitters, files, strict=True)
    ]
    first, *others = learned
    order = replace(order, face_lora=first.face_lora, reference=first.reference, others=others)
    results = []
    for style in sitting.styles:
        tell = _with_style(on_progress, style.name)
        made = make_portraits(base, analyser, replace(order, style=style), parser=parser, on_progress=tell)
        results.append((style, made))
    for file in files:
        file.unlink(missing_ok=True)
    return _gathered(sitting, learned, results, sign)


def _read(photos: Sequence[Path]) -> list[bytes]:
    return [photo.read_bytes() for photo in photos]


def _order(sitting: Sitting) -> "pipeline.Order":
    from limner.engine.pipeline import Order

    return Order(
        style=sitting.styles[0],
        count=sitting.count,
        seed=sitting.seed,
        aspect=sitting.aspect,
        pose=None if sitting.pose is None else sitting.pose.read_bytes(),
        background=sitting.background,
        template=None if sitting.template is None else sitting.template.read_bytes(),
        faces=sitting.faces,
    )


def _learn(
    base: "BaseModel",
    analyser: Analyser,
    parser: Parser,
    order: "pipeline.Order",
    photos: Sequence[Path],
    on_progress: Callable[[str, Progress], None],
    checkpoint: Path,
) -> "pipeline.Learned":
    from limner.engine.pipeline import learn

    def keep(data: bytes) -> None:
        checkpoint.write_bytes(data)

    resume = checkpoint.read_bytes() if checkpoint.exists() else None
    mine = replace(order, resume=resume)
    tell = _with_style(on_progress, "")
    try:
        return learn(base, analyser, mine, parser=parser, on_progress=tell, on_checkpoint=keep)
    except TooFewPhotosError as error:
        reasons = [f"  {said['photo']}: {said['words']}" for said in in_words(photos, error.refusals)]
        raise RefusedError("\n".join([str(error), *reasons])) from error


def _gathered(
    sitting: Sitting,
    learned: "Sequence[pipeline.Learned]",
    results: "Sequence[tuple[Style, pipeline.Made]]",
    sign: Sign,
) -> Made:
    learning = {stage: sum(one.seconds[stage] for one in learned) for stage in ("prepare", "train")}
    rendering = {f"render {style.name}": made.seconds["render"] for style, made in results}
    return Made(
        portraits=[
            MadePortrait(sign(portrait.png), style.name, portrait.likeness, portrait.seed)
            for style, made in results
            for portrait in made.portraits
        ],
        # The file and the plot have room for one: the first sitter's.
        face_lora=learned[0].face_lora,
        curve=learned[0].curve,
        seconds={**learning, **rendering},
        refusals=[
            said
            for photos, one in zip(sitting.sitters, learned, strict=True)
            for said in in_words(photos, one.refusals)
        ],
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
