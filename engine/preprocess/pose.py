"""Where a face looks, from its landmarks: a scaled orthographic camera fitted to six points of a generic head."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.engine.faces import Floats

_POINTS: Final = (30, 8, 36, 45, 48, 54)
"""Tip of the nose, chin, outer corners of the eyes, corners of the mouth."""

_HEAD: Final = np.array(
    [
        (0, 0, 0),
        (0, -330, -65),
        (-225, 170, -135),
        (225, 170, -135),
        (-150, -150, -125),
        (150, -150, -125),
    ],
    np.float64,
)
"""The six points on a generic head, arbitrary unit, x to the picture's right, y up, z towards the camera; the model
that OpenCV's head pose examples use (learnopencv.com/head-pose-estimation-using-opencv-and-dlib)."""


def pose(landmarks: Floats) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees, rounded to 0.1; all 0 when the face looks straight at the camera.

    Yaw is positive when the nose points to the picture's right, pitch when it points down (a camera held high),
    roll when the head is tilted counter-clockwise in the picture. Pose from orthography (DeMenthon and Davis 1995,
    first iteration): least squares for two rows of the camera, then the nearest rotation.
    """
    seen = landmarks[list(_POINTS)].astype(np.float64) * (1.0, -1.0)
    camera, *_ = np.linalg.lstsq(_HEAD - _HEAD.mean(0), seen - seen.mean(0), rcond=None)
    x, y = _unit(camera[:, 0]), _unit(camera[:, 1])
    u, _, v = np.linalg.svd(np.stack([x, y, np.cross(x, y)]))
    rotation = u @ v
    yaw = np.arctan2(-rotation[2, 0], np.hypot(rotation[2, 1], rotation[2, 2]))
    pitch = np.arctan2(rotation[2, 1], rotation[2, 2])
    roll = np.arctan2(rotation[1, 0], rotation[0, 0])
    return round(np.degrees(yaw).item(), 1), round(np.degrees(pitch).item(), 1), round(np.degrees(roll).item(), 1)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
