"""What travels inside the engine: a detection, the quality of a photo, a prepared face, and the analyser's seam.

Knows numpy and nothing else; importing it loads no detector and no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single answer to ==
class Detection:
    """One face that an analyser found in a photo.

    `box` is (left, top, right, bottom) in pixels of the photo and may reach over its edge. `landmarks` is
    (68, 2) float32, x and y in pixels, in the order of iBUG 300-W (0-16 jaw, 17-26 brows, 27-35 nose, 36-41 and
    42-47 the eyes on the picture's left and right, 48-67 mouth). `confidence` compares within one analyser only.
    """

    box: Box
    landmarks: Floats
    confidence: float

    @property
    def width(self) -> int:
        """The box's width in pixels."""
        return self.box[2] - self.box[0]

    @property
    def area(self) -> int:
        """The box's area in square pixels."""
        return self.width * (self.box[3] - self.box[1])


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on the face of one photo.

    `face_px`: width of the face's box. `sharpness`: see `limner.engine.preprocess.quality.sharpness`, about 0.3
    to 0.6 in a good photo. `highlight`: 95th percentile of the face's luminance, 0 to 255. `clipped`: the share of
    the face that is burnt out to white, 0 to 1. `yaw`, `pitch`, `roll`: degrees, 0 when it looks straight at us.
    """

    face_px: int
    sharpness: float
    highlight: float
    clipped: float
    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single answer to ==
class Face:
    """One prepared crop: a photo's face on the canonical template (`limner.engine.preprocess.align`)."""

    image: Pixels
    """(size, size, 3) uint8 RGB, retouched."""
    mask: Floats
    """(size, size) float32 in [0, 1]: 1 on the face, low on the background, 0 outside the photo."""
    embedding: Floats
    """(128,) float32, the analyser's, of the photo at its own resolution."""
    caption: str
    """For example "photo of sks person, smiling, dark hair"."""
    box: Box
    """Where the face was in the photo, pixels, after the photo was turned upright."""
    quality: Quality


class Analyser(Protocol):
    """Finds faces and tells people apart."""

    def detect(self, image: Pixels) -> list[Detection]:
        """Return the faces in a (height, width, 3) uint8 RGB photo, largest first; an empty list if there is none."""

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return the (128,) float32 embedding of one face; two of the same person are less than 0.6 apart."""


def distance(a: Floats, b: Floats) -> float:
    """Return the Euclidean distance of two embeddings."""
    return float(np.linalg.norm(a - b))
