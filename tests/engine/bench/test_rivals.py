"""Other systems' training and drawing on our base: what learns, what is put aside, and that the base stays clean."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from msgspec import structs

from limner.engine.bench.recipe import BenchRecipe, find_recipe
from limner.engine.bench.rivals import Snapshot, draw_plainly, train_plainly, whitened
from limner.engine.errors import DivergedError
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_prompts
from limner.engine.styles import load_styles
from limner.tests.fakes.base import ColourAnalyser, make_faces

PHOTO = load_styles()["photo"]


def _short(name: str, **changes: object) -> BenchRecipe:
    return structs.replace(
        find_recipe(name), **{"steps_per_photo": 0, "max_steps": 4, "mark_every": 2, "rank": 4, **changes}
    )


def _train(base: BaseModel, recipe: BenchRecipe, seed: int = 0) -> list[Snapshot]:
    return list(train_plainly(base, make_faces(3), ColourAnalyser(), recipe, seed=seed))


@pytest.mark.parametrize("name", ["facechain", "easyphoto", "dreambooth"])
def test_each_recipe_learns_and_leaves_the_base_as_it_was(tiny_base: BaseModel, name: str) -> None:
    """Weights are put aside at each mark and at the end, they differ, and afterwards the base says what it said."""
    recipe = _short(name, max_steps=5, average_every=find_recipe(name).average_every and 2)
    before = encode_prompts(tiny_base, ["photo of sks person"]).hidden
    names = [key for key, _ in tiny_base.denoiser.named_parameters()]
    first, second, end = _train(tiny_base, recipe)
    assert [first.step, second.step, end.step] == [2, 4, 5]
    assert first.lora != second.lora
    assert bool(end.text) == bool(recipe.text_targets)
    assert [key for key, _ in tiny_base.denoiser.named_parameters()] == names
    torch.testing.assert_close(encode_prompts(tiny_base, ["photo of sks person"]).hidden, before)


def test_the_same_seed_trains_the_same(tiny_base: BaseModel) -> None:
    """One seed gives one file, another seed another."""
    recipe = _short("facechain")
    assert _train(tiny_base, recipe)[-1].lora == _train(tiny_base, recipe)[-1].lora
    assert _train(tiny_base, recipe, seed=1)[-1].lora != _train(tiny_base, recipe)[-1].lora


def test_a_trained_text_encoder_is_heard_when_drawing(tiny_base: BaseModel) -> None:
    """The words that were learned change the portraits, and only while they are drawn."""
    recipe = _short("easyphoto", lr=0.3, average_every=0)
    learned = _train(tiny_base, recipe)[-1]
    deaf = Snapshot(
        learned.step, learned.spent, learned.lora, {name: value * 0 for name, value in learned.text.items()}
    )
    before = encode_prompts(tiny_base, ["photo of sks person"]).hidden
    pictures = [
        draw_plainly(tiny_base, one, PHOTO, make_faces(3), ColourAnalyser(), recipe, count=2, seed=0)
        for one in (learned, deaf)
    ]
    assert not np.array_equal(pictures[0], pictures[1])
    torch.testing.assert_close(encode_prompts(tiny_base, ["photo of sks person"]).hidden, before)


def test_candidates_are_ranked_by_likeness(tiny_base: BaseModel) -> None:
    """Of ten, the two that come nearest to the photos; without a number of candidates, the first two as they come."""
    learned = _train(tiny_base, _short("facechain"))[-1]

    def drawn(candidates: int, count: int) -> list[bytes]:
        recipe = _short("facechain", candidates=candidates, draw_steps=4)
        made = draw_plainly(tiny_base, learned, PHOTO, make_faces(3), ColourAnalyser(), recipe, count=count, seed=0)
        return [picture.tobytes() for picture in made]

    every = drawn(10, 10)
    assert drawn(10, 2) == every[:2]
    assert set(drawn(0, 2)) <= set(every)
    assert drawn(0, 2) != drawn(10, 2)


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_a_rival_begins_where_the_style_says(tiny_base: BaseModel, strength: float) -> None:
    """From noise the sitter's picture plays no part in the drawing; from the photo it does, as with our own."""
    recipe = _short("dreambooth", draw_steps=4)
    learned, style = _train(tiny_base, recipe)[-1], replace(PHOTO, start_strength=strength)
    faces = make_faces(3)
    negatives = [replace(face, image=255 - face.image) for face in faces]
    one, other = (
        draw_plainly(tiny_base, learned, style, given, ColourAnalyser(), recipe, count=1, seed=0)[0]
        for given in (faces, negatives)
    )
    assert np.array_equal(one, other) is (strength == 1.0)


def test_what_is_no_head_is_painted_white() -> None:
    """FaceChain's pictures: the head as it was, the wall and the shoulders white."""
    face = make_faces(1)[0]
    mask = np.full_like(face.mask, 0.75)
    mask[10:30, 10:30] = 1.0
    white = whitened(replace(face, mask=mask))
    np.testing.assert_array_equal(white[12:28, 12:28], face.image[12:28, 12:28])
    assert (white[:8] == 255).all()


def test_a_rate_that_is_far_too_high_is_told(tiny_base: BaseModel) -> None:
    """A loss that is no number ends the training, and the base is clean."""
    with pytest.raises(DivergedError):
        _train(tiny_base, _short("dreambooth", lr=1e30, max_steps=30))
    assert not [key for key, _ in tiny_base.denoiser.named_parameters() if "lora" in key]
