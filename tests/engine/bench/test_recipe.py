"""The bench's recipes: data that names its source, and says how much is trained."""

from pathlib import Path

import pytest

from limner.engine.bench.recipe import FOLDER, find_recipe
from limner.engine.errors import BadRecipeError

NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_has_the_name_of_its_file(name: str) -> None:
    """Every recipe in the package can be read, and what trains plainly takes steps for three photos."""
    recipe = find_recipe(name)
    assert recipe.name == name
    assert (recipe.steps(3) > 0) == (recipe.trainer == "plain")


@pytest.mark.parametrize(
    "name, photos, steps",
    [
        ("facechain", 3, 600),
        ("facechain", 8, 1600),
        ("easyphoto", 3, 600),
        ("easyphoto", 8, 800),
        ("dreambooth", 3, 500),
    ],
)
def test_steps_follow_the_systems_rules(name: str, photos: int, steps: int) -> None:
    """200 a photo; the same up to 800; 500 whatever the photos."""
    assert find_recipe(name).steps(photos) == steps


def test_a_file_of_ones_own_is_a_recipe(tmp_path: Path) -> None:
    """A YAML file changes the engine's own figures."""
    file = tmp_path / "rank8.yaml"
    file.write_text("name: rank8\nwords: half the rank\ntrainer: limner\nfigures: {rank: 8}\n")
    assert find_recipe(str(file)).figures == {"rank": 8}


@pytest.mark.parametrize(
    "text, why",
    [("name: a\nwords: b\ntrainer: magic\n", "magic"), ("name: a\nspeed: 3\n", "speed"), ("{", "expected")],
)
def test_a_damaged_recipe_says_what_is_wrong(text: str, why: str, tmp_path: Path) -> None:
    """An unknown trainer, an unknown entry and what is no YAML are each named, with the file."""
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(BadRecipeError, match=why):
        find_recipe(str(file))


def test_an_unknown_recipe_is_told_with_the_known_ones() -> None:
    """Who mistypes a name reads all of them."""
    with pytest.raises(BadRecipeError, match="dreambooth, easyphoto, facechain, limner, none"):
        find_recipe("facechian")
