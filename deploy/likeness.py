"""What `limner bench likeness` does: measure cell by cell, each in a process of its own, and write down what was found.

A cell that was measured already is not measured again, so an interrupted bench goes on where it was.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import msgspec

from limner.deploy import plots
from limner.deploy.errors import UserMistakeError
from limner.engine.bench.cell import FOUND, keep, portrait_name
from limner.engine.bench.recipe import find_recipe
from limner.engine.bench.rows import Cell, Found, Row
from limner.engine.bench.second import FaceResAnalyser, SecondJudge
from limner.engine.bench.style import StyleJudge, learned_judge, named_share, told_apart
from limner.engine.bench.tables import course, in_time, judge_table, table
from limner.engine.fuse import sheet
from limner.engine.models.running import Running
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.styles import find_style, load_styles


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: every sitter with every recipe, number of photos, style (None: all), start and seed."""

    sitters: Sequence[str]
    recipes: Sequence[str]
    photos: Sequence[int]
    styles: Sequence[str] | None
    strengths: Sequence[float]
    seeds: Sequence[int]
    base: str
    running: Running
    style_folders: Sequence[Path | str]
    out: Path
    processes: int = 1
    curve: bool = True
    judge: Path | None = None
    """The folder of a second judge."""

    def cells(self) -> list[Cell]:
        """List the cells, one sitter after the other: an interrupted bench has compared some sitters fully."""
        known = load_styles(*self.style_folders)
        styles = tuple(find_style(known, name).name for name in self.styles or known)
        return [
            Cell(
                recipe=find_recipe(recipe),
                sitter=person,
                photos=photos,
                seed=seed,
                styles=styles,
                strengths=tuple(self.strengths),
                curve=self.curve,
                base=self.base,
                running=self.running,
                style_folders=tuple(map(str, self.style_folders)),
            )
            for seed, person, photos, recipe in product(self.seeds, self.sitters, self.photos, self.recipes)
        ]


@dataclass(frozen=True, slots=True)
class _Measured:
    folder: Path
    found: Found
    person: str

    def portraits(self, row: Row) -> list[bytes]:
        """Read a row's portraits."""
        return [(self.folder / portrait_name(row, n)).read_bytes() for n in range(1, len(row.distances) + 1)]


def run(plan: Plan) -> Iterator[str]:
    """Measure and write; yield what to tell on the way.

    Raises UnknownStyleError, BadRecipeError and MissingModelsError at once, UserMistakeError for a cell that cannot be
    measured.
    """
    cells, out = plan.cells(), plan.out / "cells"
    second = SecondJudge(FaceResAnalyser(plan.judge, DlibAnalyser())) if plan.judge else None
    measured: list[_Measured] = []
    # A fresh process for each cell: what one has used up is not counted against the next.
    with ProcessPoolExecutor(plan.processes, get_context("spawn"), max_tasks_per_child=1) as pool:
        for cell, why in zip(cells, pool.map(partial(keep, out=out), cells), strict=True):
            if why is not None:
                pool.shutdown(cancel_futures=True)
                raise UserMistakeError(f"{cell.recipe.name} on {cell.sitter} cannot be measured. {why}")
            folder = out / cell.name
            found = msgspec.json.decode((folder / FOUND).read_bytes(), type=Found)
            measured.append(_Measured(folder, found, cell.sitter))
            yield from (_told(row) for row in measured[-1].found.rows)
    judge = learned_judge()
    judged = [(_judged(one, row, judge, second), one.portraits(row)) for one in measured for row in one.found.rows]
    yield from _written(plan.out, measured, judged)


def _told(row: Row) -> str:
    where = f"{row.recipe} {row.sitter} {row.photos} photos, seed {row.seed}, {row.style}"
    if row.median_distance is None:
        return f"{where}: diverged"
    return f"{where}: {row.median_distance:.3f} ({row.wall_s:.0f} s, {row.cpu_s:.0f} s of a core)"


def _judged(one: _Measured, row: Row, judge: StyleJudge, second: SecondJudge | None) -> Row:
    if second:
        row = second.judged(row, one.portraits(row), one.person)
    if row.style not in judge.names:
        return row
    return msgspec.structs.replace(row, style_fidelity=round(named_share(judge, one.portraits(row), row.style), 3))


def _written(out: Path, measured: Sequence[_Measured], judged: Sequence[tuple[Row, list[bytes]]]) -> Iterator[str]:
    rows, points = [row for row, _ in judged], [point for one in measured for point in one.found.points]
    _as_json(out / "likeness.json", rows)
    _as_json(out / "curves.json", points)
    ways = course(points)
    lines = [table(rows), ""]
    if any(row.judge_distances for row in rows):
        lines += [judge_table(rows, FaceResAnalyser.space.same_person), ""]
    lines += in_time(ways)
    (out / "likeness.md").write_text("\n".join(lines) + "\n")
    yield from lines
    if ways:
        plots.likeness_in_time(ways, out / "likeness-in-time.png")
    if any(row.style_fidelity is not None for row in rows):
        plots.likeness_and_style(rows, out / "likeness-and-style.png")
    for person in dict.fromkeys(row.sitter for row in rows):
        (out / f"{person}.png").write_bytes(_contact_sheet([one for one in judged if one[0].sitter == person]))
    ours = [one for one in judged if one[0].recipe == "limner"]
    by_sitter = {
        row.sitter: [(one.style, png) for one, pngs in ours if one.sitter == row.sitter for png in pngs]
        for row, _ in ours
    }
    if len(by_sitter) > 1 and len({row.style for row, _ in ours}) > 1:
        yield f"styles told apart by a judge of the other sitters' portraits: {told_apart(by_sitter):.0%}"


def _as_json(file: Path, rows: Sequence[msgspec.Struct]) -> None:
    file.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


def _contact_sheet(judged: Sequence[tuple[Row, list[bytes]]]) -> bytes:
    return sheet.contact_sheet(
        [
            sheet.Row(
                f"{row.recipe}, {row.photos} photos, seed {row.seed}, {row.style}"
                + ("" if row.strength == 1 else f" from the photo at {row.strength:g}")
                + (": diverged" if row.median_distance is None else f": median distance {row.median_distance:.2f}"),
                [(png, f"{far:.2f}") for png, far in zip(pngs, row.distances, strict=True)],
            )
            for row, pngs in judged
        ],
        side=128,
    )
