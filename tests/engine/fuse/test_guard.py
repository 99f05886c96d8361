"""Style is asked before a portrait goes out."""

import torch

from limner.engine.fuse.adapters import fused
from limner.engine.fuse.guard import style_margin
from limner.engine.models.base import BaseModel
from limner.tests.engine.fuse.test_adapters import make_lora


def _latents(count: int) -> torch.Tensor:
    return torch.randn(count, 4, 8, 8, generator=torch.Generator().manual_seed(3))


def test_same_words_and_no_lora_are_no_style(tiny_base: BaseModel) -> None:
    """Where style and photo are the same question, no picture is in style."""
    with fused(tiny_base, face=None, style=None) as fusion:
        margins = style_margin(fusion, _latents(3), "photo", "photo", face_scale=1, style_scale=1)
    assert margins == [0.0, 0.0, 0.0]


def test_picture_drawn_with_the_style_is_in_it(tiny_base: BaseModel) -> None:
    """What the style explains better than the photo does has a margin, and the opposite style has the opposite."""
    style = make_lora(tiny_base, "style", rank=4, seed=2, targets=("to_q", "conv1", "conv2"))
    with fused(tiny_base, face=None, style=style) as fusion:
        forth = style_margin(fusion, _latents(4), "drawing", "photo", face_scale=1, style_scale=1)
    assert any(abs(one) > 1e-4 for one in forth)


def test_scales_are_left_as_wanted(tiny_base: BaseModel) -> None:
    """After the question the style is on again."""
    style = make_lora(tiny_base, "style", rank=2, seed=2, targets=("to_q",))
    with fused(tiny_base, face=None, style=style) as fusion:
        style_margin(fusion, _latents(1), "drawing", "photo", face_scale=1, style_scale=0.5)
        layer = next(module for name, module in tiny_base.denoiser.named_modules() if name.endswith("attn1.to_q"))
        assert layer.scaling["style"] == 0.5 * 2
