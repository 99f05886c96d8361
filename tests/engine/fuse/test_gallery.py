"""The picture that stands for a style."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from limner.engine.errors import BlockedError
from limner.engine.fuse.gallery import gallery_picture
from limner.engine.fuse.sampler import Sampling
from limner.engine.models.base import BaseModel
from limner.tests.engine.fuse.test_adapters import make_lora

HOW = Sampling(steps=3, guidance=2.0)


def test_style_shows_as_strong_as_it_is(tiny_base: BaseModel) -> None:
    """The LoRA changes the picture, at a scale of nought it does not, and one seed gives one file."""
    lora = make_lora(tiny_base, "style", rank=2, seed=1, targets=("to_q", "conv1"))
    plain = gallery_picture(tiny_base, "picture", None, HOW, seed=1)
    styled = gallery_picture(tiny_base, "picture", lora, HOW, seed=1)
    assert styled != plain
    assert gallery_picture(tiny_base, "picture", lora, HOW, seed=1) == styled
    assert gallery_picture(tiny_base, "picture", lora, HOW, scale=0.0, seed=1) == plain
    with Image.open(io.BytesIO(plain)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (384, 384))


class _Pixels:
    def to(self, *_: Any) -> None:
        """Go nowhere."""


class _Extracted:
    pixel_values = _Pixels()


def _objecting(base: BaseModel, times: int) -> BaseModel:
    """Give the base a checker that objects to so many pictures."""
    left = [True] * times

    def check(images: list[Any], **_: Any) -> tuple[list[Any], list[bool]]:
        return images, [left.pop() if left else False for _ in images]

    return replace(base, safety=(check, lambda *_, **__: _Extracted()))


def test_what_is_not_safe_is_not_shown(tiny_base: BaseModel) -> None:
    """Where the base's checker objects the next seed is drawn, and after four there is no picture."""
    second = gallery_picture(tiny_base, "picture", None, HOW, seed=2)
    assert gallery_picture(_objecting(tiny_base, 1), "picture", None, HOW, seed=1) == second
    with pytest.raises(BlockedError):
        gallery_picture(_objecting(tiny_base, 4), "picture", None, HOW, seed=1)
