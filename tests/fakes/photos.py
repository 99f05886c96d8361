"""Photos for tests, made on the fly from openpeople's fictional sitters: good ones, and every bad one of the list.

P007 to P010 are the test sitters: nothing that ships was trained on them.
"""

import struct
import zlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
from openpeople import curated
from PIL import Image, ImageCms, ImageEnhance, ImageFilter

SITTERS = ("P007", "P008", "P009", "P010")
EVERYBODY = tuple(f"P{n:03}" for n in range(1, 11))

EXPRESSIONS = (
    *("neutral", "happy", "sad", "angry"),
    *("surprised", "disgusted", "scared", "confused"),
    *("smug", "flirty", "thoughtful", "pensive"),
    *("exhausted", "shocked", "playful", "determined"),
)
"""The cells of the sheet of expressions, row by row."""

_COLUMNS = (358, 920, 1482, 2044)
_ROWS = (270, 690, 1115, 1540)


def original(person: str, asset: str) -> bytes:
    """Return one of openpeople's files: "amateur_selfie" (4.3 Mpx), "studio_portrait", "amateur_posture", ..."""
    return Path(curated.get(person).asset_path(asset)).read_bytes()


def picture(photo: bytes) -> Image.Image:
    """Decode a good photo as Pillow's RGB image."""
    with Image.open(BytesIO(photo)) as image:
        return image.convert("RGB")


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Save an image as a file of a kind ("JPEG", "PNG", "WEBP", "HEIF", ...)."""
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def selfie(person: str = "P007", long_side: int = 1000) -> bytes:
    """Return a sitter's selfie as JPEG, small enough for quick tests; the face is about 215 px wide."""
    return _small(person, "amateur_selfie", long_side)


@cache
def portrait(person: str = "P007", long_side: int = 1000) -> bytes:
    """Return a sitter's studio portrait as JPEG; the face is about 400 px wide."""
    return _small(person, "studio_portrait", long_side)


@cache
def expression(person: str, name: str) -> bytes:
    """Return one cell of a sitter's sheet of expressions as PNG, without the white rules around it."""
    n = EXPRESSIONS.index(name)
    sheet = picture(original(person, "emotions_sheet"))
    x, y = _COLUMNS[n % 4], _ROWS[n // 4]
    white = np.asarray(sheet).min(2) > 200
    rows = white[:, x - 200 : x + 200].mean(1) > 0.9
    columns = white[y - 140 : y + 40].mean(0) > 0.9
    top = int(np.flatnonzero(rows[: y - 60])[-1]) + 6
    bottom = int(np.flatnonzero(rows[y + 60 :])[0]) + y + 54
    left = int(np.flatnonzero(columns[: x - 120])[-1]) + 6
    right = int(np.flatnonzero(columns[x + 120 :])[0]) + x + 114
    return encoded(sheet.crop((left, top, right, bottom)), "PNG")


def three_photos(person: str) -> list[bytes]:
    """Return what a new sitter sends: a selfie, a portrait and an expression."""
    return [selfie(person), portrait(person), expression(person, "happy")]


def _small(person: str, asset: str, long_side: int) -> bytes:
    image = picture(original(person, asset))
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return encoded(image, "JPEG", quality=92)


# What a photo can be besides good.


def rotated_by_exif(photo: bytes, orientation: int = 6) -> bytes:
    """Store the pixels turned, with the EXIF orientation and a GPS position, as phones do (6: turn right to view)."""
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(picture(photo).transpose(back), "JPEG", exif=exif.tobytes(), quality=92)


def sideways(photo: bytes) -> bytes:
    """Turn a photo by a quarter and leave no EXIF that says so."""
    return encoded(picture(photo).transpose(Image.Transpose.ROTATE_90), "JPEG", quality=92)


def cmyk(photo: bytes) -> bytes:
    """Save as a CMYK JPEG; its inks are stored inverted, as Photoshop does, with Adobe's marker."""
    return encoded(picture(photo).convert("CMYK"), "JPEG", quality=92)


def multi_picture(photo: bytes) -> bytes:
    """Save as MPO: a JPEG with a second picture (a gain or depth map) behind it, as many phones do."""
    image = picture(photo)
    return encoded(image, "MPO", save_all=True, append_images=[image.reduce(4)], quality=92)


def png16(photo: bytes, *, grey: bool = False) -> bytes:
    """Save as a PNG of 16 bits a channel, RGB or grey."""
    image = picture(photo).convert("L" if grey else "RGB")
    values = np.asarray(image).astype(">u2") * 257
    return png_of(image.width, image.height, 16, 0 if grey else 2, (b"\0" + row.tobytes() for row in values))


def png_of(width: int, height: int, depth: int, colour: int, rows: Any) -> bytes:
    """Write a PNG by hand, row by row (each with its filter byte): Pillow saves neither 16-bit RGB nor 400 Mpx."""
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for row in rows) + packer.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@cache
def bomb(side: int = 20_000) -> bytes:
    """Return a valid black-and-white PNG of 20,000 x 20,000 px in 48 KiB."""
    row = bytes(1 + (side + 7) // 8)
    return png_of(side, side, 1, 0, (row for _ in range(side)))


def palette_with_transparency(photo: bytes) -> bytes:
    """Save as a palette PNG with one transparent colour; the photo's left edge has that colour."""
    image = picture(photo).quantize(254)
    image.putpalette((image.getpalette() or [])[: 254 * 3] + [0] * 6)
    image.paste(255, (0, 0, 20, image.height))
    return encoded(image, "PNG", transparency=255)


def in_swapped_colours(image: Image.Image) -> bytes:
    """Save as PNG with a profile of a colour space whose red is sRGB's blue: any wide-gamut profile, but visible."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")
    return encoded(image, "PNG", icc_profile=swapped)


def animated(photo: bytes, kind: str = "GIF") -> bytes:
    """Save as an animation of two frames ("GIF", "WEBP", "PNG")."""
    image = picture(photo).reduce(4)
    second = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return encoded(image, kind, save_all=True, append_images=[second], duration=100)


def truncated(photo: bytes, share: float = 0.6) -> bytes:
    """Cut a file off, as a broken upload does."""
    return photo[: int(len(photo) * share)]


def scenery() -> bytes:
    """Return a photo without anybody: a sky over a meadow, with texture."""
    rng = np.random.default_rng(7)
    pixels = np.concatenate([np.full((300, 800, 3), (120, 170, 230)), np.full((300, 800, 3), (60, 140, 50))])
    return encoded(Image.fromarray((pixels + rng.normal(0, 8, pixels.shape)).clip(0, 255).astype(np.uint8)))


def side_by_side(photos: Sequence[bytes], heights: Sequence[int]) -> bytes:
    """Put photos next to each other, each at its height: several people in one photo."""
    images = [picture(photo) for photo in photos]
    sized = [image.resize((round(image.width * h / image.height), h)) for image, h in zip(images, heights, strict=True)]
    canvas = Image.new("RGB", (sum(image.width for image in sized), max(heights)), (90, 90, 90))
    left = 0
    for image in sized:
        canvas.paste(image, (left, canvas.height - image.height))
        left += image.width
    return encoded(canvas)


def with_face_of(photo: bytes, face_px: int, width_now: int) -> bytes:
    """Shrink a photo whose face is `width_now` px wide until it is `face_px`; a wall fills the rest."""
    image = picture(photo)
    canvas = Image.new("RGB", image.size, (128, 128, 128))
    canvas.paste(image.resize((image.width * face_px // width_now, image.height * face_px // width_now)), (40, 40))
    return encoded(canvas, "JPEG", quality=95)


def blurred(photo: bytes, radius: float) -> bytes:
    """Put a photo out of focus; radius in pixels (standard deviation)."""
    return encoded(picture(photo).filter(ImageFilter.GaussianBlur(radius)), "JPEG", quality=92)


def lit(photo: bytes, factor: float) -> bytes:
    """Take a photo in less (below 1) or more light."""
    return encoded(ImageEnhance.Brightness(picture(photo)).enhance(factor), "JPEG", quality=92)
