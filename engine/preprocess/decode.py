"""Decode a stranger's file into upright sRGB pixels, or refuse it.

What is checked costs little and comes first: bytes, kind, pixels; only then is anything decoded. All that a file
says beside its pixels (EXIF with its GPS position, profiles, comments) ends here: pixels alone leave.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from contextlib import suppress
from io import BytesIO
from typing import Final

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Pixels
from limner.engine.preprocess.kinds import TAKEN, kind_of
from limner.engine.refusal import Reason

MAX_BYTES: Final = 20 * 1024 * 1024
"""Telegram's getFile gives at most 20 MB, Discord less."""

MAX_PIXELS: Final = 50_000_000
"""Phones send up to 50 Mpx; Pillow alone would only warn between 89 and 179 Mpx (FIELD: a 10 KiB file can do that)."""

MAX_SIDE: Final = 4096
"""A longer photo is decoded smaller: a face of 1,000 px is all that any base model can use."""

MAX_PIXELS_WHOLE: Final = MAX_SIDE**2
"""For the kinds that no camera writes and that can only be decoded whole: WebP takes 16 bytes for each pixel."""

MAX_SCANS: Final = 50
"""A JPEG's scans each go over all of its pixels, at no cost in bytes: 2,000 hold a core for half a minute. Encoders
write about ten."""

_FROM_CAMERAS: Final = ("JPEG", "MPO", "HEIF")

_MAX_PROFILE: Final = 1024 * 1024

_DAMAGE: Final = (
    OSError,
    SyntaxError,  # Pillow's word for a broken PNG chunk
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on damaged files; found by changing bytes at random (tests: test_decode_fuzz.py)."""

_SEQUENCES_ALLOWED: Final = ("MPO", "HEIF")
"""Phones put a depth or gain map behind the photo (MPO), or a burst in one HEIC: the first picture is the photo."""


def decode(photo: bytes) -> Pixels:
    """Return the (height, width, 3) uint8 sRGB pixels of a file, upright, its long side at most 4096 px.

    Transparency is laid on white. Raises PhotoRefusedError with EMPTY, TOO_LARGE, NOT_AN_IMAGE,
    UNSUPPORTED_FORMAT, TOO_MANY_PIXELS, ANIMATED or TRUNCATED, and nothing else whatever the bytes are.
    """
    if not photo:
        raise PhotoRefusedError(Reason.EMPTY)
    if len(photo) > MAX_BYTES:
        raise PhotoRefusedError(Reason.TOO_LARGE, bytes=len(photo), limit=MAX_BYTES)
    kind = kind_of(photo)
    if kind is None:
        raise PhotoRefusedError(Reason.NOT_AN_IMAGE)
    if kind not in TAKEN:
        raise PhotoRefusedError(Reason.UNSUPPORTED_FORMAT, format=kind)
    if kind == "JPEG" and photo.count(b"\xff\xda") > MAX_SCANS:
        raise PhotoRefusedError(Reason.TRUNCATED, format=kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata that is dropped anyway
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(photo, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoRefusedError(Reason.TOO_MANY_PIXELS, limit=MAX_PIXELS) from error
    except MemoryError as error:  # the child process has a memory limit of its own
        raise PhotoRefusedError(Reason.TOO_MANY_PIXELS, limit=MAX_PIXELS) from error
    except _DAMAGE as error:
        raise PhotoRefusedError(Reason.TRUNCATED, format=kind) from error


def _decode(photo: bytes, kind: str) -> Pixels:
    if kind == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    with Image.open(BytesIO(photo), formats=[kind]) as image:
        width, height = image.size
        limit = MAX_PIXELS if image.format in _FROM_CAMERAS else MAX_PIXELS_WHOLE
        if width * height > limit:
            raise PhotoRefusedError(Reason.TOO_MANY_PIXELS, width=width, height=height, limit=limit)
        if image.format not in _SEQUENCES_ALLOWED and getattr(image, "is_animated", False):
            raise PhotoRefusedError(Reason.ANIMATED, format=kind)
        _shrink_while_decoding(image)
        image.load()
        profile = image.info.get("icc_profile")
        _turn_upright(image)
        # Each step lets go of the one before: 50 Mpx have 200 MB, and there are copies to come.
        fitted = _let_go(image, _fitted(image))
        return np.asarray(_let_go(fitted, _to_srgb(fitted, profile)), dtype=np.uint8)


def _let_go(before: Image.Image, after: Image.Image) -> Image.Image:
    if after is not before:
        before.close()
    return after


def _shrink_while_decoding(image: Image.Image) -> None:
    """Let JPEG decode at a half, a quarter or an eighth: a 48 Mpx selfie then needs 48 MB instead of 192.

    Its long side is three quarters of MAX_SIDE then or more.
    """
    # Only JPEG: pillow-heif's draft would take the embedded thumbnail.
    if image.format in ("JPEG", "MPO") and max(image.size) > MAX_SIDE:
        scale = 0.75 * MAX_SIDE / max(image.size)
        image.draft(None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))


def _turn_upright(image: Image.Image) -> None:
    with suppress(*_DAMAGE):  # a broken EXIF block is no reason to refuse good pixels
        ImageOps.exif_transpose(image, in_place=True)


def _fitted(image: Image.Image) -> Image.Image:
    """Shrink to MAX_SIDE before any conversion, which would each hold another copy of 50 Mpx."""
    longest = max(image.size)
    if longest <= MAX_SIDE:
        return image
    if image.mode in ("P", "PA", "1"):  # a mean of palette indices is no colour
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    width, height = (max(1, round(side * MAX_SIDE / longest)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Bring any mode to RGB, through the photo's own colour profile if it has a sound one."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    if profile and len(profile) <= _MAX_PROFILE and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, *_DAMAGE):
            converted = None  # without its profile the photo is a little pale, which is better than refused
        if converted is not None:
            return converted
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale a 16-bit grey picture to 8 bits; Pillow's own conversion would clip everything above 255 to white."""
    values = np.array(image, np.float32)
    values /= 257.0
    return Image.fromarray(np.clip(values, 0, 255, out=values).round(out=values).astype(np.uint8))
