"""Mild correction of an aligned crop: exposure, white balance, noise. It must never move who somebody is.

White is read off what stands around the sitter and exposure off the crop's brightest percent, never off the skin: a
correction that pulls skin to a mean value changes people's complexion. Every correction has a limit.
tests/engine/preprocess/test_retouch.py holds the distance between before and after under 0.1.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from limner.engine.faces import Floats, Pixels
from limner.engine.preprocess.smoothing import box_mean, guided_filter

_WHITE_POINT: Final = 235.0
"""Where the brightest percent of a crop is brought to, as far as the limit allows."""

_MOST_GAIN: Final = 1.15
_LEAST_GAIN: Final = 0.94
_MOST_TINT: Final = 0.05
_TINT_SHARE: Final = 0.5
"""Half of the measured cast is taken away: the wall may really be blue."""

_CLEAN: Final = 2.0
"""Noise (standard deviation, of 255) below which nothing is smoothed; studio photos measure 0.5 to 1.5."""


_LEAST_SURROUNDINGS: Final = 0.08
"""Share of the crop that must show something else than the sitter before its white is trusted."""


def retouch(crop: Pixels, face: Floats, surroundings: Floats) -> Pixels:
    """Return the corrected (size, size, 3) uint8 crop.

    `face` (size, size) is 1 where skin may be smoothed, `surroundings` (size, size) 1 where neither sitter nor padding
    is seen.
    """
    picture = _exposed(_balanced(crop.astype(np.float32), surroundings))
    picture = _denoised(picture, face, noise(crop))
    return np.clip(picture, 0, 255).round().astype(np.uint8)


def noise(crop: Pixels) -> float:
    """Return the standard deviation of a crop's luminance noise, of 255 (Immerkaer 1996).

    The median takes the place of the paper's mean, so that hair and edges do not count as noise.
    """
    y = crop.astype(np.float32).mean(2)
    second = y[:, :-2] - 2 * y[:, 1:-1] + y[:, 2:]
    both = second[:-2] - 2 * second[1:-1] + second[2:]
    return float(np.median(np.abs(both))) / (0.6745 * 6)


def _balanced(picture: Floats, surroundings: Floats) -> Floats:
    """Take part of a colour cast away: shades of grey with p = 6 (Finlayson and Trezzi 2004), limited to 5 %."""
    share = float(surroundings.mean())
    if share < _LEAST_SURROUNDINGS:
        return picture
    light = ((picture**6) * surroundings[..., None]).mean(axis=(0, 1)) / share
    light = light ** (1 / 6)
    gain = np.clip((light.mean() / np.maximum(light, 1.0)) ** _TINT_SHARE, 1 - _MOST_TINT, 1 + _MOST_TINT)
    return np.asarray(picture * gain, np.float32)


def _exposed(picture: Floats) -> Floats:
    bright = float(np.percentile(picture.max(axis=2), 99))
    return picture * np.float32(np.clip(_WHITE_POINT / max(bright, 1.0), _LEAST_GAIN, _MOST_GAIN))


def _denoised(picture: Floats, face: Floats, sigma: float) -> Floats:
    """Smooth noise on the skin along the picture's own edges, the more the noisier; half of the texture stays."""
    if sigma <= _CLEAN:
        return picture
    guide = picture.mean(axis=2)
    epsilon = (2.0 * sigma) ** 2
    smooth = [guided_filter(picture[..., channel], guide, radius=2, epsilon=epsilon) for channel in range(3)]
    weight = 0.5 * box_mean(face, max(1, picture.shape[0] // 64))[..., None]
    return picture * (1 - weight) + np.stack(smooth, axis=2) * weight
