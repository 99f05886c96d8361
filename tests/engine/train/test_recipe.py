"""A recipe is data: a base's name gives it, a file beside the weights changes it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from limner.engine.errors import BadRecipeError
from limner.engine.figures import RECIPE_FILE, changed
from limner.engine.train.recipe import Augmentation, FaceRecipe, recipe_for, style_recipe_for


def test_nano_has_its_own() -> None:
    """The embedded base trains convolutions too, others only their attention."""
    assert "conv1" in recipe_for("nano", "sd15").targets
    assert "conv1" not in recipe_for("stable-diffusion-v1-5", "sd15").targets


@pytest.mark.parametrize("family", ["sd15", "sdxl", "zimage"])
def test_every_family_has_one(family: str) -> None:
    """A base that nobody has measured is trained by its family's figures."""
    assert recipe_for("somebody/something", family).lr <= 1.5e-4


def test_file_beside_the_weights_changes_it(tmp_path: Path) -> None:
    """What the file says is taken, what it leaves out stays."""
    (tmp_path / RECIPE_FILE).write_text(json.dumps({"rank": 2, "augmentation": {"variants": 3}}))
    recipe = recipe_for("nano", "sd15", tmp_path)
    assert recipe.rank == 2
    assert recipe.augmentation == Augmentation(variants=3)
    assert recipe.lr == FaceRecipe().lr


@pytest.mark.parametrize("content", ['{"speed": 3}', '{"rank": "high"}', "nonsense", "[]"])
def test_wrong_file_is_named(tmp_path: Path, content: str) -> None:
    """A file that a recipe cannot be made of is refused with its path."""
    (tmp_path / RECIPE_FILE).write_text(content)
    with pytest.raises(BadRecipeError, match=RECIPE_FILE):
        recipe_for("nano", "sd15", tmp_path)


def test_changes_are_checked() -> None:
    """A figure that a recipe does not know is not passed over in silence."""
    with pytest.raises(ValueError, match="speed"):
        changed(FaceRecipe(), {"speed": 3})


def test_a_style_has_a_recipe_of_its_own(tmp_path: Path) -> None:
    """Every base has one that leaves the tints of the pictures alone; its own file changes it apart from a face's."""
    for name, family in (("nano", "sd15"), ("other", "sd15"), ("other", "sdxl"), ("other", "zimage")):
        recipe = style_recipe_for(name, family)
        assert (recipe.augmentation.brightness, recipe.augmentation.contrast, recipe.augmentation.saturation) == (
            0,
            0,
            0,
        )
        assert recipe.targets == recipe_for(name, family).targets
    (tmp_path / RECIPE_FILE).write_text(json.dumps({"rank": 2, "style": {"max_steps": 7}}))
    assert style_recipe_for("nano", "sd15", tmp_path) == replace(style_recipe_for("nano", "sd15"), max_steps=7)
    assert recipe_for("nano", "sd15", tmp_path) == replace(recipe_for("nano", "sd15"), rank=2)
    (tmp_path / RECIPE_FILE).write_text(json.dumps({"style": {"stepz": 7}}))
    with pytest.raises(BadRecipeError, match="stepz"):
        style_recipe_for("nano", "sd15", tmp_path)
