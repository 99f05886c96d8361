"""A soft mask of head and shoulders on an aligned crop, without a network.

Two things are known: where heads and shoulders lie on the template (the prior), and this photo's colours. A small
colour model is learned from what the prior is sure of, as GrabCut does (Rother et al. 2004), and a guided filter
takes the place of its graph cut. A training weighs its loss with the mask, so it need not be sharp; it must be 1 on
the face, high on hair, and low on the wall.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from limner.engine.faces import Floats, Pixels
from limner.engine.preprocess.smoothing import box_mean, guided_filter

BACKGROUND: Final = 0.15
"""Weight of the background: enough that a portrait has one, too little to learn the sitter's wall."""

BODY: Final = 0.75
"""Weight of shoulders and clothes, which the styles are to change."""

_SURELY_BACKGROUND: Final = 0.3

_SIDE: Final = 128
"""The mask is soft: it is always worked out at this size, then enlarged."""

_BINS: Final = 12
_ROUNDS: Final = 3


def head_mask(crop: Pixels, landmarks: Floats, known: Floats) -> Floats:
    """Return the (size, size) float32 weights of an aligned crop in [0, 1].

    `landmarks` (68, 2) and `known` (size, size; 1 where the photo was) are in the crop's pixels. The face is 1, hair
    nearly so, shoulders about 0.75, background 0.15, and 0 where there was no photo.
    """
    size = crop.shape[0]
    points = landmarks * (_SIDE / size)
    picture = Image.fromarray(crop).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    present = np.asarray(Image.fromarray(known).resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32)
    face = face_area(points, _SIDE)
    sitter = _sitter(np.asarray(picture), face, points, present)
    weights: Floats = np.float32(BACKGROUND) + (_ceiling(points) - np.float32(BACKGROUND)) * sitter
    weights = np.maximum(weights, box_mean(box_mean(face, 2), 2))
    enlarged = Image.fromarray(weights.astype(np.float32)).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(np.clip(np.asarray(enlarged) * known, 0.0, 1.0), np.float32)


def face_area(landmarks: Floats, size: int) -> Floats:
    """Return (size, size) float32: 1 between chin and the middle of the forehead, 0 elsewhere; hard-edged."""
    area = Image.new("L", (size, size))
    ImageDraw.Draw(area).polygon([(float(x), float(y)) for x, y in _outline(landmarks)], fill=255)
    return np.asarray(area, np.float32) / np.float32(255)


def surroundings(mask: Floats, known: Floats) -> Floats:
    """Return (size, size) float32: 1 where the photo shows neither the sitter nor, for lack of a photo, nothing."""
    return ((mask < _SURELY_BACKGROUND) & (known >= 1)).astype(np.float32)


def _outline(landmarks: Floats) -> Floats:
    """Return jaw and forehead as one polygon. The forehead, which has no landmarks, rises half an eye distance."""
    brows = landmarks[26:16:-1]
    rise = 0.5 * float(np.linalg.norm(landmarks[42:48].mean(0) - landmarks[36:42].mean(0)))
    arch = np.sqrt(np.clip(1 - np.linspace(-1, 1, len(brows)) ** 2, 0, 1)) * rise
    return np.concatenate([landmarks[:17], brows - np.stack([np.zeros_like(arch), arch], axis=1)]).astype(np.float32)


def _prior(points: Floats) -> Floats:
    """Return how likely each pixel shows the sitter before looking at colours, (128, 128).

    Head: an ellipse from above the hair to the chin. Long hair: its sides, falling. Shoulders: from beneath the chin,
    wider downwards. Proportions are those of the template; chin and jaw are this face's own.
    """
    y, x = (np.mgrid[0:_SIDE, 0:_SIDE].astype(np.float32) + 0.5) / _SIDE
    jaw = points / _SIDE
    middle, chin = float(jaw[:17, 0].mean()), float(jaw[6:11, 1].max())
    half = max(float(np.ptp(jaw[:17, 0])) / 2, 0.12)
    head = _inside(((x - middle) / (1.42 * half)) ** 2 + ((y - (chin - 0.41)) / 0.45) ** 2)
    falling = 0.45 * _inside((np.abs(x - middle) / (1.65 * half)) ** 4) * (y > 0.35)
    slope = half * 0.9 + 1.5 * np.clip(y - chin - 0.02, 0, None) ** 0.7
    shoulders = 0.95 * _inside((np.abs(x - middle) / slope) ** 4) * _inside(((1 - y) / max(1 - chin, 0.06)) ** 6)
    return np.asarray(np.clip(np.maximum.reduce([0.9 * head, falling, shoulders]), 0.03, 0.97), np.float32)


def _inside(distance: Floats) -> Floats:
    """Turn a squared distance, 1 on an outline, into 1 inside, 0.5 on it, and 0 outside."""
    return (1 / (1 + np.exp(np.clip(8 * (distance - 1), -50, 50)))).astype(np.float32)


def _sitter(picture: Pixels, face: Floats, points: Floats, present: Floats) -> Floats:
    """Return how likely each pixel shows the sitter, (128, 128) in [0, 1], colours considered."""
    prior = np.maximum(_prior(points), 0.97 * face)
    bins = _bins(picture)
    luminance = picture.astype(np.float32).mean(2) / 255
    likely = prior
    for _ in range(_ROUNDS):
        own = _histogram(bins, likely**2 * present)
        other = _histogram(bins, (1 - likely) ** 2 * present)
        evidence = box_mean(np.log(own[bins] / other[bins]).astype(np.float32), 1)
        logit = np.log(prior / (1 - prior)) + np.clip(evidence, -2.5, 2.5)
        likely = np.clip(1 / (1 + np.exp(-logit)), 0.02, 0.98).astype(np.float32)
    smooth = guided_filter(likely, luminance, radius=5, epsilon=2e-3)
    return np.clip(np.maximum(smooth, face), 0.0, 1.0)


def _bins(picture: Pixels) -> np.ndarray:
    """Return each pixel's colour bin: luminance and two opponent colours, 12 steps each."""
    red, green, blue = (picture[..., channel].astype(np.float32) for channel in range(3))
    axes = ((red + green + blue) / 765, (red - green + 128) / 256, (red + green - 2 * blue + 256) / 512)
    steps = [np.clip((axis * _BINS).astype(int), 0, _BINS - 1) for axis in axes]
    return np.asarray((steps[0] * _BINS + steps[1]) * _BINS + steps[2])


def _histogram(bins: np.ndarray, weights: Floats) -> Floats:
    """Return the smoothed share of each colour bin, (12 ** 3,), never 0."""
    counts = np.bincount(bins.ravel(), weights.ravel(), minlength=_BINS**3).reshape(_BINS, _BINS, _BINS)
    for axis in range(3):
        edge = [(1, 1) if a == axis else (0, 0) for a in range(3)]
        wide = np.moveaxis(np.pad(counts, edge), axis, 0)
        counts = np.moveaxis(0.25 * wide[:-2] + 0.5 * wide[1:-1] + 0.25 * wide[2:], 0, axis)
    share = counts / max(float(counts.sum()), 1e-9)
    return (share.ravel() + 1e-4).astype(np.float32)


def _ceiling(points: Floats) -> Floats:
    """Return the highest weight of each pixel: 1 down to the chin, `BODY` from the throat on."""
    chin = float(points[6:11, 1].max()) / _SIDE
    y = (np.arange(_SIDE, dtype=np.float32)[:, None] + 0.5) / _SIDE
    body = np.clip((y - chin - 0.02) / 0.08, 0, 1)
    return np.broadcast_to(1 - (1 - BODY) * body, (_SIDE, _SIDE)).astype(np.float32)
