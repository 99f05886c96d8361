"""Aspect ratios: the base's own area, in sides that it takes, and none for nano."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from limner.engine.errors import BadAspectError
from limner.engine.fuse.aspect import ASPECTS, latent_shape
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.reference import Reference
from limner.engine.models.base import BaseModel, load_base
from limner.engine.styles import Style
from limner.tests.fakes.base import ColourAnalyser, make_faces
from limner.tests.fakes.bases import write_sd15, write_sdxl, write_zimage

STYLE = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0, start_strength=0.5)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_area_stays_the_base_s(tiny_base: BaseModel, aspect: str) -> None:
    """At 1024 px each ratio has about the same area, the ratio that was asked for, and sides of the base's grid."""
    base = replace(tiny_base, size=1024)
    _, height, width = latent_shape(base, aspect)
    across, down = map(int, aspect.split(":"))
    assert height % base.grid == width % base.grid == 0
    assert height * width == pytest.approx(128 * 128, rel=0.03)
    assert width / height == pytest.approx(across / down, rel=0.03)


@pytest.mark.parametrize("write", [write_sd15, write_sdxl, write_zimage])
def test_each_family_draws_upright(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """A portrait of three to four is drawn by every family, from noise, and goes out unstretched."""
    base = load_base(write(tmp_path / "base"))
    portrait, *_ = render(
        base, None, STYLE, Reference.of(make_faces(3)), ColourAnalyser(), count=1, candidates=1, aspect="3:4", seed=1
    )
    _, height, width = latent_shape(base, "3:4")
    with Image.open(io.BytesIO(portrait.png)) as picture:
        assert picture.size == (round(512 * width / height), 512)
        assert f"Size: {8 * width}x{8 * height}" in picture.info["parameters"]
        assert "Denoising strength: 1.0" in picture.info["parameters"]


def test_nano_stays_square(tiny_base: BaseModel) -> None:
    """nano, which knows square faces alone, says so."""
    nano = replace(tiny_base, name="nano")
    assert latent_shape(nano, "1:1") == nano.latent_shape
    with pytest.raises(BadAspectError, match="nano draws square pictures alone; leave it at 1:1"):
        latent_shape(nano, "3:4")


@pytest.mark.parametrize("aspect", ["2:3", "", "portrait", "0:0"])
def test_an_unknown_ratio_names_those_there_are(tiny_base: BaseModel, aspect: str) -> None:
    """What is not among the ratios is refused with all of them."""
    with pytest.raises(BadAspectError, match="1:1, 3:4, 4:3, 9:16, 16:9"):
        latent_shape(tiny_base, aspect)
