"""The files that leave the engine: portraits, contact sheets, references."""

import io

import numpy as np
import pytest
from PIL import Image

from limner.engine.errors import BadReferenceError
from limner.engine.fuse.marks import SOURCE_TYPE, enlarged, portrait_png
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.sheet import Row, contact_sheet
from limner.queue.messages import FAILURES
from limner.tests.fakes.base import make_faces


def _open(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_portrait_is_enlarged_to_512() -> None:
    """A small base's picture goes out with 512 px on its longer side, a large one's as it is."""
    assert enlarged(np.zeros((128, 128, 3), np.uint8)).shape == (512, 512, 3)
    assert enlarged(np.zeros((128, 96, 3), np.uint8)).shape == (512, 384, 3)
    assert enlarged(np.zeros((768, 400, 3), np.uint8)).shape == (768, 400, 3)


def test_portrait_says_that_a_machine_made_it() -> None:
    """The file carries IPTC's digital source type as XMP, and its parameters."""
    picture = _open(portrait_png(np.zeros((128, 128, 3), np.uint8), {"Style": "oil", "Seed": 7}))
    assert SOURCE_TYPE in picture.info["XML:com.adobe.xmp"]
    assert picture.info["parameters"] == "Style: oil, Seed: 7"


def test_same_picture_same_file() -> None:
    """A portrait's file has no time and no chance in it."""
    image = make_faces(1)[0].image
    assert portrait_png(image, {"Seed": 1}) == portrait_png(image, {"Seed": 1})


def test_contact_sheet_holds_every_picture() -> None:
    """A sheet is as wide as its longest row and as high as its rows, and shows the pictures."""
    red = portrait_png(np.full((16, 16, 3), (255, 0, 0), np.uint8), {})
    sheet = _open(contact_sheet([Row("oil", [(red, "0.51"), (red, "0.48")]), Row("comic", [(red, "0.40")])], side=64))
    assert sheet.size == (10 + 2 * 74, 10 + 2 * (64 + 22 + 22 + 10))
    assert sum(bool(np.all(pixel == (255, 0, 0))) for pixel in np.asarray(sheet).reshape(-1, 3)) >= 3 * 64 * 64


def test_empty_contact_sheet_is_a_picture() -> None:
    """No rows give an empty sheet, not an error."""
    assert _open(contact_sheet([])).width > 0


def test_reference_comes_back() -> None:
    """A reference that was written and read holds one aligned face, all embeddings and the sitter's words."""
    faces = make_faces(3)
    reference = Reference.load(Reference.of(faces).dump(), 128)
    assert any(np.array_equal(reference.image, face.image) for face in faces)
    assert np.array_equal(reference.embeddings, np.stack([face.embedding for face in faces]))
    assert reference.sitter == "sks person"


def test_same_faces_same_reference() -> None:
    """A reference's file is the same each time."""
    assert Reference.of(make_faces(3)).dump() == Reference.of(make_faces(3)).dump()


@pytest.mark.parametrize("data", [b"", b"nonsense", b"PK\x03\x04broken"])
def test_damaged_reference(data: bytes) -> None:
    """A reference that cannot be read says what to do."""
    with pytest.raises(BadReferenceError, match="send the photos again"):
        Reference.load(data, 128)


def test_another_analysers_reference() -> None:
    """What was kept while another analyser was in use cannot be compared: people are asked for new photos."""
    with pytest.raises(BadReferenceError, match="send the photos again") as caught:
        Reference.load(Reference.of(make_faces(3)).dump(), 512)
    assert caught.value.reason in FAILURES
