"""Repaint the face of a region with a sitter's Face LoRA; for templates, and for small faces of large portraits.

A Face LoRA knows faces that lie on the canonical crop and fill a good part of it. So a face that lies elsewhere, or is
small, is cut out onto that crop, drawn there by masked diffusion, and put back.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
import torch.nn.functional as F

from limner.engine.faces import Analyser, Detection, Pixels
from limner.engine.fuse.candidates import candidate_seeds, score
from limner.engine.fuse.drawing import Canvas, Drawing
from limner.engine.fuse.region import Region, blend, face_region, put_back
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_images

REFINED: Final = 4
"""Candidates of a second pass."""

_REFINE_STRENGTH: Final = 0.45
"""Of a second pass: the face is the sitter's already, and lacks detail."""

_SMALL: Final = 0.18
"""A face narrower than this share of a portrait's shorter side has too few latents to be like anybody."""

_LEAST_SIDE: Final = 256
"""Smaller bases draw aligned faces only."""


def region_canvas(base: BaseModel, region: Region, strength: float) -> Canvas:
    """Prepare a region of the base's size for drawing: the head is drawn anew from `strength`, the rest stays."""
    mask = torch.from_numpy(region.mask > 0)[None, None].float()
    side = base.latent_shape[1]
    return Canvas(
        shape=base.latent_shape,
        start=encode_images(base, np.array(region.crop)[None]),
        strength=strength,
        mask=F.adaptive_max_pool2d(mask, side),
        finish=lambda drawn: blend(region, drawn),
    )


def small_face(base: BaseModel, picture: Pixels, analyser: Analyser) -> Detection | None:
    """Return the largest face of a portrait if it is too small to be like the sitter, on a base that draws scenes."""
    if base.size <= _LEAST_SIDE:
        return None
    faces = analyser.detect(picture)
    return faces[0] if faces and faces[0].width < _SMALL * min(picture.shape[:2]) else None


def refine_face(drawing: Drawing, picture: Pixels, face: Detection, seed: int) -> Pixels:
    """Draw a portrait's face again at the base's full size; return the portrait, unchanged if none came closer."""
    base, known = drawing.fusion.base, list(drawing.reference.embeddings)
    region = face_region(picture, face, base.size)
    canvas = region_canvas(base, region, _REFINE_STRENGTH)
    drawing.pace.total += canvas.work(REFINED, drawing.recipe)
    best = max(drawing.draw(canvas, candidate_seeds(seed, REFINED)), key=lambda one: one.likeness)
    if best.likeness <= score(region.crop, drawing.analyser, known):
        return picture
    return put_back(picture, region, best.image)
