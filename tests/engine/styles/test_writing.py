"""A style's folder is written whole or not at all."""

from pathlib import Path

import pytest

from limner.engine.errors import BadStyleError
from limner.engine.styles import BUILT_IN, Style, load_styles, write_style

LORA = (BUILT_IN / "oil/lora.safetensors").read_bytes()
STYLE = Style(
    "mosaic", "Мозаика: 1", "Small stones.", "mosaic of sks person", base="nano", face_scale=0.5, guidance=1.5
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """The registry finds the style as it was given, with its two files beside it and nothing else in the folder."""
    folder = write_style(tmp_path / "styles", STYLE, LORA, b"a JPEG")
    found = load_styles(tmp_path / "styles")["mosaic"]
    assert (found.title, found.words, found.prompt) == (STYLE.title, STYLE.words, STYLE.prompt)
    assert (found.base, found.face_scale, found.style_scale, found.guidance) == ("nano", 0.5, 1.0, 1.5)
    assert found.lora == folder / "lora.safetensors"
    assert found.preview == folder / "preview.jpg"
    assert [path.name for path in (tmp_path / "styles").iterdir()] == ["mosaic"]


def test_what_cannot_be_read_is_not_written(tmp_path: Path) -> None:
    """With a damaged LoRA the earlier style stays as it was, and nothing is left beside it."""
    folder = write_style(tmp_path, STYLE, LORA, b"the first")
    with pytest.raises(BadStyleError):
        write_style(tmp_path, STYLE, b"damaged", b"the second")
    assert (folder / "preview.jpg").read_bytes() == b"the first"
    assert [path.name for path in tmp_path.iterdir()] == ["mosaic"]
