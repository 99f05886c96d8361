"""Procedural renderings in nano's styles: what its Style LoRAs learn from.

Each function takes and returns a (H, W, 3) float32 picture in [0, 1] and a generator for paper, grain and strokes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from limner.engine.nano.brushes import blur, kuwahara, luminance, outline, paper, saturate, unit

Stylise = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def pencil(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw in graphite: dodged tones, hatching in the shadows, rough paper."""
    grey = luminance(picture)
    dodge = np.clip(grey / np.maximum(1 - blur(1 - grey, 3.5), 0.08), 0, 1) ** 1.6
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    hatch = 0.5 + 0.5 * np.sin((x + y) * (1.5 / unit(picture)))
    shade = np.clip(0.62 - blur(grey, 1.0), 0, 1)
    drawn = (0.25 + 0.75 * dodge) * (1 - shade * (0.6 + 0.35 * hatch))
    drawn = drawn * paper(grey.shape, rng, 0.6, 0.02)
    return np.clip(drawn[..., None] * np.array([0.97, 0.96, 0.93], np.float32), 0, 1)


def oil(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paint in oil: thick patches, warm and saturated."""
    calm = kuwahara(picture, 2)
    painted = 0.3 * kuwahara(calm, 3) + 0.3 * calm + 0.4 * picture
    painted = saturate(painted, 1.75) * np.array([1.08, 1.0, 0.86], np.float32)
    painted = 0.5 + (painted - 0.47) * 1.25
    painted = painted + 0.5 * (painted - blur(painted, 1.5))
    return np.clip(painted * paper(picture.shape[:2], rng, 1.5, 0.015)[..., None], 0, 1)


def watercolour(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Wash in watercolour: light flat tones with darker rims, white paper shining through."""
    flat = 0.6 * kuwahara(picture, 2) + 0.4 * picture
    slope = np.hypot(ndimage.sobel(luminance(flat), 0), ndimage.sobel(luminance(flat), 1))
    rim = np.clip(slope * unit(picture), 0, 0.6)
    wash = saturate(0.36 + 0.66 * flat, 1.9) * (1 - 0.4 * rim[..., None])
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    radius = np.hypot((x / width - 0.5) * 1.9, (y / height - 0.5) * 1.9)
    radius += 0.12 * (paper((height, width), rng, 7.0, 1.0) - 1)
    bare = np.clip((radius - 0.82) / 0.14, 0, 1)[..., None]
    wash = wash * (1 - bare) + np.array([0.98, 0.97, 0.94], np.float32) * bare
    return np.clip(wash * paper((height, width), rng, 0.8, 0.01)[..., None], 0, 1)


def comic(picture: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Ink and flat colours: four tones and black outlines."""
    smooth = kuwahara(picture, 2)
    value = luminance(smooth)[..., None]
    levels = np.array([0.12, 0.38, 0.66, 0.95], np.float32)
    flat = levels[np.clip((value * 4).astype(int), 0, 3)]
    inked = np.clip(saturate(smooth, 1.9) / np.maximum(value, 0.05) * flat, 0, 1)
    return np.clip(inked * outline(picture, 0.8, 55)[..., None], 0, 1)


def cyberpunk(picture: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Light with neon: magenta from one side, cyan from the other, night in the shadows."""
    grey = np.clip((luminance(picture) - 0.08) * 1.25, 0, 1)[..., None]
    x = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    side = 1 / (1 + np.exp(-4 * x))
    neon = np.array([0.1, 0.85, 1.0], np.float32) * (1 - side) + np.array([1.0, 0.15, 0.75], np.float32) * side
    night = np.array([0.07, 0.03, 0.2], np.float32)
    lit = night + grey**1.25 * neon * 1.25 + 0.35 * grey**3
    glow = blur(np.clip(lit - 0.55, 0, 1), 3.0)
    return np.clip(lit + 0.6 * glow, 0, 1)


def sepia(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Print as in an old studio: brown tones, soft focus, vignette, grain."""
    grey = luminance(0.75 * picture + 0.25 * blur(picture, 2.0))[..., None]
    toned = (0.06 + 0.9 * grey) ** np.array([0.78, 1.0, 1.38], np.float32)
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    vignette = 1 - 0.55 * np.clip(np.hypot(x / width - 0.5, y / height - 0.48) * 1.75 - 0.35, 0, 1)
    return np.clip(toned * vignette[..., None] * paper((height, width), rng, 0.5, 0.015)[..., None], 0, 1)


def noir(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Photograph as for an old thriller: deep black, hard light from one side, grain."""
    value = blur(luminance(picture), 0.4)
    height, width = value.shape
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x / width - 0.58, (y / height - 0.48) * 0.9)
    lit = value * (0.75 + 0.6 * x / width) * np.clip(1.35 - 1.3 * away, 0.1, 1.2)
    hard = 1 / (1 + np.exp(-11 * (lit - 0.4)))
    grain = paper(value.shape, rng, 0.4, 0.03)
    return np.repeat(np.clip((0.8 * hard + 0.2 * lit) * grain, 0, 1)[..., None], 3, 2)


def pop(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Print in the loud inks of the sixties: four flat tones, each of its own colour."""
    inks = np.array([[0.16, 0.05, 0.32], [0.93, 0.10, 0.48], [1.0, 0.62, 0.12], [1.0, 0.94, 0.45]], np.float32)
    if rng.random() < 0.5:
        inks[1:3] = [[0.0, 0.55, 0.62], [0.98, 0.42, 0.55]]
    return _in_inks(picture, inks, (0.2, 0.42, 0.66))


def poster(picture: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Print as an election poster: navy, red, pale blue and cream."""
    inks = np.array([[0.0, 0.17, 0.29], [0.82, 0.13, 0.13], [0.45, 0.62, 0.66], [0.99, 0.91, 0.68]], np.float32)
    return _in_inks(picture, inks, (0.22, 0.42, 0.62))


def _in_inks(picture: np.ndarray, inks: np.ndarray, rims: tuple[float, ...]) -> np.ndarray:
    """Print in flat inks from dark to light; a tone's place among the picture's own tones chooses its ink."""
    smooth = luminance(kuwahara(picture, 2))
    low, high = np.quantile(smooth, (0.03, 0.97))
    tone = np.clip((smooth - low) / max(high - low, 0.1), 0, 1)
    printed = inks[0] * np.ones((*tone.shape, 1), np.float32)
    for rim, ink in zip(rims, inks[1:], strict=True):
        over = 1 / (1 + np.exp(-40 * (tone - rim)))[..., None]
        printed = printed * (1 - over) + ink * over
    return np.clip(printed * (0.25 + 0.75 * outline(picture, 0.8, 30)[..., None]), 0, 1)


def cyanotype(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Print in Prussian blue on rough white paper, brushed at the rim."""
    value = np.clip(luminance(picture) * 1.15 - 0.05, 0, 1)[..., None]
    blue = np.array([0.03, 0.16, 0.36], np.float32)
    printed = blue + (np.array([0.95, 0.97, 0.96], np.float32) - blue) * value ** np.array([1.5, 1.05, 0.8], np.float32)
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    rim = np.minimum(np.minimum(x, width - 1 - x) / width, np.minimum(y, height - 1 - y) / height)
    bare = np.clip((0.045 + 0.02 * (paper((height, width), rng, 3.0, 1.0) - 1) - rim) / 0.02, 0, 1)[..., None]
    printed = printed * (1 - bare) + np.array([0.95, 0.95, 0.92], np.float32) * bare
    return np.clip(printed * paper((height, width), rng, 0.8, 0.02)[..., None], 0, 1)


def chalk(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw on brown paper: black chalk for the shadows, white for the lights, the paper for all between."""
    value = blur(luminance(picture), 0.5)
    grain = paper(value.shape, rng, 0.5, 0.12)
    sheet = np.array([0.62, 0.47, 0.33], np.float32) * paper(value.shape, rng, 1.5, 0.02)[..., None]
    dark = np.clip((0.45 - value) * 2.2 * grain, 0, 1)[..., None]
    light = np.clip((value - 0.5) * 1.8 * grain, 0, 0.95)[..., None]
    line = (1 - outline(picture, 0.7, 40))[..., None]
    drawn = sheet * (1 - dark) + np.array([0.12, 0.09, 0.08], np.float32) * dark
    drawn = drawn * (1 - light) + np.array([0.97, 0.95, 0.9], np.float32) * light
    return np.clip(drawn * (1 - 0.7 * line), 0, 1)


def renaissance(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paint as the old masters: warm light on the face, brown dark around it, fine cracks in the varnish."""
    painted = 0.5 * kuwahara(picture, 2) + 0.5 * picture
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    away = np.hypot((x / width - 0.48) * 1.5, (y / height - 0.47) * 1.25)
    light = 1.15 * np.exp(-((away / 0.5) ** 4)) + 0.16
    warm = saturate(painted, 0.9) * np.array([1.12, 0.92, 0.62], np.float32)
    lit = warm * light[..., None] + np.array([0.055, 0.035, 0.015], np.float32)
    cracks = np.abs(paper((height, width), rng, 2.2, 1.0) - 1) < 0.05
    return np.clip(lit * (1 - 0.18 * cracks[..., None]), 0, 1)


def sunset(picture: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """Photograph against a low sun: gold from one side, violet in the shadows, a haze of light."""
    x = np.linspace(0, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    y = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None, None]
    value = luminance(picture)[..., None]
    shade = np.array([0.36, 0.16, 0.42], np.float32)
    gold = np.array([1.12, 0.74, 0.36], np.float32)
    toned = (0.55 * picture + 0.45 * value) * (gold * value + (shade + 0.5) * (1 - value)) + 0.1 * shade * (1 - value)
    sun = np.exp(-(((x - 0.95) / 0.42) ** 2) - ((y - 0.28) / 0.42) ** 2)
    lit = toned * (0.85 + 0.5 * x) + 0.5 * sun * np.array([1.0, 0.62, 0.22], np.float32)
    return np.clip(lit + 0.25 * blur(np.clip(lit - 0.6, 0, 1), 3.0), 0, 1)


STYLISE: dict[str, tuple[str, Stylise]] = {
    "pencil": ("pencil drawing", pencil),
    "oil": ("oil painting", oil),
    "watercolour": ("watercolour painting", watercolour),
    "comic": ("comic drawing", comic),
    "cyberpunk": ("cyberpunk picture", cyberpunk),
    "sepia": ("sepia photograph", sepia),
    "noir": ("noir photograph", noir),
    "pop": ("pop art print", pop),
    "poster": ("poster print", poster),
    "cyanotype": ("cyanotype print", cyanotype),
    "chalk": ("chalk drawing", chalk),
    "renaissance": ("renaissance painting", renaissance),
    "sunset": ("sunset photograph", sunset),
}
"""For each style the words that begin its captions, and the function that makes its training pictures."""
