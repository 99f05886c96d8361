"""A Style LoRA is trained by the same steps as a face's."""

import pytest

from limner.engine.errors import StoppedError
from limner.engine.figures import changed
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import attached, read_notes
from limner.engine.styles import check_lora
from limner.engine.train.recipe import FaceRecipe
from limner.engine.train.style import train_style_lora
from limner.tests.fakes.base import QUICK_RECIPE, make_faces

RECIPE = changed(FaceRecipe(), QUICK_RECIPE)


def _train(base: BaseModel, recipe: FaceRecipe = RECIPE, **more: object) -> bytes:
    pictures = [face.image for face in make_faces(2)]
    captions = ["pencil drawing of a woman", "pencil drawing of a man"]
    return train_style_lora(base, pictures, captions, recipe, plain="pencil drawing", seed=1, **more)  # type: ignore[arg-type]  # one of two callbacks


def test_style_lora_is_sound(tiny_base: BaseModel) -> None:
    """The file passes the check of the styles and goes into the base it is for."""
    data = _train(tiny_base)
    assert check_lora(data).base == "tiny"
    assert read_notes(data)["steps"] == "8"
    with attached(tiny_base, {"style": data}):
        pass


def test_same_seed_same_style(tiny_base: BaseModel) -> None:
    """A style can be made again from its recipe."""
    assert _train(tiny_base) == _train(tiny_base)


def test_style_training_can_be_stopped(tiny_base: BaseModel) -> None:
    """Asked to stop, it takes no further step."""
    with pytest.raises(StoppedError):
        _train(tiny_base, should_stop=lambda: True)


def test_recipe_says_how_large_and_how_frugal(tiny_base: BaseModel) -> None:
    """Smaller pictures teach otherwise; keeping fewer activations gives a whole LoRA too, and ends with it."""
    small, frugal = changed(RECIPE, {"resolution": 32}), changed(RECIPE, {"checkpointing": True})
    assert _train(tiny_base, recipe=small) != _train(tiny_base)
    assert check_lora(_train(tiny_base, recipe=frugal)).layers == check_lora(_train(tiny_base)).layers
    assert not tiny_base.denoiser.is_gradient_checkpointing
