"""Box means and the guided filter, in numpy: what mask and retouch smooth with, and no OpenCV for it."""

from __future__ import annotations

import numpy as np

from limner.engine.faces import Floats


def box_mean(plane: Floats, radius: int) -> Floats:
    """Return the mean over (2 radius + 1) x (2 radius + 1) of a (height, width) plane, edges repeated."""
    if radius < 1:
        return plane
    side = 2 * radius + 1
    sums = np.pad(plane.astype(np.float64), radius, mode="edge").cumsum(0).cumsum(1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(total / side**2, np.float32)


def guided_filter(plane: Floats, guide: Floats, radius: int, epsilon: float) -> Floats:
    """Smooth a (height, width) plane along the edges of a guide of the same shape (He, Sun and Tang 2010, eq. 5 to 8).

    Where the guide's variance in a box is far below `epsilon` this is a box mean; where far above, the plane stays.
    """
    mean_guide, mean_plane = box_mean(guide, radius), box_mean(plane, radius)
    covariance = box_mean(guide * plane, radius) - mean_guide * mean_plane
    variance = box_mean(guide * guide, radius) - mean_guide**2
    slope = covariance / (variance + epsilon)
    offset = mean_plane - slope * mean_guide
    return box_mean(slope, radius) * guide + box_mean(offset, radius)
