"""Aligned crops of test photos."""

from limner.engine.faces import Analyser, Floats, Pixels
from limner.engine.preprocess.align import apply, to_template, warp
from limner.engine.preprocess.decode import decode


def aligned(photo: bytes, analyser: Analyser, size: int = 128) -> tuple[Pixels, Floats, Floats]:
    """Return a photo's crop, its landmarks there, and where the photo was."""
    image = decode(photo)
    landmarks = analyser.detect(image)[0].landmarks
    transform = to_template(landmarks, size)
    crop, known = warp(image, transform, size)
    return crop, apply(transform, landmarks), known
