"""How a base draws is data; a style's figures count on the base that they were made for."""

import json
from pathlib import Path

import pytest

from limner.engine.errors import BadRecipeError
from limner.engine.figures import RECIPE_FILE
from limner.engine.fuse.recipe import RenderRecipe, render_recipe_for, suited
from limner.engine.styles import Style
from limner.engine.train.recipe import FaceRecipe, recipe_for

OIL = Style("oil", "Oil", "Thick paint.", "oil painting of sks person", face_scale=0.5, guidance=2.5, base="nano")


@pytest.mark.parametrize("family", ["sd15", "sdxl", "zimage"])
def test_every_family_has_one(family: str) -> None:
    """A base that nobody has measured draws by its family's figures."""
    assert render_recipe_for("somebody/something", family).steps >= 20


def test_turbo_is_drawn_in_few_steps_without_guidance() -> None:
    """A distilled Z-Image has its steps and its guidance built in."""
    turbo = render_recipe_for("Tongyi-MAI/Z-Image-Turbo", "zimage")
    assert turbo.steps == 8
    assert turbo.guidance == 1.0


def test_file_beside_the_weights_changes_both_recipes(tmp_path: Path) -> None:
    """One file holds a base's figures for learning and, under `render`, for drawing."""
    (tmp_path / RECIPE_FILE).write_text(json.dumps({"rank": 2, "render": {"steps": 5}}))
    assert render_recipe_for("nano", "sd15", tmp_path) == RenderRecipe(steps=5, solver="dpm")
    assert recipe_for("nano", "sd15", tmp_path) == FaceRecipe(rank=2)


@pytest.mark.parametrize("render", [{"speed": 3}, {"steps": "many"}, [], "fast"])
def test_wrong_figures_are_named(tmp_path: Path, render: object) -> None:
    """Figures that a recipe cannot be made of are refused."""
    (tmp_path / RECIPE_FILE).write_text(json.dumps({"render": render}))
    with pytest.raises(BadRecipeError, match="render"):
        render_recipe_for("nano", "sd15", tmp_path)


def test_style_keeps_its_figures_on_its_base() -> None:
    """On the base that it was made for a style is drawn as it says."""
    assert suited(OIL, "nano", RenderRecipe()) == OIL


def test_style_is_its_words_on_another_base() -> None:
    """Elsewhere neither its LoRA nor its figures mean anything."""
    there = suited(OIL, "sdxl", RenderRecipe(guidance=6.0))
    assert (there.prompt, there.face_scale, there.guidance, there.lora) == (OIL.prompt, 1.0, 6.0, None)


def test_style_that_says_no_guidance_takes_the_bases() -> None:
    """Without a guidance of its own a style is drawn with the base's."""
    plain = Style("plain", "Plain", "Nothing.", "photo of sks person")
    assert suited(plain, "nano", RenderRecipe(guidance=4.0)).guidance == 4.0
