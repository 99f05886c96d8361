"""The bench's rows as one table in Markdown: a line for each recipe, style and start, over all sitters and seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from limner.engine.bench.rows import SAME_PERSON, Point, Row


class Mark(NamedTuple):
    """What a recipe has after some core seconds of training: with the drawing, and how near it is."""

    train: float
    whole: float
    distance: float


_HEAD = (
    "recipe", "photos", "style", "start", "median distance", "same person", "style", "diversity",
    "wall s", "core s", "peak MB", "diverged",
)  # fmt: skip


_JUDGE_HEAD = ("recipe", "photos", "style", "start", "judge_distance", "judge_same")


def table(rows: Sequence[Row]) -> str:
    """Give medians over the portraits of all sitters and seeds; times and memory are medians over runs."""
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    kinds = dict.fromkeys(map(_kind, rows))
    lines += [_line([*_named(*kind), *_figures([row for row in rows if _kind(row) == kind])]) for kind in kinds]
    several = len({row.style for row in rows}) > 1
    for recipe in dict.fromkeys(row.recipe for row in rows) if several else ():
        mine = [row for row in rows if row.recipe == recipe]
        lines.append(_line([f"**{recipe}**", "", "all", "", *_figures(mine)]))
    return "\n".join(lines)


def judge_table(rows: Sequence[Row], same_person: float) -> str:
    """Give the second judge's medians, and the share of portraits nearer than its line of the same person."""
    lines = [_line(_JUDGE_HEAD), _line(["---"] * len(_JUDGE_HEAD))]
    for kind in dict.fromkeys(map(_kind, rows)):
        far = np.array([one for row in rows if _kind(row) == kind for one in row.judge_distances])
        figures = [f"{np.median(far):.3f}", f"{(far < same_person).mean():.0%}"] if len(far) else ["", ""]
        lines.append(_line([*_named(*kind), *figures]))
    return "\n".join(lines)


def course(points: Sequence[Point]) -> dict[str, list[Mark]]:
    """Give for each recipe its way: what it has at each mark, medians over sitters and seeds."""
    ways: dict[str, list[Mark]] = {}
    for recipe in dict.fromkeys(point.recipe for point in points):
        mine = [point for point in points if point.recipe == recipe]
        runs = len({(point.sitter, point.photos, point.seed) for point in mine})
        # Runs that end early have fewer marks; a mark counts where half of the runs have it.
        at = {step: [one for one in mine if one.step == step] for step in sorted({one.step for one in mine})}
        ways[recipe] = [_mark(here) for here in at.values() if 2 * len(here) >= runs]
    return ways


def in_time(ways: Mapping[str, Sequence[Mark]], ours: str = "limner") -> list[str]:
    """Say for each rival when it was at its best, and when we were as near; with the drawing, and without."""
    said = []
    for recipe, way in ways.items():
        if recipe == ours or not way or ours not in ways:
            continue
        best = min(way, key=lambda mark: mark.distance)
        near = [mark for mark in ways[ours] if mark.distance <= best.distance]
        when = f"after {best.train:.0f} core seconds ({best.whole:.0f} with drawing)"
        end = f"{recipe} is nearest {when}: {best.distance:.3f}"
        if not near:
            said.append(f"{end}; {ours} is never as near.")
            continue
        train, whole = min(mark.train for mark in near), min(mark.whole for mark in near)
        shares = f"{train / best.train:.2f} and {whole / best.whole:.2f} of its time"
        said.append(f"{end}; {ours} is as near after {train:.0f} ({whole:.0f}), {shares}.")
    return said


def _mark(points: Sequence[Point]) -> Mark:
    def middle(values: Iterable[float]) -> float:
        return float(np.median(list(values)))

    return Mark(
        middle(one.train_cpu_s for one in points),
        middle(one.cpu_s for one in points),
        middle(one.median_distance for one in points),
    )


def _kind(row: Row) -> tuple[str, int, str, float]:
    return row.recipe, row.photos, row.style, row.strength


def _named(recipe: str, photos: int, style: str, strength: float) -> list[str]:
    return [recipe, str(photos), style, "noise" if strength == 1 else f"photo at {strength:g}"]


def _figures(rows: Sequence[Row]) -> list[str]:
    far = np.array([one for row in rows for one in row.distances])
    done = [row for row in rows if not row.diverged]
    fidelity = [row.style_fidelity for row in done if row.style_fidelity is not None]
    lost = f"{len(rows) - len(done)} of {len(rows)}"
    if not done:
        return ["", "", "", "", "", "", "", lost]
    return [
        f"{np.median(far):.3f}",
        f"{(far < SAME_PERSON).mean():.0%}",
        f"{np.mean(fidelity):.0%}" if fidelity else "",
        f"{np.median([row.diversity for row in done]):.3f}",
        f"{np.median([row.wall_s for row in done]):.0f}",
        f"{np.median([row.cpu_s for row in done]):.0f}",
        f"{np.median([row.peak_mb for row in done]):.0f}",
        lost,
    ]


def _line(words: Iterable[str]) -> str:
    return f"| {' | '.join(words)} |"
