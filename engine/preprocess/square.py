"""Cut pictures square for a style's training: about the face where one is found, otherwise about the middle."""

from __future__ import annotations

from typing import Final

import numpy as np

from limner.engine.faces import Analyser, Pixels
from limner.engine.preprocess.align import to_template, warp

_ENLARGED: Final = 1.5
"""A face that would have to be enlarged more than this would teach the style to be blurred."""


def square(image: Pixels, analyser: Analyser, size: int) -> Pixels:
    """Return the (size, size, 3) square of a picture whose largest face lies on the template.

    Where no face is found, or only a small one, it is the middle of the picture in its own size, (n, n, 3).
    """
    detections = analyser.detect(image)
    if detections:
        transform = to_template(detections[0].landmarks, size)
        if float(np.hypot(transform[0, 0], transform[1, 0])) <= _ENLARGED:
            return warp(image, transform, size)[0]
    return middle(image)


def middle(image: Pixels) -> Pixels:
    """Return the largest square about the middle of a picture."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(image[top : top + side, left : left + side])
