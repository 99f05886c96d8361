"""What `limner bench likeness` writes, on a base of a few thousand weights."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from limner.deploy import likeness
from limner.deploy.errors import UserMistakeError
from limner.engine.bench.rows import Row
from limner.engine.bench.style import StyleJudge
from limner.engine.errors import BadRecipeError, MissingModelsError, UnknownStyleError
from limner.engine.models.running import Running
from limner.tests.fakes.base import save_tiny_base
from limner.tests.fakes.faceres import save_faceres

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


def _plan(
    out: Path, base: Path, *recipes: str, styles: tuple[str, ...] = ("photo",), judge: Path | None = None
) -> likeness.Plan:
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
        judge=judge,
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


def test_a_second_judge_has_figures_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its distances stand beside dlib's in every row, and in a table of their own; without it there are none."""
    monkeypatch.setattr(likeness, "learned_judge", _judge)
    base, out = save_tiny_base(tmp_path / "base"), tmp_path / "out"
    for judge in (None, save_faceres(tmp_path / "judge")):
        assert list(likeness.run(_plan(out, base, "none", judge=judge)))
        [row] = msgspec.json.decode((out / "likeness.json").read_bytes(), type=list[Row])
        assert len(row.judge_distances) == (len(row.distances) if judge else 0)
        assert (row.judge_distance is not None) == (row.judge_same is not None) == (judge is not None)
        assert ("judge_distance" in (out / "likeness.md").read_text()) == (judge is not None)


def test_a_judge_that_is_not_there_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    """A folder without FaceRes costs no minute."""
    with pytest.raises(MissingModelsError):
        next(likeness.run(_plan(tmp_path / "out", tmp_path, "none", judge=tmp_path)))
    assert not (tmp_path / "out").exists()


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


def test_a_sitter_with_too_few_pictures_ends_it_in_a_sentence(tmp_path: Path) -> None:
    """What a process of its own finds wrong is told here, with whom it is about."""
    base = save_tiny_base(tmp_path / "base")
    (tmp_path / "nobody").mkdir()
    plan = replace(_plan(tmp_path / "out", base, "none"), sitters=[str(tmp_path / "nobody")])
    with pytest.raises(UserMistakeError, match=r"none on .*nobody cannot be measured. Only 0 of the photos"):
        list(likeness.run(plan))
