"""A face's pose as a picture for a ControlNet: its landmarks as white dots on black, as OpenPose's faces are drawn.

The dots are laid where limner's own portraits have their face, not where the pose's picture has it: a Face LoRA knows
faces that lie on the canonical crop and fill a good part of it, and the face of a picture that shows a whole room would
have too few latents to be like anybody. Only size and place are changed, so where the head looks and leans is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from limner.engine.errors import PhotoRefusedError, PoseError
from limner.engine.faces import Analyser, Floats, Pixels
from limner.engine.fuse.aspect import latent_shape
from limner.engine.models.controlnet import Pose
from limner.engine.preprocess.align import anchors, template, to_template
from limner.engine.preprocess.decode import decode

if TYPE_CHECKING:
    from limner.engine.models.base import BaseModel

_RADIUS: Final = 3 / 512
"""Of a dot, in shares of the picture's shorter side: `draw_facepose` of controlnet_aux, which draws at 512 px."""

_LEAST_RADIUS: Final = 0.75
"""In pixels: no dot falls between them."""


def read_pose(base: BaseModel, file: bytes, analyser: Analyser, aspect: str) -> Pose:
    """Read the pose of a picture's largest face, for portraits of an aspect ratio.

    Raises PoseError: the base was loaded without a ControlNet, the file is no picture, or there is no face in it; and
    BadAspectError.
    """
    if base.controlnet is None:
        raise PoseError("A pose needs a ControlNet: set LIMNER_CONTROLNET to the folder of one for the base model.")
    _, *sides = latent_shape(base, aspect)
    height, width = (side * base.size // base.latent_shape[1] for side in sides)
    picture = face_dots(placed(_landmarks(file, analyser), height, width), height, width)
    return Pose(base.controlnet, torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255)


def placed(landmarks: Floats, height: int, width: int) -> Floats:
    """Lay (68, 2) landmarks of a photo (pixel indices) where a portrait has its face; (68, 2) float32, continuous.

    That is the canonical crop, as large as the portrait lets it be, in the middle of its width and at its top: upright
    portraits have the eyes in their upper third. The face is enlarged and shifted, not turned.
    """
    side = min(height, width)
    scale = float(np.hypot(*to_template(landmarks, side)[:, 0]))
    points = (landmarks - anchors(landmarks).mean(axis=0)) * scale + template(side).mean(axis=0)
    return np.asarray(points + np.array([(width - side) / 2, 0]), np.float32)


def face_dots(points: Floats, height: int, width: int) -> Pixels:
    """Draw (n, 2) points, continuous, as white dots on black; (height, width, 3) uint8. What lies outside is left out.

    OpenPose's faces have two points more, the pupils, which our landmarks do not have.
    """
    radius = max(_LEAST_RADIUS, _RADIUS * min(height, width))
    rows, columns = np.arange(height)[:, None] + 0.5, np.arange(width) + 0.5
    drawn = np.zeros((height, width), bool)
    for x, y in points:
        drawn |= (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    return np.repeat(drawn[..., None], 3, axis=2).astype(np.uint8) * 255


def _landmarks(file: bytes, analyser: Analyser) -> Floats:
    try:
        found = analyser.detect(decode(file))
    except PhotoRefusedError as error:
        why = error.refusal.reason.value.replace("_", " ")
        raise PoseError(f"The pose cannot be used ({why}): take one picture, best as JPEG or PNG.") from error
    if not found:
        raise PoseError("There is no face in the picture of the pose: take one of somebody whose face is seen.")
    return found[0].landmarks
