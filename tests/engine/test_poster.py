"""The poster: everybody on it, whatever their number."""

import io

import numpy as np
import pytest
from PIL import Image

from limner.engine.fuse.marks import SOURCE_TYPE
from limner.engine.poster import poster


def portrait(shade: int) -> bytes:
    """Paint a portrait of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (128, 128), (shade, 255 - shade, 90)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("number", [1, 2, 3, 7, 40, 200])
def test_a_poster_holds_everybody_and_stays_within_what_a_chat_shows(number: int) -> None:
    """From one to two hundred portraits the sheet is at most 2,600 pixels long, rather square, and below 10 MB."""
    made = poster([portrait(n % 256) for n in range(number)])
    with Image.open(io.BytesIO(made)) as sheet:
        width, height = sheet.size
        assert sheet.format == "JPEG"
    assert max(width, height) <= 2600
    assert 0.9 <= width / height <= 2.1
    assert len(made) < 10 * 2**20


def test_each_portrait_is_there_once_in_its_order() -> None:
    """Six portraits of different shades stand in rows, the first at the top left, none twice."""
    shades = [0, 50, 100, 150, 200, 250]
    with Image.open(io.BytesIO(poster([portrait(shade) for shade in shades]))) as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    rows, columns = 2, 3
    height, width = pixels.shape[0] // rows, pixels.shape[1] // columns
    seen = [
        int(pixels[height // 2 + row * height, width // 2 + column * width, 0])
        for row in range(rows)
        for column in range(columns)
    ]
    assert all(abs(one - shade) < 12 for one, shade in zip(seen, shades, strict=True)), seen


def test_no_portraits_make_no_poster() -> None:
    """An empty poster is refused in a sentence."""
    with pytest.raises(ValueError, match="at least one"):
        poster([])


def test_a_poster_is_marked_as_made_by_a_model() -> None:
    """The file says it in XMP, as each portrait does."""
    with Image.open(io.BytesIO(poster([portrait(1)]))) as sheet:
        assert SOURCE_TYPE in sheet.info["xmp"].decode()
