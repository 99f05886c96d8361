"""What `limner bench likeness` writes, on a base of a few thousand weights."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from limner.deploy import likeness
from limner.engine.bench.rows import Row
from limner.engine.bench.style import StyleJudge
from limner.engine.errors import BadRecipeError, UnknownStyleError
from limner.engine.models.running import Running
from limner.tests.fakes.base import save_tiny_base

QUICK = """name: quick
words: a few steps
trainer: plain
targets: [to_q]
max_steps: 2
mark_every: 1
draw_steps: 2
"""


def _judge() -> StyleJudge:
    """Learn two styles that are easy to tell apart."""
    rng = np.random.default_rng(0)
    shades = {"photo": 60, "oil": 190}
    pictures = [
        (style, np.clip(rng.normal(shade, 9, (32, 32, 3)), 0, 255).astype(np.uint8))
        for style, shade in shades.items()
        for _ in range(4)
    ]
    return StyleJudge([picture for _, picture in pictures], [style for style, _ in pictures])


def _plan(out: Path, base: Path, *recipes: str, styles: tuple[str, ...] = ("photo",)) -> likeness.Plan:
    return likeness.Plan(
        sitters=["P007"],
        recipes=recipes,
        photos=[3],
        styles=styles,
        strengths=[1.0],
        seeds=[0],
        base=str(base),
        running=Running(),
        style_folders=(),
        out=out,
    )


def test_everything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows with all figures, marks, a table, two plots and a contact sheet; told line by line on the way."""
    monkeypatch.setattr(likeness, "learned_judge", _judge)
    base = save_tiny_base(tmp_path / "base")
    (tmp_path / "quick.yaml").write_text(QUICK)
    out = tmp_path / "out"
    said = list(likeness.run(_plan(out, base, str(tmp_path / "quick.yaml"), "none", styles=("photo", "oil"))))
    rows = msgspec.json.decode((out / "likeness.json").read_bytes(), type=list[Row])
    assert [(row.recipe, row.style) for row in rows] == [
        ("quick", "photo"), ("quick", "oil"), ("none", "photo"), ("none", "oil"),
    ]  # fmt: skip
    assert all(row.style_fidelity is not None for row in rows)
    assert any(line.startswith("quick P007 3 photos, seed 0, oil: ") for line in said)
    for name in ("likeness.md", "curves.json", "likeness-in-time.png", "likeness-and-style.png", "P007.png"):
        assert (out / name).stat().st_size > 100


@pytest.mark.parametrize(
    "recipe, style, error", [("nothing", "photo", BadRecipeError), ("none", "nothing", UnknownStyleError)]
)
def test_mistakes_are_told_before_anything_is_measured(
    recipe: str, style: str, error: type[Exception], tmp_path: Path
) -> None:
    """An unknown recipe or style costs no minute."""
    with pytest.raises(error):
        next(likeness.run(_plan(tmp_path / "out", tmp_path, recipe, styles=(style,))))
    assert not (tmp_path / "out").exists()
