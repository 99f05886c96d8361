"""Tell a file's kind from its first bytes, so that a refusal can name it and only wanted decoders ever run."""

from __future__ import annotations

from typing import Final

TAKEN: Final = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "GIF")
"""Pillow's names of the kinds that are decoded. TIFF is left out: no phone or chat sends it, and libtiff is large."""

_STARTS: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"8BPS", "Photoshop"),
    (b"%PDF", "PDF"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\x1aE\xdf\xa3", "video"),
)

_HEIF_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF_BRANDS: Final = (b"avif", b"avis")


def kind_of(data: bytes) -> str | None:
    """Return the kind of a file ("JPEG", "PDF", "video", ...), or None when it is nothing that looks like a picture."""
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF":
        return {b"WEBP": "WEBP", b"AVI ": "video"}.get(data[8:12])
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":  # "BM" alone also begins a text about cars
        return "BMP"
    if b"<svg" in data[:512]:
        return "SVG"
    return None


def _iso_media(data: bytes) -> str:
    """Tell HEIC, AVIF and video apart: all three are ISO base media files; the brands follow the box's length."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[i : i + 4] for i in range(16, length, 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return "AVIF"
    if any(brand in _HEIF_BRANDS for brand in brands):
        return "HEIF"
    return "video"
