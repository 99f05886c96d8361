"""Photos as Telegram hands them out, and small ones."""

import io
import random

from PIL import Image, ImageFilter


def selfies(number: int) -> list[bytes]:
    """Paint JPEGs of 960 x 1280 and about 250 kB, as large as the photos that Telegram makes of a phone's."""
    return [_selfie(n) for n in range(number)]


def _selfie(seed: int) -> bytes:
    grain = Image.frombytes("L", (960, 1280), random.Random(seed).randbytes(960 * 1280))
    written = io.BytesIO()
    grain.filter(ImageFilter.GaussianBlur(1.2)).convert("RGB").save(written, "JPEG", quality=80)
    return written.getvalue()


def small(name: str) -> bytes:
    """Give a JPEG of half a kilobyte that is like no other: its name stands behind the picture's end."""
    return _SMALL + name.encode()


def _small() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "gray").save(written, "JPEG")
    return written.getvalue()


_SMALL = _small()
