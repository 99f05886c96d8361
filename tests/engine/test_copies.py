"""Copies of portraits: below a limit or square, marked like the portrait, never stretched or enlarged."""

import io
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from limner.engine.calls import Examiner
from limner.engine.copies import copy_portrait
from limner.engine.errors import BadFrameError
from limner.engine.fuse.marks import SOURCE_TYPE, portrait_png
from limner.tests.fakes.analyser import PaperAnalyser

NO_LIMIT = 10**9


def noise(width: int, height: int) -> bytes:
    """Make a portrait that no compression makes small."""
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8)
    return portrait_png(pixels, {"Style": "oil", "Seed": 7})


def banded(width: int, height: int) -> bytes:
    """Make a portrait whose colour tells where one is: red grows to the right, green downwards."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 250, width)
    pixels[..., 1] = np.linspace(0, 250, height)[:, None]
    return portrait_png(pixels, {})


def opened(data: bytes) -> Image.Image:
    """Open a copy, which is a JPEG."""
    picture = Image.open(io.BytesIO(data), formats=["JPEG"])
    picture.load()
    return picture


@pytest.mark.parametrize("square", [False, True])
def test_a_copy_says_that_a_machine_made_it(*, square: bool) -> None:
    """IPTC's digital source type and the parameters are in the copy as they were in the portrait."""
    picture = opened(copy_portrait(noise(600, 700), max_bytes=NO_LIMIT, square=square))
    assert f"<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPE}</" in picture.info["xmp"].decode()
    assert picture.info["comment"] == b"Style: oil, Seed: 7"


@pytest.mark.parametrize("max_bytes", [6 * 2**20, 2**20, 50_000])
def test_noise_of_2048_pixels_fits_into_any_limit(max_bytes: int) -> None:
    """The worst of all pictures comes below the limit, as large as that allows."""
    portrait = noise(2048, 2048)
    assert len(portrait) > 12 * 2**20
    copy = copy_portrait(portrait, max_bytes=max_bytes, square=False)
    assert max_bytes / 3 < len(copy) <= max_bytes
    assert opened(copy).width == opened(copy).height


def test_the_best_quality_that_fits_is_taken() -> None:
    """With room for it a copy has the finest quality, and keeps the portrait's size down to the coarsest."""
    portrait = noise(640, 512)
    sizes = [len(copy_portrait(portrait, max_bytes=NO_LIMIT, square=False))]
    for _ in range(3):
        copy = copy_portrait(portrait, max_bytes=sizes[-1] - 1, square=False)
        assert opened(copy).size == (640, 512)
        sizes.append(len(copy))
    assert sizes == sorted(sizes, reverse=True)
    assert opened(copy_portrait(portrait, max_bytes=sizes[-1] - 1, square=False)).size == (480, 384)


@pytest.mark.parametrize("size, side", [((600, 900), 600), ((900, 600), 600), ((512, 512), 512), ((1500, 1300), 1024)])
def test_an_avatar_is_square_and_not_enlarged(size: tuple[int, int], side: int) -> None:
    """Whatever the portrait's shape: as large as its shorter side, and 1024 px at most."""
    assert opened(copy_portrait(banded(*size), max_bytes=NO_LIMIT, square=True)).size == (side, side)


@pytest.mark.parametrize("size, left, top", [((600, 900), 0, 75), ((900, 600), 150, 0)])
def test_an_avatar_is_cut_from_the_upper_middle(size: tuple[int, int], left: int, top: int) -> None:
    """Where no face is found; what is there is not stretched."""
    copy = np.asarray(opened(copy_portrait(banded(*size), max_bytes=NO_LIMIT, square=True, analyser=PaperAnalyser())))
    first, last = copy[0, 0].astype(float), copy[-1, -1].astype(float)
    assert first[:2] == pytest.approx([250 * left / size[0], 250 * top / size[1]], abs=4)
    assert last[:2] == pytest.approx([250 * (left + 600) / size[0], 250 * (top + 600) / size[1]], abs=4)


@pytest.mark.parametrize("face", [(620, 100), (880, 500)])
def test_an_avatar_is_cut_around_the_face(face: tuple[int, int]) -> None:
    """A face far from the middle is in it whole, in the middle where the edge allows that."""
    left, top = face
    pixels = np.full((600, 1000, 3), 128, np.uint8)
    pixels[top : top + 90, left : left + 90] = (255, 0, 3)
    copy = copy_portrait(portrait_png(pixels, {}), max_bytes=NO_LIMIT, square=True, analyser=PaperAnalyser())
    shown = np.asarray(opened(copy)).astype(int)
    columns = np.flatnonzero(((shown[..., 0] > 200) & (shown[..., 1] < 60)).sum(0) > 40)
    corner = min(left + 45 - 300, 400)
    assert (columns[0], columns[-1]) == pytest.approx((left - corner, left - corner + 89), abs=2)


@pytest.mark.parametrize("square", [False, True])
def test_the_same_portrait_gives_the_same_copy(*, square: bool) -> None:
    """A copy has no time and no chance in it."""
    portrait = noise(700, 600)
    first, second = (copy_portrait(portrait, max_bytes=200_000, square=square) for _ in range(2))
    assert first == second


def test_what_cannot_be_copied_is_an_error() -> None:
    """More pixels than any portrait has are refused before they are decoded, and so are no room and no picture."""
    huge = io.BytesIO()
    Image.new("1", (8000, 8000)).save(huge, "PNG")
    with pytest.raises(ValueError, match="8000x8000"):
        copy_portrait(huge.getvalue(), max_bytes=NO_LIMIT, square=False)
    with pytest.raises(ValueError, match="into 100 bytes"):
        copy_portrait(noise(512, 512), max_bytes=100, square=False)
    with pytest.raises(OSError, match="cannot identify"):
        copy_portrait(b"GIF89a nonsense", max_bytes=NO_LIMIT, square=False)


class Nobody:
    """Hears no news of a call, and lets it go on."""

    def should_stop(self) -> bool:
        """Let it go on."""
        return False

    def cancelled(self) -> bool:
        """Wait for it."""
        return False

    def progress(self, progress: Any) -> None:
        """Hear nothing."""

    def checkpoint(self, data: bytes) -> None:
        """Hear nothing."""

    def preview(self, png: bytes) -> None:
        """Hear nothing."""

    def trained(self, learned: Any) -> None:
        """Hear nothing."""


def test_the_examiner_copies() -> None:
    """The call gives the copy with the face in its middle; arguments of another kind are refused."""
    examiner, portrait = Examiner(PaperAnalyser()), banded(900, 600)
    args = {"portrait": portrait, "max_bytes": NO_LIMIT, "square": True}
    answer = examiner.calls["copy"](msgspec.msgpack.encode(args), Nobody())
    assert answer == {"copy": copy_portrait(portrait, max_bytes=NO_LIMIT, square=True)}
    for wrong in ({"max_bytes": 0}, {"square": "yes"}, {"portrait": "text"}, {"quality": 100}):
        with pytest.raises(BadFrameError):
            examiner.calls["copy"](msgspec.msgpack.encode(args | wrong), Nobody())
