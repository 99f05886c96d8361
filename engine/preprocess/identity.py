"""Whose photo it is: one face in a photo, one person in a set, every photo once.

Figures are dlib distances, measured on openpeople's 232 faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Detection, Floats, distance
from limner.engine.refusal import Reason, Refusal

SAME_PERSON: Final = 0.6
"""dlib's own threshold (99.38 % on LFW). Against the mean of two photos a person's own are below 0.54 in
99.7 %. openpeople's ten are alike: 15 % of its strangers pass too, 10 % at 0.55. Photos years apart vary more than
these, and a good photo refused is what people complain of most, so it stays at 0.6."""

SAME_PHOTO: Final = 0.1
"""One photo, recompressed, shrunk to a quarter, cropped or brightened, moves by 0.02 to 0.10 (3 of 120: up to 0.11);
two different photos of one person were never closer than 0.119. A burst's second picture may fall below: it teaches
nothing new."""

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


def check_against(embedding: Floats, known: Sequence[Floats]) -> None:
    """Compare a new photo with those of its set. Raises PhotoRefusedError: DUPLICATE, ANOTHER_PERSON.

    The person is the mean of the known embeddings: it lies nearer to the person's other photos than any one of them.
    """
    if not known:
        return
    nearest = min(distance(embedding, other) for other in known)
    if nearest < SAME_PHOTO:
        raise PhotoRefusedError(Reason.DUPLICATE, distance=round(nearest, 3))
    apart = distance(embedding, _mean(known))
    if apart >= SAME_PERSON:
        raise PhotoRefusedError(Reason.ANOTHER_PERSON, distance=round(apart, 3))


def one_identity(embeddings: Sequence[Floats]) -> list[Refusal | None]:
    """Judge a whole set at once, parallel to `embeddings`: None, DUPLICATE or ANOTHER_PERSON.

    A duplicate has no vote. The person is the one with most photos; between equals, the one whose photo came first.
    """
    refusals: list[Refusal | None] = [None] * len(embeddings)
    distinct: list[int] = []
    for n, embedding in enumerate(embeddings):
        nearest = min((distance(embedding, embeddings[other]) for other in distinct), default=np.inf)
        if nearest < SAME_PHOTO:
            refusals[n] = Refusal(Reason.DUPLICATE, {"distance": round(nearest, 3)})
        else:
            distinct.append(n)
    if not distinct:
        return refusals
    sitter = _mean([embeddings[n] for n in _majority(embeddings, distinct)])
    for n in distinct:
        apart = distance(embeddings[n], sitter)
        if apart >= SAME_PERSON:
            refusals[n] = Refusal(Reason.ANOTHER_PERSON, {"distance": round(apart, 3)})
    return refusals


def _majority(embeddings: Sequence[Floats], distinct: Sequence[int]) -> list[int]:
    """Return the photos within SAME_PERSON of the photo that has most of them (ties: nearest, then first)."""

    def circle(centre: int) -> list[int]:
        return [n for n in distinct if distance(embeddings[n], embeddings[centre]) < SAME_PERSON]

    def rank(centre: int) -> tuple[int, float]:
        around = circle(centre)
        spread = sum(distance(embeddings[n], embeddings[centre]) for n in around) / len(around)
        # One lonely photo has spread 0; between circles of one size the tighter wins, rounded so that first wins ties.
        return len(around), -round(spread, 2)

    return circle(max(distinct, key=rank))


def _mean(embeddings: Sequence[Floats]) -> Floats:
    return np.asarray(np.stack(embeddings).mean(axis=0), np.float32)
