"""What `limner portrait` leaves behind: portraits, a contact sheet, the likeness over training, report.json.

Knows nothing of how portraits are made. matplotlib and Pillow are imported only here and only when used.
"""

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class MadePortrait:
    """One portrait: the PNG, its style, its likeness to the sitter in [0, 1], and the seed that draws it again."""

    png: bytes
    style: str
    likeness: float | None
    seed: int


@dataclass(frozen=True, slots=True)
class Made:
    """Everything that one run brought.

    `portraits` come style by style. `curve` holds maps with step, loss and likeness, as training measured them; empty
    where nothing was trained. `seconds` has one entry a stage. `refusals` name each photo that was not used, and why.
    """

    portraits: Sequence[MadePortrait]
    curve: Sequence[Mapping[str, float | None]]
    seconds: Mapping[str, float]
    refusals: Sequence[Mapping[str, str]]


def write_report(folder: Path, made: Made) -> list[Path]:
    """Write everything into a folder, made if missing; return the files, report.json last."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in file_names(made.portraits)]
    for file, portrait in zip(files, made.portraits, strict=True):
        file.write_bytes(portrait.png)
    written = [*files, folder / "contact-sheet.png"]
    contact_sheet(made.portraits, written[-1])
    if made.curve:
        written.append(folder / "likeness.png")
        likeness_plot(made.curve, written[-1])
    written.append(folder / "report.json")
    written[-1].write_text(json.dumps(as_json(made, files), indent=2) + "\n")
    return written


def file_names(portraits: Sequence[MadePortrait]) -> list[str]:
    """Name the portraits by style and number, as in `comic-01.png`; in each style from 1, the best first."""
    counted: Counter[str] = Counter()
    names = []
    for portrait in portraits:
        counted[portrait.style] += 1
        names.append(f"{portrait.style}-{counted[portrait.style]:02}.png")
    return names


def as_json(made: Made, files: Sequence[Path]) -> dict[str, Any]:
    """Return what report.json holds: portraits, refusals, seconds of each stage and the curve."""
    return {
        "portraits": [
            {"file": file.name, "style": portrait.style, "seed": portrait.seed, "likeness": portrait.likeness}
            for file, portrait in zip(files, made.portraits, strict=True)
        ],
        "refusals": [dict(refusal) for refusal in made.refusals],
        "seconds": {stage: round(seconds, 1) for stage, seconds in made.seconds.items()},
        "training": [{name: _rounded(value) for name, value in point.items()} for point in made.curve],
    }


def contact_sheet(portraits: Sequence[MadePortrait], to: Path, *, gap: int = 8) -> None:
    """Draw portraits side by side on white: a row for each style, or rows of four where there is only one style.

    All portraits have the size of the first.
    """
    from PIL import Image

    rows = _rows(portraits)
    pictures = [[Image.open(io.BytesIO(one.png)).convert("RGB") for one in row] for row in rows]
    width, height = pictures[0][0].size
    columns = max(map(len, rows))
    sheet = Image.new("RGB", (columns * (width + gap) + gap, len(rows) * (height + gap) + gap), "white")
    for down, row in enumerate(pictures):
        for across, picture in enumerate(row):
            sheet.paste(picture, (gap + across * (width + gap), gap + down * (height + gap)))
    sheet.save(to)


def _rows(portraits: Sequence[MadePortrait]) -> list[list[MadePortrait]]:
    by_style = [list(group) for _, group in groupby(portraits, key=lambda portrait: portrait.style)]
    if len(by_style) > 1:
        return by_style
    return [list(portraits[start : start + 4]) for start in range(0, len(portraits), 4)]


def likeness_plot(curve: Sequence[Mapping[str, float | None]], to: Path) -> None:
    """Plot likeness and loss over the training steps, each against its own axis."""
    # The figure is made by hand: pyplot would choose a window system and keep every figure alive.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.set_xlabel("training step")
    axes.set_ylabel("likeness to the held-out photo", color="tab:blue")
    axes.set_ylim(0, 1)
    axes.plot(*_series(curve, "likeness"), "o-", color="tab:blue")
    loss = axes.twinx()
    loss.set_ylabel("loss", color="tab:gray")
    loss.plot(*_series(curve, "loss"), color="tab:gray", alpha=0.6)
    figure.savefig(to, dpi=120)


def _series(curve: Sequence[Mapping[str, float | None]], name: str) -> tuple[list[float], list[float]]:
    known = [(point["step"], point.get(name)) for point in curve]
    pairs = [(step, value) for step, value in known if step is not None and value is not None]
    return [step for step, _ in pairs], [value for _, value in pairs]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
