"""Whose photo it is: one face in a photo, one person in a set, every photo once.

Which distances mean one person or one photo is the analyser's to say (`EmbeddingSpace`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Detection, EmbeddingSpace, Floats, distance
from limner.engine.refusal import Reason, Refusal

CLEARLY_IN_FRONT: Final = 4.0
"""The largest face counts as the only one when its area is this many times the second's (as FaceChain does)."""


def only_face(detections: Sequence[Detection]) -> Detection:
    """Return the one face of a photo, given its faces largest first.

    Raises PhotoRefusedError with NO_FACE or SEVERAL_FACES.
    """
    if not detections:
        raise PhotoRefusedError(Reason.NO_FACE)
    first = detections[0]
    rivals = sum(CLEARLY_IN_FRONT * other.area > first.area for other in detections[1:])
    if rivals:
        raise PhotoRefusedError(Reason.SEVERAL_FACES, faces=rivals + 1)
    return first


def check_against(embedding: Floats, known: Sequence[Floats], space: EmbeddingSpace) -> None:
    """Compare a new photo with those of its set. Raises PhotoRefusedError: DUPLICATE, ANOTHER_PERSON.

    The person is the mean of the known embeddings: it lies nearer to the person's other photos than any one of them.
    """
    if not known:
        return
    nearest = min(distance(embedding, other) for other in known)
    if nearest < space.same_photo:
        raise PhotoRefusedError(Reason.DUPLICATE, distance=round(nearest, 3))
    apart = distance(embedding, _mean(known, space))
    if apart >= space.same_person:
        raise PhotoRefusedError(Reason.ANOTHER_PERSON, distance=round(apart, 3))


def one_identity(embeddings: Sequence[Floats], space: EmbeddingSpace) -> list[Refusal | None]:
    """Judge a whole set at once, parallel to `embeddings`: None, DUPLICATE or ANOTHER_PERSON.

    A duplicate has no vote. The person is the one with most photos; between equals, the one whose photo came first.
    """
    refusals: list[Refusal | None] = [None] * len(embeddings)
    distinct: list[int] = []
    for n, embedding in enumerate(embeddings):
        nearest = min((distance(embedding, embeddings[other]) for other in distinct), default=np.inf)
        if nearest < space.same_photo:
            refusals[n] = Refusal(Reason.DUPLICATE, {"distance": round(nearest, 3)})
        else:
            distinct.append(n)
    if not distinct:
        return refusals
    sitter = _mean([embeddings[n] for n in _majority(embeddings, distinct, space.same_person)], space)
    for n in distinct:
        apart = distance(embeddings[n], sitter)
        if apart >= space.same_person:
            refusals[n] = Refusal(Reason.ANOTHER_PERSON, {"distance": round(apart, 3)})
    return refusals


def _majority(embeddings: Sequence[Floats], distinct: Sequence[int], radius: float) -> list[int]:
    """Return the photos within `radius` of the photo that has most of them (ties: nearest, then first)."""

    def circle(centre: int) -> list[int]:
        return [n for n in distinct if distance(embeddings[n], embeddings[centre]) < radius]

    def rank(centre: int) -> tuple[int, float]:
        around = circle(centre)
        spread = sum(distance(embeddings[n], embeddings[centre]) for n in around) / len(around)
        # One lonely photo has spread 0; between circles of one size the tighter wins, rounded so that first wins ties.
        return len(around), -round(spread, 2)

    return circle(max(distinct, key=rank))


def _mean(embeddings: Sequence[Floats], space: EmbeddingSpace) -> Floats:
    mean = np.asarray(np.stack(embeddings).mean(axis=0), np.float32)
    if not space.unit:
        return mean
    # The mean of unit vectors is shorter than they are, and so nearer to everybody: strangers would pass.
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
