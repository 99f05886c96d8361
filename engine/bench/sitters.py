"""The sitters of the bench: people of openpeople, three photos given away, all others kept to judge by."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

from limner.engine.faces import Analyser, Floats
from limner.engine.nano.people import views

#: What a sitter sends: a selfie, a portrait and one expression.
GIVEN = ("amateur_selfie", "studio_portrait", "expression_happy")


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """A person to portray: the photos that the engine gets, and embeddings of photos that it never sees."""

    name: str
    photos: tuple[bytes, ...]
    held_out: Floats
    """(n, 128) float32."""


def sitter(person: str, analyser: Analyser) -> Sitter:
    """Make a sitter of a person of openpeople (P001 to P010); photos are JPEG files of quality 95."""
    photos: dict[str, bytes] = {}
    held_out = []
    for source, _, picture in views(person):
        if source in GIVEN:
            file = io.BytesIO()
            picture.save(file, "JPEG", quality=95)
            photos[source] = file.getvalue()
            continue
        pixels = np.asarray(picture)
        if found := analyser.detect(pixels):
            held_out.append(analyser.embed(pixels, found[0]))
    return Sitter(person, tuple(photos[source] for source in GIVEN), np.stack(held_out))


def distance_to(embedding: Floats | None, known: Floats) -> float:
    """Return the median distance of a (128,) embedding to (n, 128) known ones; 1 where no face was found."""
    if embedding is None:
        return 1.0
    return float(np.median(np.linalg.norm(known - embedding, axis=1)))
