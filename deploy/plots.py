"""The bench's two pictures: likeness against time, and likeness against style.

matplotlib is imported only when one is drawn.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from limner.engine.bench.rows import SAME_PERSON, Row
from limner.engine.bench.tables import Mark


def likeness_in_time(ways: Mapping[str, Sequence[Mark]], to: Path) -> None:
    """Plot how near each recipe is after some core seconds."""
    figure, axes = _figure()
    for recipe, way in ways.items():
        axes.plot([mark.train for mark in way], [mark.distance for mark in way], "o-", label=recipe)
    axes.set_xlabel("seconds of one core, training alone")
    _finish(figure, axes, to)


def likeness_and_style(rows: Sequence[Row], to: Path) -> None:
    """Plot each recipe's styles: the share that a judge names rightly, and the median distance."""
    figure, axes = _figure()
    for recipe in dict.fromkeys(row.recipe for row in rows):
        mine = [row for row in rows if row.recipe == recipe and row.style_fidelity is not None]
        places = {style: _place([row for row in mine if row.style == style]) for style in {row.style for row in mine}}
        axes.plot(*zip(*places.values(), strict=True), "o", label=recipe) if places else None
        for style, place in places.items():
            axes.annotate(style, place, fontsize=7, xytext=(3, 3), textcoords="offset points")
    axes.set_xlabel("share of portraits whose style is named rightly")
    _finish(figure, axes, to)


def _place(rows: Sequence[Row]) -> tuple[float, float]:
    fidelity = float(np.mean([row.style_fidelity for row in rows]))
    return fidelity, float(np.median([one for row in rows for one in row.distances]))


def _figure() -> tuple[Any, Any]:
    # Made by hand: pyplot would choose a window system and keep every figure alive.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()


def _finish(figure: Any, axes: Any, to: Path) -> None:
    axes.axhline(SAME_PERSON, color="tab:gray", linestyle=":", linewidth=1)
    axes.set_ylabel("median distance to held-out photos (lower is nearer)")
    axes.legend()
    figure.savefig(to, dpi=120)
