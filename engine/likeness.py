"""How alike a picture's face and known faces are, by the analyser's embeddings. Numpy and Pillow only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from limner.engine.faces import Analyser, EmbeddingSpace, Floats, Pixels, distance

#: A face of 128 px is enlarged before detection: dlib's detector wants faces of 80 px and more.
_DETECTION_SIDE = 256

#: dlib's line between the same person and another, a likeness of 0.4; other analysers are brought to its scale.
_SAME_PERSON = 0.6


def embed_largest(image: Pixels, analyser: Analyser) -> Floats | None:
    """Embed the largest face of a (h, w, 3) uint8 picture; None when there is none."""
    side = max(image.shape[:2])
    if side < _DETECTION_SIDE:
        zoom = _DETECTION_SIDE / side
        wanted = (round(image.shape[1] * zoom), round(image.shape[0] * zoom))
        image = np.asarray(Image.fromarray(image).resize(wanted, Image.Resampling.BICUBIC))
    found = analyser.detect(image)
    return analyser.embed(image, found[0]) if found else None


def likeness(embedding: Floats | None, known: Sequence[Floats], space: EmbeddingSpace) -> float:
    """Give 1 minus the mean distance to the known embeddings, at least 0; 0 where no face was found.

    0.4 is the line to the same person with every analyser: distances are scaled so that its `same_person` becomes
    dlib's 0.6. With dlib two photos of one person reach 0.5 to 0.7.
    """
    if embedding is None or not known:
        return 0.0
    distances = [distance(embedding, one) for one in known]
    return max(0.0, 1.0 - sum(distances) / len(distances) * (_SAME_PERSON / space.same_person))


def most_typical(embeddings: Sequence[Floats] | Floats) -> int:
    """Tell which embedding is nearest to all the others; the first of equals."""
    points = np.stack(list(embeddings))
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1).sum(axis=1)
    return int(distances.argmin())
