"""The region of one face in a picture: cut out as Face LoRAs know faces, and put back where it was.

Numpy and Pillow only. What lies outside of a region's mask keeps every bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from limner.engine.faces import Detection, Floats, Pixels
from limner.engine.preprocess.align import Floats64, apply, inverse, push_pull, to_template, warp
from limner.engine.preprocess.mask import face_area, head_mask
from limner.engine.preprocess.smoothing import box_mean

_HEAD: Final = (0.78, 0.9)
"""Between these weights of `head_mask` the head begins: shoulders weigh 0.75, hair nearly 1."""

_SPREAD: Final = 0.06
"""How far a mask reaches beyond the head, in sides of the crop: the sitter's hair may be larger."""

_FEATHER: Final = 0.04
"""How wide a mask fades, in sides of the crop."""

_SIDE: Final = 128
"""Masks are soft, so they are grown at this size."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One face of a picture on the canonical crop."""

    transform: Floats64
    """(2, 3), from the picture to the crop."""
    crop: Pixels
    """(size, size, 3) uint8."""
    mask: Floats
    """(size, size) float32: 1 on the head, falling to 0; 0 at the crop's edge and beyond the picture's."""


def face_region(picture: Pixels, face: Detection, size: int, others: Sequence[Detection] = ()) -> Region:
    """Cut a face's region out of a (height, width, 3) uint8 picture; the faces of `others` are left out of its mask."""
    transform = to_template(face.landmarks, size)
    crop, known = warp(picture, transform, size)
    head = _head(crop, apply(transform, face.landmarks), known)
    for other in others:
        theirs = face_area(apply(transform, other.landmarks), size)
        head = head * (1 - _faded(_spread(theirs, _SPREAD / 2), size))
    mask = head * _window(size) * (known >= 1)
    return Region(transform, crop, np.where(mask < 1 / 255, np.float32(0), mask))


def blend(region: Region, drawn: Pixels) -> Pixels:
    """Lay a drawn crop over the region's own with its mask, in the colours of what surrounds it."""
    fitted = _in_tune(region, drawn.astype(np.float32))
    alpha = region.mask[..., None]
    mixed = fitted * alpha + region.crop * (1 - alpha)
    return np.asarray(np.where(alpha > 0, mixed.clip(0, 255).round(), region.crop), np.uint8)


def put_back(picture: Pixels, region: Region, drawn: Pixels) -> Pixels:
    """Return the picture with the drawn (size, size, 3) crop in it, at the picture's own resolution."""
    if not region.mask.any():
        return picture
    there, transform = _box(region, picture)
    fitted = Image.fromarray(_in_tune(region, drawn.astype(np.float32)).round().astype(np.uint8))
    mask = Image.fromarray((region.mask * 255).round().astype(np.uint8))
    before = picture[there]
    face, alpha = (laid(one, transform, before.shape[:2]) for one in (fitted, mask))
    share = (alpha.astype(np.float32) / 255)[..., None]
    mixed = (face * share + before * (1 - share)).round().astype(np.uint8)
    made = picture.copy()
    made[there] = np.where(alpha[..., None] > 0, mixed, before)
    return made


def _box(region: Region, picture: Pixels) -> tuple[tuple[slice, slice], Floats64]:
    """Return the part of the picture that the mask reaches, and the transform from that part to the crop."""
    rows, columns = np.flatnonzero(region.mask.any(axis=1)), np.flatnonzero(region.mask.any(axis=0))
    low, high = (columns[0] - 1, rows[0] - 1), (columns[-1] + 2, rows[-1] + 2)
    corners = np.array([(x, y) for x in (low[0], high[0]) for y in (low[1], high[1])], np.float64)
    back = inverse(region.transform)
    reach = corners @ back[:, :2].T + back[:, 2]
    left, top = np.clip(np.floor(reach.min(0)).astype(int), 0, None).tolist()
    right, bottom = np.ceil(reach.max(0)).astype(int).tolist()
    shift = region.transform[:, 2] + region.transform[:, :2] @ (left, top)
    there = (slice(top, min(bottom, picture.shape[0])), slice(left, min(right, picture.shape[1])))
    return there, np.hstack([region.transform[:, :2], shift[:, None]])


def laid(crop: Image.Image, transform: Floats64, shape: tuple[int, ...]) -> Pixels:
    """Resample a crop where a part of the picture, (height, width), lies on it; smaller faces are averaged."""
    shrink = max(1, int(np.hypot(transform[0, 0], transform[1, 0])))
    height, width = shape
    coefficients = tuple((transform / shrink).ravel())
    small = crop.reduce(shrink)
    return np.asarray(small.transform((width, height), Image.Transform.AFFINE, coefficients, Image.Resampling.BICUBIC))


def _head(crop: Pixels, landmarks: Floats, known: Floats) -> Floats:
    size = len(crop)
    low, high = _HEAD
    hair = np.clip((head_mask(crop, landmarks, known) - low) / (high - low), 0, 1) * _oval(landmarks, size)
    return _faded(_spread(np.maximum(hair, face_area(landmarks, size)), _SPREAD), size)


def _oval(landmarks: Floats, size: int) -> Floats:
    """Return (size, size): 1 where a head with its hair can be; long hair beside the neck and shoulders stay out.

    The proportions are those of `head_mask`'s head.
    """
    y, x = (np.mgrid[0:size, 0:size].astype(np.float32) + 0.5) / size
    jaw = landmarks[:17] / size
    half, chin = float(np.ptp(jaw[:, 0])) / 2, float(jaw[6:11, 1].max())
    beyond = ((x - jaw[:, 0].mean()) / (1.45 * half)) ** 2 + ((y - (chin - 0.41)) / 0.45) ** 2
    return np.asarray(np.clip((1.2 - beyond) / 0.4, 0, 1), np.float32)


def _spread(area: Floats, share: float) -> Floats:
    """Grow an area by a share of its side; at `_SIDE`, since Pillow's filter of 63 px takes 10 s on 1024 x 1024."""
    small = Image.fromarray((area * 255).astype(np.uint8)).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    grown = small.filter(ImageFilter.MaxFilter(2 * max(1, round(share * _SIDE / 2)) + 1))
    return np.asarray(grown.resize(area.shape[::-1], Image.Resampling.BICUBIC), np.float32) / np.float32(255)


def _faded(area: Floats, size: int) -> Floats:
    reach = max(1, round(_FEATHER * size / 2))
    return box_mean(box_mean(area, reach), reach)


def _window(size: int) -> Floats:
    """Return (size, size): 1 in the middle, falling to 0 at the edge, so that no crop shows its own."""
    inset = np.minimum(np.arange(size), np.arange(size)[::-1]) / (2 * _FEATHER * size)
    ramp = np.clip(inset, 0, 1)
    return np.asarray(np.outer(ramp, ramp), np.float32)


def _in_tune(region: Region, drawn: Floats) -> Floats:
    """Shift a drawn crop's colours, so that it meets its surroundings.

    The difference around the mask goes on smoothly across it, a membrane as in seamless cloning (Perez et al. 2003).
    """
    outside = (region.mask <= 0).astype(np.float32)
    missing = (region.crop - drawn) * outside[..., None]
    shift = np.stack([push_pull(missing[..., channel], outside) for channel in range(3)], axis=2)
    return np.asarray((drawn + shift).clip(0, 255), np.float32)
