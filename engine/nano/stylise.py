"""Procedural renderings in nano's six styles: what its Style LoRAs learn from.

Each function takes and returns a (H, W, 3) float32 picture in [0, 1] and a generator for paper, grain and strokes.
Lengths are in 128ths of the picture's height, so that a style looks the same at every size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

Stylise = Callable[[np.ndarray, np.random.Generator], np.ndarray]

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


def _unit(picture: np.ndarray) -> float:
    return len(picture) / 128


def _grey(picture: np.ndarray) -> np.ndarray:
    return picture @ _LUMINANCE


def _blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    sigma *= _unit(picture)
    return ndimage.gaussian_filter(picture, (sigma, sigma, 0) if picture.ndim == 3 else sigma, mode="nearest")


def _paper(shape: tuple[int, int], rng: np.random.Generator, sigma: float, depth: float) -> np.ndarray:
    """Return a (H, W) paper texture around 1 with standard deviation ``depth``."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape).astype(np.float32), sigma * shape[0] / 128)
    return 1 + depth * noise / noise.std()


def _saturate(picture: np.ndarray, amount: float) -> np.ndarray:
    grey = _grey(picture)[..., None]
    return grey + (picture - grey) * amount


def _kuwahara(picture: np.ndarray, radius: int) -> np.ndarray:
    """Smooth into brush-like patches: the mean of the calmest of four quadrants (Kuwahara et al., 1976)."""
    size = round(radius * _unit(picture)) + 1
    grey = _grey(picture)
    mean = ndimage.uniform_filter(picture, (size, size, 0), mode="nearest")
    spread = (
        ndimage.uniform_filter(grey**2, size, mode="nearest") - ndimage.uniform_filter(grey, size, mode="nearest") ** 2
    )
    half = size // 2
    shifts = [(dy, dx) for dy in (-half, half) for dx in (-half, half)]
    means = np.stack([ndimage.shift(mean, (*s, 0), order=0, mode="nearest") for s in shifts])
    spreads = np.stack([ndimage.shift(spread, s, order=0, mode="nearest") for s in shifts])
    return np.take_along_axis(means, spreads.argmin(0)[None, ..., None], 0)[0]


def _outline(picture: np.ndarray, sigma: float, sharpness: float) -> np.ndarray:
    """Return dark lines along edges as a (H, W) factor in [0, 1] (difference of Gaussians, Winnemöller 2012)."""
    grey = _grey(picture)
    sigma *= _unit(picture)
    difference = ndimage.gaussian_filter(grey, sigma) - 0.98 * ndimage.gaussian_filter(grey, sigma * 1.6)
    return np.clip(1 + np.tanh(sharpness * difference), 0, 1)


def pencil(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw in graphite: dodged tones, hatching in the shadows, rough paper."""
    grey = _grey(picture)
    dodge = np.clip(grey / np.maximum(1 - _blur(1 - grey, 3.5), 0.08), 0, 1) ** 1.6
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    hatch = 0.5 + 0.5 * np.sin((x + y) * (1.5 / _unit(picture)))
    shade = np.clip(0.62 - _blur(grey, 1.0), 0, 1)
    drawn = (0.25 + 0.75 * dodge) * (1 - shade * (0.6 + 0.35 * hatch))
    drawn = drawn * _paper(grey.shape, rng, 0.6, 0.02)
    return np.clip(drawn[..., None] * np.array([0.97, 0.96, 0.93], np.float32), 0, 1)


def oil(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paint in oil: thick patches, warm and saturated."""
    calm = _kuwahara(picture, 2)
    painted = 0.3 * _kuwahara(calm, 3) + 0.3 * calm + 0.4 * picture
    painted = _saturate(painted, 1.75) * np.array([1.08, 1.0, 0.86], np.float32)
    painted = 0.5 + (painted - 0.47) * 1.25
    painted = painted + 0.5 * (painted - _blur(painted, 1.5))
    return np.clip(painted * _paper(picture.shape[:2], rng, 1.5, 0.015)[..., None], 0, 1)


def watercolour(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Wash in watercolour: light flat tones with darker rims, white paper shining through."""
    flat = 0.6 * _kuwahara(picture, 2) + 0.4 * picture
    slope = np.hypot(ndimage.sobel(_grey(flat), 0), ndimage.sobel(_grey(flat), 1))
    rim = np.clip(slope * _unit(picture), 0, 0.6)
    wash = _saturate(0.36 + 0.66 * flat, 1.9) * (1 - 0.4 * rim[..., None])
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x / width - 0.5) * 1.9, (y / height - 0.5) * 1.9)
    radius += 0.12 * (_paper((height, width), rng, 7.0, 1.0) - 1)
    bare = np.clip((radius - 0.82) / 0.14, 0, 1)[..., None]
    wash = wash * (1 - bare) + np.array([0.98, 0.97, 0.94], np.float32) * bare
    return np.clip(wash * _paper((height, width), rng, 0.8, 0.01)[..., None], 0, 1)


def comic(picture: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Ink and flat colours: four tones and black outlines."""
    smooth = _kuwahara(picture, 2)
    value = _grey(smooth)[..., None]
    levels = np.array([0.12, 0.38, 0.66, 0.95], np.float32)
    flat = levels[np.clip((value * 4).astype(int), 0, 3)]
    inked = np.clip(_saturate(smooth, 1.9) / np.maximum(value, 0.05) * flat, 0, 1)
    return np.clip(inked * _outline(picture, 0.8, 55)[..., None], 0, 1)


def cyberpunk(picture: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Light with neon: magenta from one side, cyan from the other, night in the shadows."""
    grey = np.clip((_grey(picture) - 0.08) * 1.25, 0, 1)[..., None]
    x = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    side = 1 / (1 + np.exp(-4 * x))
    neon = np.array([0.1, 0.85, 1.0], np.float32) * (1 - side) + np.array([1.0, 0.15, 0.75], np.float32) * side
    night = np.array([0.07, 0.03, 0.2], np.float32)
    lit = night + grey**1.25 * neon * 1.25 + 0.35 * grey**3
    glow = _blur(np.clip(lit - 0.55, 0, 1), 3.0)
    return np.clip(lit + 0.6 * glow, 0, 1)


def sepia(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Print as in an old studio: brown tones, soft focus, vignette, grain."""
    grey = _grey(0.75 * picture + 0.25 * _blur(picture, 2.0))[..., None]
    toned = (0.06 + 0.9 * grey) ** np.array([0.78, 1.0, 1.38], np.float32)
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    vignette = 1 - 0.55 * np.clip(np.hypot(x / width - 0.5, y / height - 0.48) * 1.75 - 0.35, 0, 1)
    return np.clip(toned * vignette[..., None] * _paper((height, width), rng, 0.5, 0.015)[..., None], 0, 1)


STYLISE: dict[str, tuple[str, Stylise]] = {
    "pencil": ("pencil drawing", pencil),
    "oil": ("oil painting", oil),
    "watercolour": ("watercolour painting", watercolour),
    "comic": ("comic drawing", comic),
    "cyberpunk": ("cyberpunk picture", cyberpunk),
    "sepia": ("sepia photograph", sepia),
}
"""For each style the words that begin its captions, and the function that makes its training pictures."""
