"""What `limner bench likeness` does: measure, and write the rows down as JSON, Markdown and pictures.

Loads torch when it is imported.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from limner.engine.bench.likeness import Row, measure, table
from limner.engine.bench.sitters import sitter
from limner.engine.bench.style import learned_judge, named_share, told_apart
from limner.engine.fuse import sheet
from limner.engine.models.base import load_base
from limner.engine.models.running import Running
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.quiet import quiet
from limner.engine.styles import find_style, load_styles
from limner.engine.train.recipe import recipe_for


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: every sitter in every style (None: all of them) from every start."""

    sitters: Sequence[str]
    styles: Sequence[str] | None
    strengths: Sequence[float]
    base: str
    running: Running
    seed: int
    style_folders: Sequence[Path | str]
    out: Path


def run(plan: Plan) -> Iterator[str]:
    """Measure and write; yield what to tell on the way."""
    quiet()
    known = load_styles(*plan.style_folders)
    styles = [find_style(known, name) for name in plan.styles or known]
    base = load_base(plan.base, plan.running)
    analyser = DlibAnalyser()
    recipe = recipe_for(base.name, base.family.name, base.directory)
    judge = learned_judge()
    plan.out.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    fidelity: list[float] = []
    for person in plan.sitters:
        for row in measure(base, analyser, sitter(person, analyser), styles, recipe, plan.strengths, seed=plan.seed):
            rows.append(row)
            fidelity.append(named_share(judge, row.portraits, row.style))
            _keep(row, plan.out)
            yield row.line()
        (plan.out / f"{person}.png").write_bytes(_contact_sheet([row for row in rows if row.sitter == person]))
    records = [row.record(plan.seed, shown) for row, shown in zip(rows, fidelity, strict=True)]
    (plan.out / "likeness.json").write_text(json.dumps(records, indent=1) + "\n")
    lines = table(rows)
    (plan.out / "likeness.md").write_text(lines + "\n")
    yield lines
    with_face = [shown for row, shown in zip(rows, fidelity, strict=True) if row.face_lora]
    yield f"styles named by a judge of procedural renderings: {sum(with_face) / len(with_face):.0%}"
    if len(plan.sitters) > 1 and len(styles) > 1:
        yield f"styles told apart by a judge of the other sitters' portraits: {told_apart(_by_sitter(rows)):.0%}"


def _by_sitter(rows: Sequence[Row]) -> dict[str, list[tuple[str, bytes]]]:
    mine: dict[str, list[tuple[str, bytes]]] = {}
    for row in rows:
        if row.face_lora:
            mine.setdefault(row.sitter, []).extend((row.style, png) for png in row.portraits)
    return mine


def _keep(row: Row, out: Path) -> None:
    """Write the portraits down one by one, for whoever wants to judge them in another way."""
    folder = out / row.sitter / f"{row.style}-{row.strength:g}{'' if row.face_lora else '-without'}"
    folder.mkdir(parents=True, exist_ok=True)
    for number, png in enumerate(row.portraits, 1):
        (folder / f"{number}.png").write_bytes(png)


def _contact_sheet(rows: Sequence[Row]) -> bytes:
    return sheet.contact_sheet(
        [
            sheet.Row(
                f"{row.style}, {row.start}, {'Face LoRA' if row.face_lora else 'no Face LoRA'}: "
                f"median distance {row.median_distance:.2f}",
                [(png, f"{far:.2f}") for png, far in zip(row.portraits, row.distances, strict=True)],
            )
            for row in rows
        ],
        side=128,
    )
