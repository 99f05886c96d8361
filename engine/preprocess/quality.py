"""Measure a photo's face, and say what is not good enough. Thresholds are data; each tells where its figure is from.

"Good" below are openpeople's 180 selfies, portraits and expressions (ten people of all skin tones): all of them pass,
which tests/engine/preprocess/test_quality.py keeps true. Nothing here reads a face's mean brightness: it would
refuse dark skin in good light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Box, Detection, Floats, Pixels, Quality
from limner.engine.preprocess.pose import pose
from limner.engine.refusal import Reason

_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)

_SHARPNESS_SIDE: Final = 128
"""Faces are compared at this width, that of a face in a 280 px crop: blur that vanishes there does no harm."""

_BURNT_OUT: Final = 250
"""A pixel is burnt out to white when its darkest channel is at least this."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a face needs."""

    face_px: int = 80
    """Good: 154 and more. The canonical 128 px crop draws a face 58 px wide, so 80 still brings detail to it."""
    sharpness: float = 0.09
    """Good: 0.26 to 0.67. Blurred by 1 % of the face's width: 0.10 in the median; by 2 %: 0.05, never above 0.08."""
    highlight: float = 60.0
    """Good: 144 and more, dark skin in shade included; at a quarter of the light 36, and identity is lost in noise."""
    clipped: float = 0.4
    """Good: 0.18 at most, in a selfie against a lamp; at 0.4 the cheeks and the nose have no shape left."""
    yaw: float = 40.0
    """Good: 36 at most (looking confused); three-quarter and profile views measured 44 to 57."""
    pitch: float = 40.0
    """Good: 29 at most: arm-length selfies from above are 15 to 29."""

    age: int = 0
    """In years, as it appears; 0 takes everybody. An operator's choice, and a guess of InsightFace's."""


DEFAULT: Final = Thresholds()


def measure(image: Pixels, detection: Detection) -> Quality:
    """Measure one face of a (height, width, 3) uint8 photo."""
    luminance = image_in(image, detection.box).astype(np.float32) @ _LUMA
    inside = _face_area(detection)
    lit = luminance[inside] if inside.any() else luminance.ravel()
    burnt = image_in(image, detection.box).min(axis=2)[inside]
    yaw, pitch, roll = detection.pose or pose(detection.landmarks)
    return Quality(
        face_px=detection.width,
        sharpness=round(sharpness(luminance), 4),
        highlight=round(float(np.percentile(lit, 95)), 1),
        clipped=round(float((burnt >= _BURNT_OUT).mean()) if burnt.size else 0.0, 4),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        age=detection.age,
    )


def check(quality: Quality, needed: Thresholds = DEFAULT) -> None:
    """Raise PhotoRefusedError with the first thing that is not good enough; its detail has the measured figure."""
    if quality.age is not None and quality.age < needed.age:  # the guess itself is told to nobody
        raise PhotoRefusedError(Reason.TOO_YOUNG, needed=needed.age)
    if quality.face_px < needed.face_px:
        raise PhotoRefusedError(Reason.FACE_TOO_SMALL, face_px=quality.face_px, needed=needed.face_px)
    if abs(quality.yaw) > needed.yaw or abs(quality.pitch) > needed.pitch:
        raise PhotoRefusedError(Reason.TURNED_AWAY, yaw=quality.yaw, pitch=quality.pitch)
    if quality.highlight < needed.highlight:  # before blur: in the dark the noise decides about sharpness
        raise PhotoRefusedError(Reason.TOO_DARK, highlight=quality.highlight, needed=needed.highlight)
    if quality.clipped > needed.clipped:
        raise PhotoRefusedError(Reason.TOO_BRIGHT, clipped=quality.clipped, allowed=needed.clipped)
    if quality.sharpness < needed.sharpness:
        raise PhotoRefusedError(Reason.BLURRED, sharpness=quality.sharpness, needed=needed.sharpness)


def sharpness(luminance: Floats) -> float:
    """Return the standard deviation of the Laplacian over that of the luminance, at a face width of at most 128 px.

    The quotient does not change with contrast or exposure. 0 for a flat picture.
    """
    height, width = luminance.shape
    side = min(width, height, _SHARPNESS_SIDE)
    small = np.asarray(Image.fromarray(luminance).resize((side, side), Image.Resampling.LANCZOS))
    centre, contrast = small[1:-1, 1:-1], float(small.std())
    laplacian = 4 * centre - small[:-2, 1:-1] - small[2:, 1:-1] - small[1:-1, :-2] - small[1:-1, 2:]
    return float(laplacian.std()) / contrast if contrast > 0.5 and laplacian.size else 0.0


def image_in(image: Pixels, box: Box) -> Pixels:
    """Cut a box out of a photo; what reaches over the photo's edge repeats the edge."""
    height, width = image.shape[:2]
    rows = np.clip(np.arange(box[1], max(box[3], box[1] + 1)), 0, height - 1)
    columns = np.clip(np.arange(box[0], max(box[2], box[0] + 1)), 0, width - 1)
    return image[rows[:, None], columns[None, :]]


def _face_area(detection: Detection) -> np.ndarray:
    """Return which pixels of the box lie between jaw and brows, (height, width) bool."""
    left, top, right, bottom = detection.box
    outline = np.concatenate([detection.landmarks[:17], detection.landmarks[26:16:-1]])
    area = Image.new("1", (max(right - left, 1), max(bottom - top, 1)))
    ImageDraw.Draw(area).polygon([(float(x) - left, float(y) - top) for x, y in outline], fill=1)
    return np.asarray(area)
