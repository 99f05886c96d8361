"""What procedural renderings are made of: tones, blurs, paper, brush-like patches and outlines.

Pictures are (H, W, 3) float32 in [0, 1]. Lengths are in 128ths of the picture's height, so that a style looks the same
at every size.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


def unit(picture: np.ndarray) -> float:
    """Return how many pixels a 128th of the height is."""
    return len(picture) / 128


def luminance(picture: np.ndarray) -> np.ndarray:
    """Return (H, W), how bright a picture is."""
    return picture @ _LUMINANCE


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Blur a picture, grey or not, by a Gaussian of ``sigma`` 128ths."""
    sigma *= unit(picture)
    return ndimage.gaussian_filter(picture, (sigma, sigma, 0) if picture.ndim == 3 else sigma, mode="nearest")


def paper(shape: tuple[int, int], rng: np.random.Generator, sigma: float, depth: float) -> np.ndarray:
    """Return a (H, W) paper texture around 1 with standard deviation ``depth``."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape).astype(np.float32), sigma * shape[0] / 128)
    return 1 + depth * noise / noise.std()


def saturate(picture: np.ndarray, amount: float) -> np.ndarray:
    """Strengthen the colours; 0 leaves none, 1 all as they are."""
    grey = luminance(picture)[..., None]
    return grey + (picture - grey) * amount


def kuwahara(picture: np.ndarray, radius: int) -> np.ndarray:
    """Smooth into brush-like patches: the mean of the calmest of four quadrants (Kuwahara et al., 1976)."""
    size = round(radius * unit(picture)) + 1
    grey = luminance(picture)
    mean = ndimage.uniform_filter(picture, (size, size, 0), mode="nearest")
    spread = (
        ndimage.uniform_filter(grey**2, size, mode="nearest") - ndimage.uniform_filter(grey, size, mode="nearest") ** 2
    )
    half = size // 2
    shifts = [(dy, dx) for dy in (-half, half) for dx in (-half, half)]
    means = np.stack([ndimage.shift(mean, (*s, 0), order=0, mode="nearest") for s in shifts])
    spreads = np.stack([ndimage.shift(spread, s, order=0, mode="nearest") for s in shifts])
    return np.take_along_axis(means, spreads.argmin(0)[None, ..., None], 0)[0]


def outline(picture: np.ndarray, sigma: float, sharpness: float) -> np.ndarray:
    """Return dark lines along edges as a (H, W) factor in [0, 1] (difference of Gaussians, Winnemöller 2012)."""
    grey = luminance(picture)
    sigma *= unit(picture)
    difference = ndimage.gaussian_filter(grey, sigma) - 0.98 * ndimage.gaussian_filter(grey, sigma * 1.6)
    return np.clip(1 + np.tanh(sharpness * difference), 0, 1)
