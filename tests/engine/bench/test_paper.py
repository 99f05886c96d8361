"""What full-size bases cost on paper: counted by torch, and turned into seconds by the recipes."""

from dataclasses import replace

import pytest

from limner.engine.bench.paper import Counts, count, portrait, sitter
from limner.engine.fuse.recipe import render_recipe_for
from limner.engine.train.recipe import recipe_for

ONE = Counts(forward=1.0, step=100.0, decode=10_000.0, lora=1 << 20)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_stable_diffusion_costs_what_is_known_of_it() -> None:
    """A forward pass at 512 px takes 0.80 TFLOP, a step of a LoRA more than two of them and less than three."""
    counts = count("sd15")
    assert counts.forward == pytest.approx(0.80e12, rel=0.01)
    assert 2 * counts.forward < counts.step < 3 * counts.forward


def test_a_sitter_costs_steps_and_judgements() -> None:
    """Each step costs its batch, each judgement its quick portraits with both sides of guidance."""
    recipe = replace(
        recipe_for("sd15", "sd15"),
        max_steps=20,
        finish_steps=5,
        batch=2,
        judge_every=10,
        judge_samples=3,
        judge_steps=4,
    )
    assert sitter(ONE, recipe) == 25 * 2 * 100 + 3 * 3 * (4 * 2 + 10_000)
    assert sitter(ONE, replace(recipe, judge_guidance=1.0)) == 25 * 2 * 100 + 3 * 3 * (4 + 10_000)


def test_a_portrait_costs_its_candidates() -> None:
    """What stays behind was drawn, too."""
    recipe = render_recipe_for("sd15", "sd15")
    assert portrait(ONE, "sd15") == recipe.candidates * (2 * recipe.steps + 10_000)


def test_a_seat_holds_seven_copies_of_a_face_lora() -> None:
    """Weights, two moments, average and gradient to learn; face and style to draw: 4 bytes a number each."""
    assert ONE.slot_mb == pytest.approx(28)
