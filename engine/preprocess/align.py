"""Put a face on the canonical template: every Face LoRA, every base of ours and every judge sees faces lying alike.

The template at size s: eyes 0.21 s apart around (0.5, 0.47) s, mouth at (0.5, 0.695) s. It shows the whole head, hair
and shoulders. Coordinates are continuous: pixel (0, 0) reaches from 0 to 1.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from limner.engine.faces import Floats, Pixels

Floats64: TypeAlias = NDArray[np.float64]

_TEMPLATE: Final = np.array([(0.395, 0.47), (0.605, 0.47), (0.5, 0.695)], np.float64)
_RIM: Final = 3
"""The edge is repeated this far, so that resampling never mixes in black."""


def template(size: int) -> Floats64:
    """Return where the two eyes (picture's left first) and the mouth lie in a crop of `size` px; (3, 2) float64."""
    return _TEMPLATE * size


def anchors(landmarks: Floats) -> Floats64:
    """Return the three points of 68 landmarks that are laid on the template, means of eye, eye, mouth; (3, 2)."""
    parts = (landmarks[36:42], landmarks[42:48], landmarks[48:68])
    return np.stack([part.mean(axis=0, dtype=np.float64) for part in parts])


def similarity(source: Floats64, target: Floats64) -> Floats64:
    """Return the (2, 3) scale, rotation and shift that take `source` (n, 2) nearest to `target` in least squares.

    In complex numbers the problem is one linear regression, which cannot mirror (Umeyama 1991 with that case left out).
    """
    a, b = source - source.mean(0), target - target.mean(0)
    norm = max(float((a**2).sum()), 1e-12)
    cosine = float((a * b).sum()) / norm
    sine = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / norm
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.hstack([turn, (target.mean(0) - turn @ source.mean(0))[:, None]])


def to_template(landmarks: Floats, size: int) -> Floats64:
    """Return the (2, 3) transform from photo to crop for a face's 68 landmarks (pixel indices)."""
    return similarity(anchors(landmarks) + 0.5, template(size))


def inverse(transform: Floats64) -> Floats64:
    """Return the (2, 3) transform from crop to photo."""
    return np.asarray(np.linalg.inv(np.vstack([transform, (0, 0, 1)]))[:2])


def apply(transform: Floats64, landmarks: Floats) -> Floats:
    """Return where landmarks of the photo (pixel indices) lie in the crop (continuous); (n, 2) float32."""
    points: Floats64 = landmarks.astype(np.float64) + 0.5
    return np.asarray(points @ transform[:, :2].T + transform[:, 2], np.float32)


def warp(image: Pixels, transform: Floats64, size: int) -> tuple[Pixels, Floats]:
    """Cut the crop out of a photo: (size, size, 3) uint8, and (size, size) float32, 1 where the photo was.

    Shrinking is antialiased: the part that is needed is averaged down to between one and two times the crop's scale,
    turned there at twice the crop's size, and halved. Beyond the photo its edge goes on and dissolves, so that neither
    a mirrored ear nor streaks are learned.
    """
    fine = 2 * size
    picture, transform = _needed_part(image, transform * 2.0, fine)
    shrink = max(1, int(1 / float(np.hypot(transform[0, 0], transform[1, 0]))))
    if shrink > 1:
        picture = picture.reduce(shrink)
        transform = np.hstack([transform[:, :2] * shrink, transform[:, 2:]])
    padded = Image.fromarray(np.pad(np.asarray(picture), ((_RIM, _RIM), (_RIM, _RIM), (0, 0)), mode="edge"))
    present = Image.fromarray(np.pad(np.full((picture.height, picture.width), 255, np.uint8), _RIM))
    back = inverse(transform)
    back[:, 2] += _RIM
    affine, coefficients = Image.Transform.AFFINE, tuple(back.ravel())
    crop = padded.transform((fine, fine), affine, coefficients, Image.Resampling.BICUBIC).reduce(2)
    inside = present.transform((fine, fine), affine, coefficients, Image.Resampling.BILINEAR).reduce(2)
    known = np.asarray(inside, np.float32) / np.float32(255)
    return _continued(np.asarray(crop), known), known


def _needed_part(image: Pixels, transform: Floats64, size: int) -> tuple[Image.Image, Floats64]:
    """Cut away what the crop never shows, and move the transform with it."""
    corners = np.array([(0, 0), (size, 0), (0, size), (size, size)], np.float64)
    seen = (corners - transform[:, 2]) @ np.linalg.inv(transform[:, :2]).T
    height, width = image.shape[:2]
    margin = 8 + int(np.ptp(seen[:, 0]) / size * 2)
    left, top = (np.floor(seen.min(0)).astype(int) - margin).tolist()
    right, bottom = (np.ceil(seen.max(0)).astype(int) + margin).tolist()
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    right, bottom = max(min(right, width), left + 1), max(min(bottom, height), top + 1)
    shift = transform[:, 2] + transform[:, :2] @ (left, top)
    part = Image.fromarray(np.ascontiguousarray(image[top:bottom, left:right]))
    return part, np.hstack([transform[:, :2], shift[:, None]])


def _continued(crop: Pixels, known: Floats) -> Pixels:
    """Let the crop go on where the photo was not."""
    if known.min() >= 1:
        return crop
    planes = [push_pull(crop[..., channel].astype(np.float32), known) for channel in range(3)]
    return np.clip(np.stack(planes, axis=2), 0, 255).round().astype(np.uint8)


def push_pull(plane: Floats, known: Floats) -> Floats:
    """Fill a plane where `known` is below 1 from coarser and coarser levels of itself (push-pull, Gortler 1996)."""
    height, width = plane.shape
    if min(height, width) < 2:
        return np.full_like(plane, (plane * known).sum() / max(float(known.sum()), 1e-6))
    weights = np.asarray(Image.fromarray(known).reduce(2), np.float32)
    sums = np.asarray(Image.fromarray(plane * known).reduce(2), np.float32)
    means = np.asarray(sums / np.maximum(weights, 1e-6), np.float32)
    coarse = push_pull(means, np.minimum(2 * weights, np.float32(1)))
    fill = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return (plane * known + np.asarray(fill, np.float32) * (1 - known)).astype(np.float32)
