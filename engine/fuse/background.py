"""The sitter of a portrait before another background: cut out with soft edges, and without the old background's light.

Numpy and Pillow only. Knows no base: what was drawn is cut out as a photo would be.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from PIL import Image, ImageOps

from limner.engine.faces import Analyser, Floats, Parser, Pixels
from limner.engine.fuse.region import laid
from limner.engine.preprocess.align import apply, push_pull, to_template, warp
from limner.engine.preprocess.mask import head_mask
from limner.engine.preprocess.smoothing import box_mean, guided_filter

Background: TypeAlias = Pixels | Literal["photo"] | None
"""A (height, width, 3) uint8 picture (one pixel is a plain colour), that of the sitter's own photo, or the style's."""

_SITTER: Final = (0.3, 0.6)
"""Between these weights of a mask the sitter begins: background weighs 0.15, shoulders 0.75, the head nearly 1."""

_SIDE: Final = 256
"""Of the crop on which the mask is found; masks are soft."""

_BODY: Final = 4 * _SIDE
"""How far the mask goes on beside and beneath the crop: portraits that are not square show more of the body."""

_EDGE: Final = 1 / 64
"""How far a mask's edge moves to meet the picture's, in shorter sides."""

_FAR, _NEAR = 1 / 8, 1 / 64
"""Radii of the colours' means, in shorter sides: the far one reaches every pixel, the near one keeps hair apart."""

_HAIR: Final = 1 / 8
"""How far from a photo's sitter its background is sure, in sides: the mask leaves single curls out."""


def put_before(picture: Pixels, background: Pixels, analyser: Analyser, parser: Parser = head_mask) -> Pixels:
    """Put the sitter of a (height, width, 3) uint8 picture before a background, which is cropped to cover, centred.

    The largest face is the sitter's. A picture in which no face is found stays as it is.
    """
    mask = sitter_mask(picture, analyser, parser)
    if mask is None:
        return picture
    height, width = mask.shape
    behind = np.asarray(ImageOps.fit(Image.fromarray(background), (width, height)), np.float32)
    share = mask[..., None]
    mixed = _own_colours(picture.astype(np.float32), mask) * share + behind * (1 - share)
    return np.asarray(mixed.clip(0, 255).round(), np.uint8)


def without_sitter(photo: Pixels, analyser: Analyser, parser: Parser = head_mask) -> Pixels:
    """Return a photo's background: where the sitter was, what is around goes on smoothly."""
    mask = sitter_mask(photo, analyser, parser)
    if mask is None:
        return photo
    near = box_mean(mask, round(_HAIR * len(photo)))
    known = (near < 1 / 255).astype(np.float32)
    planes = [push_pull(photo[..., channel].astype(np.float32), known) for channel in range(3)]
    return np.asarray(np.stack(planes, axis=2).clip(0, 255).round(), np.uint8)


def sitter_mask(picture: Pixels, analyser: Analyser, parser: Parser = head_mask) -> Floats | None:
    """Return (height, width) float32, 1 on head, hair, neck and shoulders and 0 behind them; None without a face."""
    faces = analyser.detect(picture)
    if not faces:
        return None
    transform = to_template(faces[0].landmarks, _SIDE)
    crop, known = warp(picture, transform, _SIDE)
    # Beyond the picture the crop goes on, and so may the sitter: a mask that ended there would leave a rim.
    weights = parser(crop, apply(transform, faces[0].landmarks), np.ones_like(known))
    low, high = _SITTER
    sitter = np.pad(np.clip((weights - low) / (high - low), 0, 1), ((0, _BODY), (_BODY, _BODY)), mode="edge")
    transform[0, 2] += _BODY
    mask = laid(Image.fromarray((sitter * 255).round().astype(np.uint8)), transform, picture.shape[:2])
    luminance = picture.astype(np.float32).mean(2) / np.float32(255)
    smooth = guided_filter(
        mask.astype(np.float32) / np.float32(255), luminance, _radius(luminance, _EDGE), epsilon=1e-3
    )
    return np.asarray(smooth.clip(0, 1), np.float32)


def _own_colours(picture: Floats, mask: Floats) -> Floats:
    """Estimate the sitter's own colours where the old background shines through, so that no halo goes along.

    Blur-fusion, twice (Forte and Pitié 2021, "Approximate Fast Foreground Colour Estimation", equations 4 to 7).
    """
    front = back = picture
    share = mask[..., None]
    for reach in (_FAR, _NEAR):
        radius = _radius(mask, reach)
        front, back = _mean(front, mask, radius), _mean(back, 1 - mask, radius)
        front = (front + share * (picture - share * front - (1 - share) * back)).clip(0, 255)
    return front


def _mean(colours: Floats, weights: Floats, radius: int) -> Floats:
    total = box_mean(weights, radius) + np.float32(1e-5)
    planes = [box_mean(colours[..., channel] * weights, radius) / total for channel in range(3)]
    return np.stack(planes, axis=2)


def _radius(plane: Floats, share: float) -> int:
    return max(1, round(share * min(plane.shape)))
