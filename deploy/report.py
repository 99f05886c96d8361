"""What `limner portrait` leaves behind: portraits, a contact sheet, the likeness over training, report.json.

Knows nothing of how portraits are made. matplotlib is imported only here and only when used.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from limner.engine.fuse.sheet import Row, contact_sheet


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

    `portraits` come style by style. `curve` holds maps with step, loss and likeness, as training measured them. Where
    nothing was trained it is empty, and `face_lora` None. `seconds` has one entry a stage. `refusals` name each photo
    that was not used, and why.
    """

    portraits: Sequence[MadePortrait]
    face_lora: bytes | None
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
    written[-1].write_bytes(contact_sheet(sheet_rows(made.portraits)))
    if made.face_lora is not None:
        written.append(folder / "face-lora.safetensors")
        written[-1].write_bytes(made.face_lora)
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


def sheet_rows(portraits: Sequence[MadePortrait]) -> list[Row]:
    """Lay the portraits out: a row for each style, or rows of four where there is only one style."""
    by_style = [(style, list(group)) for style, group in groupby(portraits, key=lambda portrait: portrait.style)]
    if len(by_style) == 1:
        [(style, only)] = by_style
        by_style = [(style if start == 0 else "", only[start : start + 4]) for start in range(0, len(only), 4)]
    return [Row(style, [(one.png, _caption(one)) for one in row]) for style, row in by_style]


def _caption(portrait: MadePortrait) -> str:
    return "" if portrait.likeness is None else f"{portrait.likeness:.2f}"


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
