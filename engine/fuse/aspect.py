"""Aspect ratios of portraits: pictures of the base's own area in sides that it takes. Loads no torch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from limner.engine.errors import BadAspectError

if TYPE_CHECKING:
    from limner.engine.models.base import BaseModel

SQUARE = "1:1"
ASPECTS = (SQUARE, "3:4", "4:3", "9:16", "16:9")


def latent_shape(base: BaseModel, aspect: str) -> tuple[int, int, int]:
    """Return channels, height and width of the latents for an aspect ratio, width before height ("3:4" stands upright).

    Raises BadAspectError for one that is not among `ASPECTS`, and for nano, which knows square faces alone.
    """
    channels, side, _ = base.latent_shape
    if aspect == SQUARE:
        return channels, side, side
    if aspect not in ASPECTS:
        raise BadAspectError(aspect, f"there are {', '.join(ASPECTS)}")
    if base.name == "nano":
        raise BadAspectError(aspect, f"nano draws square pictures alone; leave it at {SQUARE}, or use another base")
    width, height = map(int, aspect.split(":"))
    stretch = math.sqrt(width / height)
    return channels, _nearest(side / stretch, base.grid), _nearest(side * stretch, base.grid)


def _nearest(length: float, grid: int) -> int:
    return max(1, round(length / grid)) * grid
