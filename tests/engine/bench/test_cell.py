"""One cell of the bench: what a painter learns and draws, and what is written down about it."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from limner.engine.bench.cell import FOUND, Painter, keep
from limner.engine.bench.recipe import BenchRecipe, find_recipe
from limner.engine.bench.rows import PORTRAITS, Cell, Found
from limner.engine.models.base import BaseModel
from limner.engine.styles import load_styles
from limner.tests.fakes.base import ColourAnalyser, make_faces

PHOTO = load_styles()["photo"]
QUICK = msgspec.structs.replace(
    find_recipe("dreambooth"), name="quick", max_steps=4, mark_every=2, draw_steps=2, rank=2
)


def _painter(base: BaseModel, recipe: BenchRecipe) -> Painter:
    return Painter(base, ColourAnalyser(), recipe, make_faces(3), seed=0)


def test_our_own_training_is_seen_on_its_way(tiny_base: BaseModel) -> None:
    """Marks lie ever further apart, the last one is what goes out, and time only grows."""
    longer = msgspec.structs.replace(find_recipe("limner"), figures={"max_steps": 30, "patience": 9, "judge_every": 15})
    learned = _painter(tiny_base, longer).train()
    assert [one.step for one in learned] == [10, 20, 30, 33]
    assert len({one.lora for one in learned}) > 2
    assert all(a.spent.cpu < b.spent.cpu for a, b in pairwise(learned))


def test_figures_of_a_recipe_change_our_training(tiny_base: BaseModel) -> None:
    """A sweep changes one figure in a file of its own."""
    fewer = msgspec.structs.replace(find_recipe("limner"), figures={"max_steps": 4, "finish_steps": 1})
    assert [one.step for one in _painter(tiny_base, fewer).train()] == [4, 5]


@pytest.mark.parametrize("recipe", [find_recipe("none"), QUICK], ids=["none", "plain"])
def test_a_painter_draws_what_a_request_asks_for(tiny_base: BaseModel, recipe: BenchRecipe) -> None:
    """As many portraits by every recipe, whatever it learned."""
    painter = _painter(tiny_base, recipe)
    learned = painter.train()
    assert bool(learned) == (recipe.trainer == "plain")
    assert len(painter.draw(learned[-1] if learned else None, PHOTO)) == PORTRAITS


def _cell(directory: Path, recipe: BenchRecipe) -> Cell:
    return Cell(recipe=recipe, sitter="P007", photos=3, seed=0, styles=("photo",), base=str(directory))


def _found(folder: Path) -> Found:
    return msgspec.json.decode((folder / FOUND).read_bytes(), type=Found)


def test_a_cell_is_measured_once(tiny_directory: Path, tmp_path: Path) -> None:
    """Its row and marks are complete and its portraits are there; the same cell is left alone, another one is not."""
    cell = _cell(tiny_directory, QUICK)
    keep(cell, tmp_path)
    found = _found(tmp_path / cell.name)
    (row,) = found.rows
    assert (row.recipe, row.sitter, row.photos, row.style, row.seed) == ("quick", "P007", 3, "photo", 0)
    assert len(row.distances) == PORTRAITS == len(list((tmp_path / cell.name).glob("photo-1-*.png")))
    assert min(row.wall_s, row.cpu_s, row.peak_mb) > 0
    assert [point.step for point in found.points] == [2, 4]
    written = (tmp_path / cell.name / FOUND).stat().st_mtime_ns
    keep(cell, tmp_path)
    assert (tmp_path / cell.name / FOUND).stat().st_mtime_ns == written
    keep(replace(cell, curve=False), tmp_path)
    assert not _found(tmp_path / cell.name).points


def test_a_recipe_that_diverges_leaves_rows_that_say_so(tiny_directory: Path, tmp_path: Path) -> None:
    """The bench goes on, and nobody overlooks it."""
    cell = _cell(tiny_directory, msgspec.structs.replace(QUICK, lr=1e30, max_steps=30))
    keep(cell, tmp_path)
    (row,) = _found(tmp_path / cell.name).rows
    assert row.diverged
    assert row.median_distance is None
