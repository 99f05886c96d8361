"""One cell of the bench: a recipe on one sitter's photos, from photos to judged portraits.

To be called in a process of its own, so that time and memory are this cell's alone. Each has a folder with its
portraits and, written last, ``found.json``.
"""

from __future__ import annotations

import io
import resource
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from limner.engine.bench.recipe import BenchRecipe
from limner.engine.bench.rivals import Snapshot, draw_plainly, train_plainly
from limner.engine.bench.rows import PORTRAITS, SAME_PERSON, Cell, Found, Point, Row, Spent, diversity
from limner.engine.bench.sitters import Sitter, distance_to, sitter
from limner.engine.errors import DivergedError, EngineError
from limner.engine.faces import Analyser, Face, Pixels
from limner.engine.figures import changed
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.reference import Reference
from limner.engine.likeness import embed_largest
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.lora import dump, read_notes
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.preprocess.pipeline import prepare
from limner.engine.quiet import quiet
from limner.engine.styles import Style, find_style, load_styles
from limner.engine.train.checkpoint import values_of
from limner.engine.train.learner import ADAPTER
from limner.engine.train.pipeline import train_face_lora
from limner.engine.train.recipe import FaceRecipe, recipe_for

FOUND = "found.json"
_CELL = "cell.txt"
#: Our own marks: after so many steps, and then wherever a training is so many times as long.
_MARK_EVERY, _MARK_GROWS = 10, 1.4
PLAIN = "photo"


@dataclass(frozen=True, slots=True, eq=False)
class Painter:
    """One recipe with one sitter's faces."""

    base: BaseModel
    analyser: Analyser
    recipe: BenchRecipe
    faces: Sequence[Face]
    seed: int

    def train(self) -> list[Snapshot]:
        """Give what is known at each mark and, last, at the end; nothing without a training. Raises DivergedError."""
        if self.recipe.trainer == "plain":
            return list(train_plainly(self.base, self.faces, self.analyser, self.recipe, seed=self.seed))
        return self._ours() if self.recipe.trainer == "limner" else []

    def draw(self, learned: Snapshot | None, style: Style) -> list[Pixels]:
        """Draw what one request asks for."""
        if self.recipe.trainer == "plain" and learned is not None:
            return draw_plainly(
                self.base, learned, style, self.faces, self.analyser, self.recipe, count=PORTRAITS, seed=self.seed
            )
        lora, reference = learned.lora if learned else None, Reference.of(self.faces)
        made = render(self.base, lora, style, reference, self.analyser, count=PORTRAITS, seed=self.seed)
        return [np.asarray(Image.open(io.BytesIO(one.png)).convert("RGB")) for one in made]

    def _ours(self) -> list[Snapshot]:
        own = recipe_for(self.base.name, self.base.family.name, self.base.directory)
        figures: FaceRecipe = changed(replace(own, checkpoint_every=_MARK_EVERY), self.recipe.figures)
        marks: list[Snapshot] = []
        start, aside = Spent.now(), Spent()

        def mark(checkpoint: bytes) -> None:
            # What a mark costs is no part of a training's time. The file that the engine writes for it still is.
            nonlocal aside
            began = Spent.now()
            step, values = values_of(checkpoint)
            if not marks or step >= _MARK_GROWS * marks[-1].step:
                marks.append(Snapshot(step, began - start - aside, dump(self.base, ADAPTER, values=values), {}))
            aside += Spent.now() - began

        done = train_face_lora(self.base, self.faces, self.analyser, figures, seed=self.seed, on_checkpoint=mark)
        return [*marks, Snapshot(int(read_notes(done.lora)["steps"]), Spent.now() - start - aside, done.lora, {})]


def keep(cell: Cell, out: Path) -> str | None:
    """Measure a cell into its folder, unless the same cell was measured before; return why it cannot be, or None.

    A sentence and not the error: errors of the engine do not pass from one process to another.
    """
    folder = out / cell.name
    told = repr(cell)
    if (folder / FOUND).is_file() and (folder / _CELL).read_text(encoding="utf-8") == told:
        return None
    quiet()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FOUND).unlink(missing_ok=True)
    (folder / _CELL).write_text(told, encoding="utf-8")
    try:
        found = measure(cell, folder)
    except EngineError as error:
        return str(error)
    partial = folder / f"{FOUND}.partial"
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
    partial.replace(folder / FOUND)
    return None


def measure(cell: Cell, folder: Path) -> Found:
    """Train, draw and judge one cell; its portraits go to the folder as PNG files."""
    base, analyser = load_base(cell.base, cell.running), DlibAnalyser()
    person = sitter(cell.sitter, analyser, photos=cell.photos)
    faces = prepare(person.photos, analyser, size=base.size).faces
    painter = Painter(base, analyser, cell.recipe, faces, cell.seed)
    bench = Bench(cell, painter, person, folder)
    known = load_styles(*cell.style_folders)
    styles = [find_style(known, name) for name in cell.styles]
    try:
        learned = painter.train()
    except DivergedError:
        return Found(rows=[bench.diverged(style, start) for style in styles for start in cell.strengths], points=[])
    last = learned[-1] if learned else None
    rows = [bench.row(style, start, last) for style in styles for start in cell.strengths]
    points = [bench.point(one, find_style(known, PLAIN)) for one in learned] if cell.curve else []
    return Found(rows=rows, points=points)


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Judges what a painter draws by photos that the painter never saw."""

    cell: Cell
    painter: Painter
    person: Sitter
    folder: Path

    def row(self, style: Style, start: float, learned: Snapshot | None) -> Row:
        """Draw one style, keep its portraits and judge them."""
        pictures, spent = self._drawn(learned, replace(style, start_strength=start))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        far = self._distances(pictures)
        row = Row(
            **self._named(style, start),
            distances=tuple(round(one, 4) for one in far),
            median_distance=round(float(np.median(far)), 4),
            share_same=float((np.array(far) < SAME_PERSON).mean()),
            diversity=round(diversity(pictures), 4),
            wall_s=round(spent.wall, 1),
            cpu_s=round(spent.cpu, 1),
            peak_mb=round(peak),
        )
        for number, picture in enumerate(pictures, 1):
            Image.fromarray(picture).save(self.folder / portrait_name(row, number))
        return row

    def diverged(self, style: Style, start: float) -> Row:
        """Say that there is nothing to judge."""
        return Row(
            **self._named(style, start),
            distances=(),
            median_distance=None,
            share_same=0.0,
            diversity=0.0,
            wall_s=0.0,
            cpu_s=0.0,
            peak_mb=0.0,
            diverged=True,
        )

    def point(self, learned: Snapshot, style: Style) -> Point:
        """Judge what would have been given at a mark."""
        pictures, spent = self._drawn(learned, style)
        return Point(
            recipe=self.painter.recipe.name,
            sitter=self.person.name,
            photos=self.cell.photos,
            seed=self.cell.seed,
            step=learned.step,
            wall_s=round(spent.wall, 1),
            cpu_s=round(spent.cpu, 1),
            train_cpu_s=round(learned.spent.cpu, 1),
            median_distance=round(float(np.median(self._distances(pictures))), 4),
        )

    def _drawn(self, learned: Snapshot | None, style: Style) -> tuple[list[Pixels], Spent]:
        """Draw, and tell what it took with the training before it."""
        began = Spent.now()
        pictures = self.painter.draw(learned, style)
        spent = Spent.now() - began
        return pictures, spent + learned.spent if learned else spent

    def _named(self, style: Style, start: float) -> dict[str, Any]:
        return {
            "recipe": self.painter.recipe.name,
            "sitter": self.person.name,
            "photos": self.cell.photos,
            "style": style.name,
            "strength": start,
            "seed": self.cell.seed,
        }

    def _distances(self, pictures: Sequence[Pixels]) -> list[float]:
        analyser, known = self.painter.analyser, self.person.held_out
        return [distance_to(embed_largest(picture, analyser), known) for picture in pictures]


def portrait_name(row: Row, number: int) -> str:
    """Name the file of a row's portrait, counted from 1."""
    return f"{row.style}-{row.strength:g}-{number}.png"
