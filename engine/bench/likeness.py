"""How much a Face LoRA brings: portraits of unseen sitters with and without it, from the same starting noise.

The engine ranks its candidates by the photos it was given; the bench judges what comes out by photos that the engine
never saw. Ranking and judging use the same face model (dlib's), which is the only one that may ship: the difference
between "with" and "without" is the figure to watch, for both sides are ranked alike.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from PIL import Image

from limner.engine.bench.sitters import Sitter, distance_to
from limner.engine.faces import Analyser
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.reference import Reference
from limner.engine.likeness import embed_largest
from limner.engine.models.base import BaseModel
from limner.engine.preprocess.pipeline import prepare
from limner.engine.styles import Style
from limner.engine.train.pipeline import train_face_lora
from limner.engine.train.recipe import FaceRecipe

#: What one request asks for.
PORTRAITS = 8
#: dlib's own threshold between the same person and another.
SAME_PERSON = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The portraits of one sitter in one style, from one start, with or without the Face LoRA."""

    sitter: str
    style: str
    strength: float
    """1: from noise; less: from the sitter's aligned photo, keeping 1 - strength of the schedule."""
    face_lora: bool
    distances: tuple[float, ...]
    """To held-out photos, one a portrait."""
    train_s: float
    render_s: float
    portraits: tuple[bytes, ...]

    @property
    def median_distance(self) -> float:
        """The middle of the portraits' distances."""
        return float(np.median(self.distances))

    @property
    def start(self) -> str:
        """Where the drawing began, in words."""
        return "noise" if self.strength == 1 else f"photo at {self.strength:g}"

    def line(self) -> str:
        """Tell the row in one line."""
        face = "with Face LoRA" if self.face_lora else "without"
        seconds = f"trained {self.train_s:.0f} s, rendered {self.render_s:.1f} s"
        return f"{self.sitter} {self.style} from {self.start} {face}: {self.median_distance:.3f} ({seconds})"

    def record(self, seed: int, style_fidelity: float) -> dict[str, str | float]:
        """Return the row as plain data."""
        return {
            "recipe": "limner" if self.face_lora else "none",
            "sitter": self.sitter,
            "photos": 3,
            "style": self.style,
            "strength": self.strength,
            "seed": seed,
            "median_distance": round(self.median_distance, 4),
            "share_same": float((np.array(self.distances) < SAME_PERSON).mean()),
            "style_fidelity": style_fidelity,
            "wall_s": round(self.train_s * self.face_lora + self.render_s, 1),
        }


def measure(
    base: BaseModel,
    analyser: Analyser,
    sitter: Sitter,
    styles: Sequence[Style],
    recipe: FaceRecipe,
    strengths: Sequence[float] = (1.0,),
    *,
    seed: int = 0,
) -> Iterator[Row]:
    """Train a sitter once and render every style from every start, with and without the Face LoRA."""
    faces = prepare(sitter.photos, analyser, size=base.size).faces
    trained = train_face_lora(base, faces, analyser, recipe, seed=seed)
    for style, strength, lora in product(styles, strengths, (trained.lora, None)):
        chosen = replace(style, start_strength=strength)
        started = time.monotonic()
        made = render(base, lora, chosen, Reference.of(faces), analyser, count=PORTRAITS, seed=seed)
        seconds = time.monotonic() - started
        pictures = [np.asarray(Image.open(io.BytesIO(one.png)).convert("RGB")) for one in made]
        far = tuple(distance_to(embed_largest(picture, analyser), sitter.held_out) for picture in pictures)
        files = tuple(one.png for one in made)
        yield Row(sitter.name, style.name, strength, lora is not None, far, trained.seconds, seconds, files)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as Markdown: a line for each style and start, medians over all sitters' portraits."""
    lines = [
        "| style | start | with Face LoRA | without | difference | same person |",
        "|---|---|---|---|---|---|",
    ]
    for style, strength in dict.fromkeys((row.style, row.strength) for row in rows):
        mine = [row for row in rows if (row.style, row.strength) == (style, strength)]
        far = {
            lora: np.array([d for row in mine if row.face_lora is lora for d in row.distances])
            for lora in (True, False)
        }
        with_lora, without = float(np.median(far[True])), float(np.median(far[False]))
        start = "noise" if strength == 1 else f"photo at {strength:g}"
        same = float((far[True] < 0.6).mean())
        lines.append(
            f"| {style} | {start} | {with_lora:.3f} | {without:.3f} | {without - with_lora:.3f} | {same:.0%} |"
        )
    return "\n".join(lines)
