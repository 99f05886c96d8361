"""Say in a few words what a training should not mistake for the sitter: the expression; and the hair, to ask for it.

Guesses nothing about the sitter: whether it says woman or man instead of person is told by the caller, and never an
ethnicity. All words are in WORDS, so that a base model's vocabulary can be checked; those for the sitter are in
`limner.engine.words`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from limner.engine.faces import Floats, Pixels
from limner.engine.words import SITTER, plain_caption

WORDS: Final = (plain_caption(SITTER), "smiling", "mouth open", "neutral", "dark hair", "light hair")

_SMILE: Final = 0.105
"""Lift of the mouth's corners, in eye distances. openpeople's sheets: neutral at most 0.09, happy 0.16 and more."""

_OPEN: Final = 0.10
"""Gap of the inner lips, in eye distances. Neutral at most 0.01, surprised and shocked 0.11 and more."""

_WIDE: Final = 0.9
"""Width of an open mouth that laughs, in eye distances: happy 1.1 and more, shocked 0.82 at most."""

_DARK: Final = 85.0
_LIGHT: Final = 125.0
"""Luminance of the hair, of 255; between the two no word is the honest one."""

_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)


def caption(crop: Pixels, landmarks: Floats, mask: Floats, sitter: str = SITTER) -> str:
    """Return the caption of an aligned crop; landmarks (68, 2) in its pixels, mask from a parser."""
    words = [plain_caption(sitter), expression(landmarks), hair(crop, landmarks, mask)]
    return ", ".join(word for word in words if word)


def expression(landmarks: Floats) -> str:
    """Return "smiling", "mouth open" or "neutral", by the mouth's landmarks on a level face."""
    eyes = float(np.linalg.norm(landmarks[42:48].mean(0) - landmarks[36:42].mean(0)))
    height = landmarks[:, 1] / max(eyes, 1e-6)
    lift = (height[51] + height[57]) / 2 - (height[48] + height[54]) / 2
    is_open = height[66] - height[62] > _OPEN
    width = float(np.linalg.norm(landmarks[54] - landmarks[48])) / max(eyes, 1e-6)
    if lift > _SMILE and (width > _WIDE or not is_open):
        return "smiling"
    return "mouth open" if is_open else "neutral"


def hair(crop: Pixels, landmarks: Floats, mask: Floats) -> str:
    """Return "dark hair", "light hair" or "" (in between, covered, or none), measured above the forehead."""
    size = crop.shape[0]
    eyes = float(np.linalg.norm(landmarks[42:48].mean(0) - landmarks[36:42].mean(0)))
    brow, middle = float(landmarks[17:27, 1].min()), float(landmarks[27, 0])
    top, bottom = (round(max(brow - rise * eyes, 0.0)) for rise in (1.35, 0.85))
    left, right = (round(min(max(middle + side * 0.6 * eyes, 0.0), size)) for side in (-1, 1))
    band, weights = crop[top:bottom, left:right].astype(np.float32) @ _LUMA, mask[top:bottom, left:right]
    strands = band[weights > 0.7]
    if strands.size < 0.2 * max(band.size, 1) or not band.size:
        return ""
    forehead = crop[round(brow - 0.3 * eyes) : round(brow), left:right].astype(np.float32) @ _LUMA
    shade = float(np.median(strands))
    if forehead.size and abs(shade - float(np.median(forehead))) < 12:  # a bald head goes on as the forehead began
        return ""
    if shade < _DARK:
        return "dark hair"
    return "light hair" if shade > _LIGHT else ""
