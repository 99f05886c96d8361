"""Cuts from whole photos of P001 to P006 for the codec: hair, skin, rooms and parks at every scale, in any colours.

A codec that sees only aligned faces of six people learns those people: it gets better on them and worse on others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from limner.engine.nano.augment import SIZE
from limner.engine.nano.people import LEARNED, views

#: Shorter sides that photos are shrunk to before a cut of 256 px is taken.
_SIDES = (320, 512, 840, 1400)


class Scenes:
    """Photos in memory at several scales."""

    def __init__(self, people: Sequence[str] = LEARNED) -> None:
        photos = [picture for person in people for _, _, picture in views(person)]
        self._levels = []
        for photo in photos:
            for side in _SIDES:
                shrink = side / min(photo.size)
                if shrink <= 1.2:
                    size = (round(photo.width * shrink), round(photo.height * shrink))
                    self._levels.append(np.asarray(photo.resize(size, Image.Resampling.LANCZOS)))

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return cuts, turned, mirrored and recoloured; (count, 256, 256, 3) uint8."""
        return np.stack([self._cut(rng) for _ in range(count)])

    def _cut(self, rng: np.random.Generator) -> np.ndarray:
        level = self._levels[int(rng.integers(len(self._levels)))]
        top, left = (int(rng.integers(0, side - SIZE + 1)) for side in level.shape[:2])
        cut = np.rot90(level[top : top + SIZE, left : left + SIZE], int(rng.choice([0, 0, 0, 1, 2, 3])))
        if rng.random() < 0.5:
            cut = cut[:, ::-1]
        return recolour(cut, rng)


def recolour(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change light and tint of a (H, W, 3) uint8 picture, and now and then exchange its colours."""
    if rng.random() < 0.4:
        image = image[..., rng.permutation(3)]
    light = (image.astype(np.float32) / 255) ** np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.1, 3))
    return (light.clip(0, 1) * 255).astype(np.uint8)
