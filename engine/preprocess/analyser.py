"""The default analyser: dlib, with the model files of `face_recognition_models`, which allow commercial use.

That package is found, never imported: its `__init__` asks for pkg_resources, which current setuptools no longer has.
Measured on one core on a 4 Mpx selfie: detection 0.06 s, landmarks 0.003 s, embedding 0.07 s; loading 1.7 s, once.
dlib's own CNN detector took 2 to 3 s a photo and found no face more, so it is not used.
"""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import dlib
import numpy as np
from PIL import Image

from limner.engine.errors import MissingModelsError
from limner.engine.faces import Box, Detection, EmbeddingSpace, Floats, Pixels

LONG_SIDE: Final = 1000
"""Photos are searched at this size; faces from 80 px there (8 % of the photo's long side) are found."""

MIN_CONFIDENCE: Final = 0.2
"""Real faces in openpeople's selfies, portraits and expressions scored 0.79 and more; walls and ears up to 0.19."""

SPACE: Final = EmbeddingSpace(width=128, same_person=0.6, same_photo=0.1)
"""Measured on openpeople's 232 faces.

Same person: dlib's own threshold (99.38 % on LFW). Against the mean of two photos a person's own are below 0.54 in
99.7 %. openpeople's ten are alike: 15 % of its strangers pass too, 10 % at 0.55. Photos years apart vary more than
these, and a good photo refused is what people complain of most, so it stays at 0.6.

Same photo: one photo, recompressed, shrunk to a quarter, cropped or brightened, moves by 0.02 to 0.10 (3 of 120: up to
0.11); two different photos of one person were never closer than 0.119. A burst's second picture may fall below: it
teaches nothing new.
"""

_MODELS_PACKAGE: Final = "face_recognition_models"


def models_folder() -> Path:
    """Return the folder with dlib's model files. Raises MissingModelsError if the package is not installed."""
    spec = find_spec(_MODELS_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingModelsError(
            f"The package {_MODELS_PACKAGE!r} is not installed: install limner with its `engine` extra."
        )
    return Path(spec.origin).parent / "models"


class DlibAnalyser:
    """Find faces with HOG, 68 landmarks by regression trees, and a 128-d embedding by ResNet-29 (dlib.net).

    Models (120 MB) load at first use and stay. Not to be shared between threads.
    """

    space = SPACE

    @cached_property
    def _detector(self) -> Any:
        return dlib.get_frontal_face_detector()

    @cached_property
    def _shape(self) -> Any:
        return dlib.shape_predictor(str(models_folder() / "shape_predictor_68_face_landmarks.dat"))

    @cached_property
    def _embedder(self) -> Any:
        return dlib.face_recognition_model_v1(str(models_folder() / "dlib_face_recognition_resnet_model_v1.dat"))

    def detect(self, image: Pixels) -> list[Detection]:
        """Return the faces in a (height, width, 3) uint8 RGB photo, largest first.

        Faces of 8 % of the long side and more are looked for first; only if there is none, those of 4 % too.
        Boxes and landmarks are in the photo's own pixels; landmarks are fitted at its full resolution.
        """
        image = np.ascontiguousarray(image)
        small, scale = _shrunk(image)
        for upsample in (0, 1):
            boxes, scores, _ = self._detector.run(small, upsample, MIN_CONFIDENCE)
            found = [
                self._detection(image, _scaled(box, 1 / scale), score) for box, score in zip(boxes, scores, strict=True)
            ]
            if found:
                return sorted(found, key=lambda detection: (-detection.area, detection.box))
        return []

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return the (128,) float32 embedding of a detected face; dlib cuts its own 150 px chip out of the photo."""
        points = [dlib.point(round(float(x)), round(float(y))) for x, y in detection.landmarks]
        shape = dlib.full_object_detection(dlib.rectangle(*detection.box), points)
        return np.array(self._embedder.compute_face_descriptor(np.ascontiguousarray(image), shape), np.float32)

    def _detection(self, image: Pixels, box: Box, confidence: float) -> Detection:
        shape = self._shape(image, dlib.rectangle(*box))
        landmarks = np.array([(point.x, point.y) for point in shape.parts()], np.float32)
        return Detection(box, landmarks, float(confidence))


def _shrunk(image: Pixels) -> tuple[Pixels, float]:
    """Return the photo at most LONG_SIDE long, and the scale."""
    height, width = image.shape[:2]
    scale = min(1.0, LONG_SIDE / max(height, width))
    if scale == 1.0:
        return image, scale
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(small), scale


def _scaled(box: Any, factor: float) -> Box:
    left, top, right, bottom = (round(side * factor) for side in (box.left(), box.top(), box.right(), box.bottom()))
    return left, top, right, bottom
