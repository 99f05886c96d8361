"""Another background for a portrait: the sitter stays, all else is what was chosen, and no old light goes along."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from limner.engine.faces import Floats, Pixels, distance
from limner.engine.fuse.background import put_before, sitter_mask, without_sitter
from limner.engine.fuse.marks import COMPOSITE, SOURCE_TYPE
from limner.engine.fuse.pipeline import Portrait, render
from limner.engine.fuse.reference import Reference
from limner.engine.models.base import BaseModel
from limner.engine.preprocess.decode import decode
from limner.engine.styles import Style
from limner.tests.fakes.analyser import FaceInTheMiddle, dlib_analyser
from limner.tests.fakes.base import make_faces
from limner.tests.fakes.photos import picture, portrait, scenery, selfie

PHOTO = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0)
NAVY = np.array([[(0, 0, 128)]], np.uint8)


@pytest.fixture(scope="module", name="photo", params=["P007", "P008"])
def _photo(request: pytest.FixtureRequest) -> Pixels:
    return decode(portrait(request.param, 600))


def _same(photo: Pixels, made: Pixels) -> float:
    analyser = dlib_analyser()
    before, after = (analyser.embed(one, analyser.detect(one)[0]) for one in (photo, made))
    return distance(before, after)


def test_a_colour_is_behind_the_sitter_who_stays(photo: Pixels) -> None:
    """Outside of the mask there is the colour alone, inside the sitter's own pixels; it is the same person."""
    mask = sitter_mask(photo, dlib_analyser())
    made = put_before(photo, NAVY, dlib_analyser())
    assert mask is not None
    assert (mask == 0).mean() > 0.15
    assert (made[mask == 0] == (0, 0, 128)).all()
    assert (mask == 1).mean() > 0.2
    assert np.array_equal(made[mask == 1], photo[mask == 1])
    assert _same(photo, made) < 0.25


def test_a_picture_covers_the_whole_of_it(photo: Pixels) -> None:
    """A picture of another shape is cropped around its middle, and is seen as it is beside the sitter."""
    mask = sitter_mask(photo, dlib_analyser())
    made = put_before(photo, decode(scenery()), dlib_analyser())
    behind = np.asarray(ImageOps.fit(picture(scenery()), (photo.shape[1], photo.shape[0])))
    assert mask is not None
    far = mask == 0
    assert np.abs(made[far].astype(int) - behind[far]).mean() < 2
    assert _same(photo, made) < 0.25


def test_no_halo_goes_along() -> None:
    """A dark shape that was soft before a white wall is as dark at its rim before a dark one."""
    rows, columns = np.mgrid[0:400, 0:400] - 200
    hard = np.where(rows**2 + columns**2 < 90**2, 40, 255).astype(np.uint8)
    soft = np.asarray(Image.fromarray(hard).filter(ImageFilter.GaussianBlur(6)))

    def parser(crop: Pixels, _landmarks: Floats, _known: Floats) -> Floats:
        return np.asarray(0.3 + 0.3 * (255 - crop.mean(2)) / 215, np.float32)

    made = put_before(np.stack([soft] * 3, axis=2), np.full((1, 1, 3), 40, np.uint8), FaceInTheMiddle(), parser)
    assert made.max() < 60


def test_the_body_goes_on_beneath_the_crop() -> None:
    """A face high in an upright picture: the body beneath it belongs to the sitter down to the lower edge."""
    selfie_of = picture(selfie("P009", 600))
    upright = np.asarray(selfie_of.resize((600, round(selfie_of.height * 600 / selfie_of.width))))
    body = np.repeat(upright[-1:], 500, axis=0)
    mask = sitter_mask(np.concatenate([upright, body]), dlib_analyser())
    assert mask is not None
    assert mask[-1, 250:350].mean() > 0.9
    assert mask[:40, :40].max() == 0


def test_a_photo_s_background_is_without_its_sitter(photo: Pixels) -> None:
    """Where somebody stood before a wall, there is the wall."""
    before_navy = put_before(photo, NAVY, dlib_analyser())
    wall = without_sitter(before_navy, dlib_analyser())
    assert np.abs(wall.astype(int) - (0, 0, 128)).max() < 16


def test_nobody_is_put_nowhere() -> None:
    """A picture without a face stays as it is, in front and behind."""
    empty = decode(scenery())
    assert put_before(empty, NAVY, dlib_analyser()) is empty
    assert without_sitter(empty, dlib_analyser()) is empty


def _render(base: BaseModel, **more: Any) -> list[Portrait]:
    arguments = {"count": 2, "candidates": 2, "seed": 5, **more}
    return render(base, None, PHOTO, Reference.of(make_faces(3)), FaceInTheMiddle(), **arguments)


def _opened(portrait_: Portrait) -> tuple[Pixels, dict[Any, Any]]:
    with Image.open(io.BytesIO(portrait_.png)) as opened:
        return np.asarray(opened), dict(opened.info)


@pytest.mark.parametrize("aspect", ["1:1", "3:4", "16:9"])
def test_portraits_of_each_shape_get_it(tiny_base: BaseModel, aspect: str) -> None:
    """The upper corners are the colour, size and parameters as without it; the mark says that a part was not drawn."""
    for plain, made in zip(
        _render(tiny_base, aspect=aspect), _render(tiny_base, aspect=aspect, background=NAVY), strict=True
    ):
        (before, said), (after, says) = _opened(plain), _opened(made)
        assert COMPOSITE in says["XML:com.adobe.xmp"]
        assert SOURCE_TYPE in said["XML:com.adobe.xmp"]
        assert says["parameters"] == said["parameters"]
        assert after.shape == before.shape
        assert (after[:4, [0, -1]] == (0, 0, 128)).all()
        middle = tuple(side // 2 for side in after.shape[:2])
        assert np.array_equal(after[middle], before[middle])


@pytest.mark.parametrize("background", [None, "photo", NAVY], ids=["style", "photo", "colour"])
def test_same_seed_same_portraits(tiny_base: BaseModel, background: Any) -> None:
    """The same request gives the same files, and only the style's background those of no wish at all."""
    made = _render(tiny_base, background=background)
    assert made == _render(tiny_base, background=background)
    assert (made == _render(tiny_base)) is (background is None)
