"""The poster of an avatar event: everybody's portrait on one sheet. Pillow only; words stand under it in the chat."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from limner.engine.fuse.marks import mark

_PAPER = (27, 25, 32)
_LONGEST = 2400
"""Pixels of the longer side: a chat shows no more, and it stays far below what a chat takes (10 MB)."""
_LARGEST_CELL = 512
_ROUND = 0.08
_GAP = 0.06
"""Of a cell: corners, and the space between."""


def poster(portraits: Sequence[bytes]) -> bytes:
    """Draw one to some hundred portraits (any file Pillow opens) in rows that fill a sheet; return a JPEG.

    The sheet is as wide as high to twice as wide, whatever leaves the fewest places empty. Raises ValueError without
    portraits.
    """
    if not portraits:
        raise ValueError("A poster needs at least one portrait.")
    columns, rows = _grid(len(portraits))
    cell = min(_LARGEST_CELL, int(_LONGEST / (max(columns, rows) * (1 + _GAP) + _GAP)))
    gap = max(2, round(cell * _GAP))
    sheet = Image.new("RGB", (columns * (cell + gap) + gap, rows * (cell + gap) + gap), _PAPER)
    mask = _rounded(cell)
    for number, data in enumerate(portraits):
        row, column = divmod(number, columns)
        missing = columns - min(columns, len(portraits) - row * columns)  # the last row stands in the middle
        left = gap + column * (cell + gap) + missing * (cell + gap) // 2
        sheet.paste(_square(data, cell), (left, gap + row * (cell + gap)), mask)
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=90, xmp=mark().encode())
    return file.getvalue()


def _grid(number: int) -> tuple[int, int]:
    """Return columns and rows for so many portraits."""
    fits = [
        (columns, rows)
        for columns in range(math.ceil(math.sqrt(number)), number + 1)
        if columns <= 2 * (rows := math.ceil(number / columns))
    ]
    return min(fits, key=lambda grid: (grid[0] * grid[1] - number, grid[0]))


def _square(data: bytes, side: int) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        whole = picture.convert("RGB")
    edge = min(whole.size)
    left, top = (whole.width - edge) // 2, (whole.height - edge) // 4  # faces stand in the upper part
    return whole.resize((side, side), Image.Resampling.LANCZOS, (left, top, left + edge, top + edge))


def _rounded(side: int) -> Image.Image:
    large = Image.new("L", (4 * side, 4 * side))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, 4 * side - 1, 4 * side - 1), 4 * side * _ROUND, fill=255)
    return large.resize((side, side), Image.Resampling.LANCZOS)
