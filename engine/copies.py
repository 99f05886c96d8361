"""Copies of portraits for where the portrait itself cannot go: below a limit, or square for an avatar. Pillow only."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PIL import Image

from limner.engine.faces import Analyser

MAX_PIXELS: Final = 50_000_000
"""Of a portrait, looked at before it is decoded: 150 MB, and no base model paints a tenth of it."""

AVATAR_SIDE: Final = 1024
QUALITIES: Final = (95, 90, 85, 75)
SMALLER: Final = 0.75
"""What is too large at the lowest quality loses a quarter of its sides at a time."""

LEAST_SIDE: Final = 64
"""Below that there would be nothing to see."""

_NOTE, _MARK = "parameters", "XML:com.adobe.xmp"


def _as_it_is(copy: bytes, portrait: bytes) -> bytes:
    return copy


def copy_portrait(
    png: bytes,
    *,
    max_bytes: int,
    square: bool,
    analyser: Analyser | None = None,
    sign: Callable[[bytes, bytes], bytes] = _as_it_is,
) -> bytes:
    """Write a portrait (PNG) as the best JPEG of at most `max_bytes`; `square`: cut to 1024 px a side at most.

    The square lies around the largest face that `analyser` finds, else in the upper middle. Nothing is stretched or
    enlarged, and the same portrait gives the same file. The mark that a machine made it stays (XMP), as do its
    parameters (a comment). `sign` gets the copy and its portrait, and what it adds counts too. Raises ValueError for
    more than 50 Mpx, and where even 64 px are too large; OSError for what is no PNG; and what `sign` raises.
    """
    with Image.open(io.BytesIO(png), formats=["PNG"]) as file:
        if file.width * file.height > MAX_PIXELS:
            raise ValueError(f"A portrait of {file.width}x{file.height} pixels is too large to be copied.")
        whole = file.convert("RGB")
        notes = {"xmp": file.info.get(_MARK, "").encode(), "comment": file.info.get(_NOTE, "").encode()}
    if square:
        whole = _squared(whole, analyser)
    for picture, quality in _tries(whole):
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=quality, **notes)
        if made.tell() <= max_bytes and len(signed := sign(made.getvalue(), png)) <= max_bytes:
            return signed
    raise ValueError(f"A portrait cannot be copied into {max_bytes} bytes.")


def _tries(whole: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Yield pictures with the quality to save them with, the best first."""
    for quality in QUALITIES:
        yield whole, quality
    scale = SMALLER
    while min(whole.size) * scale >= LEAST_SIDE:
        yield _resized(whole, scale), QUALITIES[-1]
        scale *= SMALLER


def _squared(whole: Image.Image, analyser: Analyser | None) -> Image.Image:
    edge = min(whole.size)
    if whole.width != whole.height:
        left, top = _corner(whole, edge, analyser)
        whole = whole.crop((left, top, left + edge, top + edge))
    return whole if edge <= AVATAR_SIDE else _resized(whole, AVATAR_SIDE / edge)


def _corner(whole: Image.Image, edge: int, analyser: Analyser | None) -> tuple[int, int]:
    """Return where the square of so many pixels begins."""
    found = analyser.detect(np.asarray(whole)) if analyser is not None else []
    if not found:
        return (whole.width - edge) // 2, (whole.height - edge) // 4  # faces stand in the upper part
    left, top, right, bottom = found[0].box
    across, down = (left + right - edge) // 2, (top + bottom - edge) // 2
    return min(max(across, 0), whole.width - edge), min(max(down, 0), whole.height - edge)


def _resized(whole: Image.Image, scale: float) -> Image.Image:
    size = (max(1, round(whole.width * scale)), max(1, round(whole.height * scale)))
    return whole.resize(size, Image.Resampling.LANCZOS)
