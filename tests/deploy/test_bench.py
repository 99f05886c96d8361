"""`limner bench`: mistakes end in a sentence before anything is measured."""

import pytest
from click.testing import CliRunner

from limner.deploy.cli import main


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--sitters", "P007,P011"], "openpeople has no P011"),
        (["--strengths", "much"], "--strengths takes numbers"),
        (["--photos", "9"], "--photos takes numbers from 1 to 8, not 9"),
        (["--base", "/nowhere"], "/nowhere"),
        (["--judge", "/nowhere"], "'/nowhere' does not exist"),
    ],
)
def test_mistakes_are_told_at_once(words: list[str], sentence: str) -> None:
    """An unknown sitter, a strength that is no number, a base or judge that is not there: each has its own sentence."""
    result = CliRunner().invoke(main, ["bench", "likeness", "--out", "unused", *words])
    assert result.exit_code == 2
    assert sentence in result.output


def test_an_unknown_recipe_is_told_at_once() -> None:
    """Who mistypes a recipe reads the known ones."""
    result = CliRunner().invoke(main, ["bench", "likeness", "--out", "unused", "--recipes", "facechian"])
    assert result.exit_code == 1
    assert "choose from dreambooth, easyphoto, facechain, limner, none" in result.output


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--sd15-size", "--base", "nano"], "leave --base out"),
        (["--base", "/nowhere"], "/nowhere"),
        (["--repeats", "0"], "0 is not in the range"),
    ],
)
def test_mistakes_about_the_floor_are_told_at_once(words: list[str], sentence: str) -> None:
    """Two bases at once, a base that is not there, no repeat: each has its own sentence."""
    result = CliRunner().invoke(main, ["bench", "floor", "--out", "unused", *words])
    assert result.exit_code == 2
    assert sentence in result.output
