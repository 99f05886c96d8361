"""A contact sheet: rows of portraits with a word under each. Pillow only."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.PngImagePlugin import PngInfo

from limner.engine.fuse.marks import mark

_PAPER = (250, 249, 246)
_INK = (40, 38, 36)
_GAP = 10
_LINE = 22


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its title, and pictures (any file Pillow opens) with their captions."""

    title: str
    pictures: Sequence[tuple[bytes, str]]


def contact_sheet(rows: Sequence[Row], *, side: int = 192) -> bytes:
    """Draw the rows below one another, each picture `side` pixels wide; return a PNG."""
    columns = max((len(row.pictures) for row in rows), default=0)
    width = _GAP + max(1, columns) * (side + _GAP)
    height = _GAP + len(rows) * (_LINE + side + _LINE + _GAP)
    sheet = Image.new("RGB", (width, max(height, 1)), _PAPER)
    for number, row in enumerate(rows):
        _draw_row(sheet, row, side, top=_GAP + number * (_LINE + side + _LINE + _GAP))
    file = io.BytesIO()
    notes = PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", mark())
    sheet.save(file, "PNG", pnginfo=notes)
    return file.getvalue()


def _draw_row(sheet: Image.Image, row: Row, side: int, *, top: int) -> None:
    pen = ImageDraw.Draw(sheet)
    pen.text((_GAP, top), row.title, fill=_INK, font=ImageFont.load_default(16))
    for number, (data, caption) in enumerate(row.pictures):
        left = _GAP + number * (side + _GAP)
        with Image.open(io.BytesIO(data)) as picture:
            small = ImageOps.pad(picture.convert("RGB"), (side, side), Image.Resampling.LANCZOS, _PAPER)
        sheet.paste(small, (left, top + _LINE))
        pen.text((left, top + _LINE + side + 3), caption, fill=_INK, font=ImageFont.load_default(13))
