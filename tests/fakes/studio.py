"""A web chat with a scripted worker behind it: photos are told by their pixels, portraits are filtered photos.

Good enough to look at, and no more than that: no engine is here. The pictures are of a fictional person.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web
from PIL import Image, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError

from limner.bots.conversation import Conversation
from limner.bots.styles import StyleCard
from limner.bots.turn import Limits
from limner.bots.web import create_app
from limner.storage import NewPortrait, Request, Storage
from limner.tests.fakes import photos
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.worker import ScriptedWorker, Verdict

SITTER = "P007"
PORTRAITS = 8
SIDE = 256

Filter = Callable[[Image.Image], Image.Image]


def _pencil(image: Image.Image) -> Image.Image:
    grey = ImageOps.grayscale(image)
    soft = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(6))
    return Image.merge("RGB", [Image.eval(Image.blend(grey, soft, 0.5), lambda v: min(255, max(0, (v - 100) * 9)))] * 3)


def _sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), "#1d120a", "#f8ecd4", "#9a7349")


def _cyberpunk(image: Image.Image) -> Image.Image:
    grey = ImageOps.autocontrast(ImageOps.grayscale(image))
    return ImageOps.colorize(grey, "#120428", "#6ff7ff", "#d0218f")


def _comic(image: Image.Image) -> Image.Image:
    flat = ImageOps.posterize(image.filter(ImageFilter.MedianFilter(7)), 2)
    edges = ImageOps.invert(ImageOps.grayscale(image).filter(ImageFilter.FIND_EDGES)).point(lambda v: 255 * (v > 215))
    return Image.composite(flat, Image.new("RGB", image.size, "#1a1a22"), edges)


FILTERS: dict[str, tuple[str, str, Filter]] = {
    "pencil": ("Pencil", "Graphite on rough paper", _pencil),
    "oil": ("Oil", "Thick paint and warm light", lambda image: image.filter(ImageFilter.ModeFilter(9))),
    "watercolour": (
        "Watercolour",
        "Thin washes that run into each other",
        lambda image: Image.eval(image.filter(ImageFilter.MedianFilter(9)), lambda v: 90 + int(v * 0.65)),
    ),
    "comic": ("Comic", "Ink lines and flat colours", _comic),
    "cyberpunk": ("Cyberpunk", "Neon at night", _cyberpunk),
    "sepia": ("Sepia studio", "As taken a hundred years ago", _sepia),
}


@cache
def _face(number: int) -> Image.Image:
    names = ("happy", "neutral", "smug", "thoughtful", "playful", "surprised", "determined", "flirty")
    cell = photos.picture(photos.expression(SITTER, names[number % len(names)]))
    return ImageOps.fit(cell, (SIDE, SIDE), centering=(0.5, 0.3))


@cache
def _painted(style: str, number: int) -> bytes:
    return photos.encoded(FILTERS[style][2](_face(number)), "PNG")


def cards() -> list[StyleCard]:
    """Return the styles with their previews."""
    return [StyleCard(name, title, words, _painted(name, 0)) for name, (title, words, _) in FILTERS.items()]


def examine(photo: bytes) -> Verdict:
    """Refuse what is no picture and what is dark; call everything else good."""
    try:
        image = photos.picture(photo)
    except UnidentifiedImageError:
        return Verdict("not_an_image")
    thumbnail = photos.encoded(ImageOps.fit(image, (192, 192), centering=(0.5, 0.3)), "JPEG")
    dark = ImageStat.Stat(ImageOps.grayscale(image)).mean[0] < 40
    return Verdict("too_dark" if dark else None, thumbnail)


def paint(request: Request) -> list[NewPortrait]:
    """Filter the sitter's faces."""
    return [
        NewPortrait(n, _painted(request.style, n), 0.62 - 0.025 * n, request.seed + n, request.style)
        for n in range(request.count)
    ]


@dataclass(frozen=True, slots=True)
class Studio:
    """A running web chat."""

    address: str
    storage: Storage
    queue: FakeQueue
    worker: ScriptedWorker


@asynccontextmanager
async def open_studio(storage: Storage, step_s: float = 0.02) -> AsyncIterator[Studio]:
    """Run the web chat on a free port of this machine, with the scripted worker."""
    queue = FakeQueue()
    conversation = Conversation(storage, queue, cards(), limits=Limits(portraits=PORTRAITS))
    worker = ScriptedWorker(storage, queue, examine, paint, step_s)
    runner = web.AppRunner(create_app(conversation, queue, session_key=bytes(32), sweep_s=0.5))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    task = asyncio.create_task(worker.run())
    try:
        port = runner.addresses[0][1]
        yield Studio(f"http://127.0.0.1:{port}/", storage, queue, worker)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await runner.cleanup()


def lay_photos(folder: Path) -> dict[str, Path]:
    """Write photos of the sitter into a folder: three good ones, a dark one, and a text that calls itself a photo."""
    good = photos.three_photos(SITTER)
    files = {f"good{n}": (f"photo{n}.jpg", photo) for n, photo in enumerate(good)}
    files["dark"] = ("night.jpg", photos.lit(good[0], 0.12))
    files["text"] = ("notes.jpg", b"not a photo at all")
    laid = {}
    for key, (name, data) in files.items():
        laid[key] = folder / name
        laid[key].write_bytes(data)
    return laid


def size_of(picture: Path) -> tuple[int, int]:
    """Return the width and height of a picture's file."""
    with Image.open(picture) as image:
        return image.size
