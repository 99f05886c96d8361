"""A style of one's own: learned from pictures, or taken from somebody else's LoRA file.

Loads torch when it runs. Writes nothing: `limner.engine.styles.write_style` does that with what comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from limner.deploy.errors import UserMistakeError
from limner.deploy.painting import in_words
from limner.engine.analysers import make_analyser
from limner.engine.errors import PhotoRefusedError
from limner.engine.models.running import Running, device_of
from limner.engine.preprocess.decode import MAX_BYTES, decode
from limner.engine.preprocess.square import middle, square
from limner.engine.progress import OnProgress, Progress
from limner.engine.quiet import quiet
from limner.engine.room import check_room
from limner.engine.styles import Style
from limner.engine.words import SITTER, of_nobody

if TYPE_CHECKING:
    from limner.engine.models.base import BaseModel

#: Fewer show what is in them rather than the style they share.
LEAST_PICTURES = 4
#: All of them are in memory while they are encoded, which is 1.2 GB at 1024 px.
MOST_PICTURES = 200

#: For a style that was learned from a few pictures: above it its colours run over the face (docs/measurements.md).
_GUIDANCE = {"nano": 1.5}

_KINDS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a style is made with: the base as the engine finds it, and the settings; the same seed, the same style."""

    base: str
    running: Running
    seed: int
    insightface_pack: str | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True)
class MadeStyle:
    """A style with its files: the LoRA as safetensors, the preview as JPEG.

    `refusals` names each picture that was not used, with the reason in words. `fitted` counts the layers of the LoRA
    that the base has.
    """

    style: Style
    lora: bytes
    preview: bytes
    refusals: Sequence[tuple[Path, str]]
    fitted: int


def pictures_in(folder: Path) -> list[Path]:
    """List the pictures of a folder by their names' endings, in the order of their names."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in _KINDS and not file.name.startswith("."))


def learn_style(
    pictures: Sequence[Path], style: Style, workshop: Workshop, steps: int | None, on_progress: OnProgress
) -> MadeStyle:
    """Train a Style LoRA on pictures, with a text file beside each as its caption where there is one.

    An empty prompt is chosen by the words that the base knows. Raises UserMistakeError when too few pictures can be
    read, and what the engine raises besides.
    """
    from limner.engine.train.recipe import style_recipe_for
    from limner.engine.train.style import train_style_lora

    base = _load(workshop)
    style = _settled(replace(style, guidance=style.guidance or _GUIDANCE.get(base.name)), base)
    recipe = style_recipe_for(base.name, base.family.name, base.directory)
    squares, refusals = _squares(pictures, recipe.resolution or base.size, workshop, on_progress)
    if len(squares) < LEAST_PICTURES:
        reasons = [f"  {picture}: {words}" for picture, words in refusals]
        found = f"Only {len(squares)} of the {len(pictures)} pictures can be read, and {LEAST_PICTURES} are needed:"
        raise UserMistakeError("\n".join([found, *reasons]))
    plain = of_nobody(style.prompt)
    lora = train_style_lora(
        base,
        list(squares.values()),
        [_caption(picture, plain) for picture in squares],
        recipe if steps is None else replace(recipe, max_steps=steps),
        plain=plain,
        seed=workshop.seed,
        on_progress=on_progress,
    )
    return _finished(base, style, lora, workshop, on_progress, refusals=refusals)


def take_style(
    lora: bytes, style: Style, workshop: Workshop, preview: Path | None, on_progress: OnProgress
) -> MadeStyle:
    """Hold a LoRA file against the base, and draw its preview unless a picture is given.

    Raises UserMistakeError for a picture that cannot be read, BadLoraError for a LoRA that does not fit.
    """
    from limner.engine.fuse.pipeline import check_base

    given = None if preview is None else _preview(preview)
    base = _load(workshop)
    check_base(base, lora)
    return _finished(base, _settled(style, base), lora, workshop, on_progress, preview=given)


def _load(workshop: Workshop) -> "BaseModel":
    from limner.engine.models.base import load_base

    quiet()
    check_room(workshop.base, workshop.running)
    return load_base(workshop.base, workshop.running)


def _settled(style: Style, base: "BaseModel") -> Style:
    """Give the style its base, and a prompt in words that the base knows if it has none."""
    words = [*style.name.lower().replace("_", "-").split("-"), "style"]
    begin = " ".join(words) if all(base.family.knows(word) for word in words) else "picture"
    return replace(style, prompt=style.prompt or f"{begin} of {SITTER}", base=base.name)


def _squares(
    pictures: Sequence[Path], size: int, workshop: Workshop, on_progress: OnProgress
) -> tuple[dict[Path, np.ndarray], list[tuple[Path, str]]]:
    """Read the pictures as squares of `size` px, and say why the others cannot be."""
    from limner.engine.models.coding import fit

    analyser = make_analyser(workshop.insightface_pack, device=device_of(workshop.running), threads=workshop.threads)
    squares: dict[Path, np.ndarray] = {}
    refusals = []
    for number, picture in enumerate(pictures, 1):
        try:
            squares[picture] = fit(square(_read(picture), analyser, size), size)
        except PhotoRefusedError as error:
            refusals.append((picture, _words(picture, error)))
        except OSError as error:
            refusals.append((picture, f"It cannot be opened: {error.strerror}."))
        on_progress(Progress("prepare", number, len(pictures)))
    return squares, refusals


def _read(picture: Path) -> np.ndarray:
    with picture.open("rb") as file:
        # One byte more than is taken is enough to be refused.
        return decode(file.read(MAX_BYTES + 1))


def _words(picture: Path, error: PhotoRefusedError) -> str:
    return in_words([picture], [error.refusal])[0]["words"]


def _caption(picture: Path, plain: str) -> str:
    beside = picture.with_suffix(".txt")
    said = beside.read_text(encoding="utf-8", errors="replace").split() if beside.is_file() else []
    return " ".join(said) or plain


def _preview(picture: Path) -> bytes:
    from limner.engine.fuse.gallery import gallery_jpeg

    try:
        return gallery_jpeg(middle(_read(picture)))
    except PhotoRefusedError as error:
        raise UserMistakeError(f"{picture} cannot be the preview. {_words(picture, error)}") from error


def _finished(
    base: "BaseModel",
    style: Style,
    lora: bytes,
    workshop: Workshop,
    on_progress: OnProgress,
    *,
    refusals: Sequence[tuple[Path, str]] = (),
    preview: bytes | None = None,
) -> MadeStyle:
    from limner.engine.fuse.gallery import gallery_picture
    from limner.engine.fuse.recipe import render_recipe_for
    from limner.engine.fuse.sampler import Sampling
    from limner.engine.models.lora import fitting_layers

    fitted = fitting_layers(base, lora)
    recipe = render_recipe_for(base.name, base.family.name, base.directory)
    draw = partial(
        gallery_picture,
        base,
        of_nobody(style.prompt),
        lora,
        Sampling(recipe.steps, style.guidance or recipe.guidance),
        scale=style.style_scale,
        seed=workshop.seed,
        on_step=lambda done, total: on_progress(Progress("render", done, total)),
    )
    return MadeStyle(style, lora, preview or draw(), refusals, fitted)
