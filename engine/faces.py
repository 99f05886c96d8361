"""What travels inside the engine: a detection, the quality of a photo, a prepared face, and two seams.

The analyser finds faces and tells people apart; the parser says where head and shoulders are in an aligned crop.

Knows numpy and nothing else; importing it loads no detector and no torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[int, int, int, int]
Parser: TypeAlias = Callable[[Pixels, Floats, Floats], Floats]
"""From a (size, size, 3) crop, its (68, 2) landmarks and (size, size) float32, 1 where the photo was, to the mask."""


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single answer to ==
class Detection:
    """One face that an analyser found in a photo.

    `box` is (left, top, right, bottom) in pixels of the photo and may reach over its edge. `landmarks` is
    (68, 2) float32, x and y in pixels, in the order of iBUG 300-W (0-16 jaw, 17-26 brows, 27-35 nose, 36-41 and
    42-47 the eyes on the picture's left and right, 48-67 mouth). `confidence` compares within one analyser only.
    The others are None where an analyser does not measure them: `keypoints`, the five (5, 2) float32 that it aligns a
    face by; `pose`, (yaw, pitch, roll) as in Quality; `age` in years and `sex` as they appear, which are guesses.
    """

    box: Box
    landmarks: Floats
    confidence: float
    keypoints: Floats | None = None
    pose: tuple[float, float, float] | None = None
    age: int | None = None
    sex: Literal["woman", "man"] | None = None

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
    the face that is burnt out to white, 0 to 1. `yaw`, `pitch`, `roll`: degrees, 0 when it looks straight at us;
    see `limner.engine.preprocess.pose` for their signs. `age`: apparent years, None where the analyser guesses none.
    """

    face_px: int
    sharpness: float
    highlight: float
    clipped: float
    yaw: float
    pitch: float
    roll: float
    age: int | None = None


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single answer to ==
class Face:
    """One prepared crop: a photo's face on the canonical template (`limner.engine.preprocess.align`)."""

    image: Pixels
    """(size, size, 3) uint8 RGB, retouched."""
    mask: Floats
    """(size, size) float32 in [0, 1]: 1 on the face, low on the background, 0 outside the photo."""
    embedding: Floats
    """(width,) float32, the analyser's, of the photo at its own resolution."""
    caption: str
    """For example "photo of sks person, smiling, dark hair"."""
    box: Box
    """Where the face was in the photo, pixels, after the photo was turned upright."""
    quality: Quality


@dataclass(frozen=True, slots=True)
class EmbeddingSpace:
    """What an analyser's embeddings are, and which Euclidean distances between them mean something.

    `width`: how many numbers an embedding has. `same_person`: nearer than this is the same person. `same_photo`:
    nearer than this is the same photo. `unit`: embeddings have length 1, and so has the mean of a person's.
    """

    width: int
    same_person: float
    same_photo: float
    unit: bool = False


class Analyser(Protocol):
    """Finds faces and tells people apart."""

    @property
    def space(self) -> EmbeddingSpace:
        """What its embeddings are; the same for as long as it lives, and known before any model is loaded."""

    def detect(self, image: Pixels) -> list[Detection]:
        """Return the faces in a (height, width, 3) uint8 RGB photo, largest first; an empty list if there is none."""

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return the (width,) float32 embedding of one face that `detect` found in this photo."""


def distance(a: Floats, b: Floats) -> float:
    """Return the Euclidean distance of two embeddings."""
    return float(np.linalg.norm(a - b))
