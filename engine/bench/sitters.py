"""The sitters of the bench: some photos given away, all others kept to judge by.

People of openpeople (P001 to P010), or a folder with pictures of one person, in the order of their names.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from limner.engine.errors import PhotoRefusedError, TooFewPhotosError
from limner.engine.faces import Analyser, Floats, Pixels
from limner.engine.nano.people import views
from limner.engine.preprocess.decode import decode

#: What a sitter sends, the first three of them or more: selfies, portraits, expressions.
GIVEN = (
    "amateur_selfie", "studio_portrait", "expression_happy", "expression_neutral", "front_view",
    "expression_thoughtful", "amateur_posture", "expression_surprised",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """A person to portray: the photos that the engine gets, and embeddings of photos that it never sees."""

    name: str
    photos: tuple[bytes, ...]
    held_out: Floats
    """(n, 128) float32."""


def sitter(name: str, analyser: Analyser, *, photos: int = 3) -> Sitter:
    """Make a sitter who gives `photos` pictures away; at least one more, with a face, is kept to judge by.

    Raises TooFewPhotosError.
    """
    given: list[bytes] = []
    held_out = []
    for picture, gives in _pictures(name, photos):
        if gives:
            file = io.BytesIO()
            picture.save(file, "JPEG", quality=95)
            given.append(file.getvalue())
            continue
        pixels = np.asarray(picture)
        if found := analyser.detect(pixels):
            held_out.append(analyser.embed(pixels, found[0]))
    if len(given) < photos or not held_out:
        raise TooFewPhotosError(len(given) + len(held_out), photos + 1)
    return Sitter(Path(name).name, tuple(given), np.stack(held_out))


def _pictures(name: str, photos: int) -> Iterator[tuple[Image.Image, bool]]:
    """Give every picture of a person, those that are given away first and in their order."""
    if not Path(name).is_dir():
        known = {source: picture for source, _, picture in views(name)}
        chosen = GIVEN[:photos]
        yield from ((known[source], True) for source in chosen)
        yield from ((picture, False) for source, picture in known.items() if source not in chosen)
        return
    read = [picture for file in sorted(Path(name).iterdir()) if (picture := _read(file)) is not None]
    yield from ((Image.fromarray(picture), number < photos) for number, picture in enumerate(read))


def _read(file: Path) -> Pixels | None:
    """Decode a picture as a photo that was sent is decoded; None for what is no picture."""
    try:
        return decode(file.read_bytes()) if file.is_file() else None
    except PhotoRefusedError:
        return None


def distance_to(embedding: Floats | None, known: Floats) -> float:
    """Return the median distance of a (128,) embedding to (n, 128) known ones; 1 where no face was found."""
    if embedding is None:
        return 1.0
    return float(np.median(np.linalg.norm(known - embedding, axis=1)))
