"""The analyser for machines with a GPU: insightface's SCRFD, 3D landmarks, age, sex and ArcFace, by ONNX Runtime.

Its code is MIT; its model packs are for non-commercial research only (insightface's README, "License"), so that this
analyser is made only where an operator has said so (`limner.deploy.settings`). It never downloads: the library would,
if it were given a pack's name, so it is given a folder whose files were looked for before. All decoding is the
library's own.

Never run with real packs or on a GPU yet; what is tested is the library's code with small networks of our own.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from limner.engine.errors import MissingModelsError
from limner.engine.faces import Box, Detection, EmbeddingSpace, Floats, Pixels

SPACE: Final = EmbeddingSpace(width=512, same_person=1.2, same_photo=0.2, unit=True)
"""Distances of unit vectors: with cosine c it is sqrt(2 - 2 c). Not measured by us.

Same person: cosine 0.28, from which insightface's own demonstration of `buffalo_l` says "They ARE the same person"
(deepinsight/insightface, web-demos/src_recognition/main.py). Others are stricter: 1.1 in deepface
(deepface/config/threshold.py, Buffalo_L) and cosine 0.4 in insightface's desktop program. The milder one is taken for
the reason that dlib's is: a good photo refused is what people complain of most.

Same photo: nothing is published; a sixth of the other, as with dlib, is a cosine of 0.98.
"""

TASKS: Final = ("detection", "landmark_3d_68", "genderage", "recognition")
"""The library's names for what is used of a pack; its 106 landmarks in 2D are not."""

CUDA: Final = "CUDAExecutionProvider"

_SMALLEST: Final = 128
"""The detector shrinks photos to squares of 128 and 640 px; of a longer strip than this nothing would be left."""


class InsightFaceAnalyser:
    """Find faces with SCRFD, their 68 landmarks, pose, age and sex, and a 512-d embedding by ArcFace.

    `pack` is a folder as `limner.engine.analysers.find_pack` gives it, `device` is "cpu" or "cuda", `threads` bounds
    ONNX Runtime's, which heeds no OMP_NUM_THREADS. Models load at first use and stay; a file that cannot be read raises
    MissingModelsError then.
    """

    space = SPACE

    def __init__(self, pack: Path, *, device: str = "cpu", threads: int = 1) -> None:
        self._pack = pack
        self._device = device
        self._threads = threads

    @cached_property
    def _models(self) -> Mapping[str, Any]:
        wanted = providers(self._device, available())
        import onnxruntime
        from insightface.app import FaceAnalysis

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        try:
            app = FaceAnalysis(str(self._pack), allowed_modules=list(TASKS), providers=wanted, sess_options=options)
            app.prepare()
            return {task: app.models[task] for task in TASKS}
        except Exception as error:  # four libraries read the files, each with errors of its own
            raise MissingModelsError(
                f"InsightFace's pack in {self._pack} cannot be loaded ({type(error).__name__}): copy its files anew."
            ) from error

    def detect(self, image: Pixels) -> list[Detection]:
        """Return the faces in a (height, width, 3) uint8 RGB photo, largest first, in its own pixels."""
        height, width = image.shape[:2]
        if _SMALLEST * min(height, width) < max(height, width):
            return []
        picture = _bgr(image)
        boxes, keypoints = self._models["detection"].detect(picture)
        found = [self._detection(picture, row, points) for row, points in zip(boxes, keypoints, strict=True)]
        return sorted(found, key=lambda detection: (-detection.area, detection.box))

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return the (512,) float32 embedding, of length 1, of a face that `detect` found in this photo."""
        from insightface.app.common import Face

        with _old_ways():
            vector = self._models["recognition"].get(_bgr(image), Face(kps=detection.keypoints))
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)

    def _detection(self, picture: Pixels, row: Floats, keypoints: Floats) -> Detection:
        from insightface.app.common import Face

        face = Face(bbox=row[:4], kps=keypoints, det_score=row[4])
        with _old_ways():
            for task in ("landmark_3d_68", "genderage"):
                self._models[task].get(picture, face)
        pitch, yaw, roll = (float(angle) for angle in face.pose)
        return Detection(
            box=_box(row),
            landmarks=np.asarray(face.landmark_3d_68[:, :2], np.float32),
            confidence=float(row[4]),
            keypoints=np.asarray(keypoints, np.float32),
            # Its y points down and ours up, which turns the other two round.
            pose=(round(yaw, 1), round(-pitch, 1), round(-roll, 1)),
            age=max(0, int(face.age)),
            sex=_sex(face.sex),
        )


def available() -> list[str]:
    """Load the libraries and name the providers of ONNX Runtime's build. Raises ImportError."""
    # The order matters: insightface forbids ONNX Runtime to report home, which only works before that is loaded.
    import insightface  # noqa: F401

    import onnxruntime  # isort: skip

    return list(onnxruntime.get_available_providers())


def providers(device: str, there: Sequence[str]) -> list[str]:
    """Name ONNX Runtime's providers for a device, best first: CUDA where it is wanted and there, then the processor."""
    return [CUDA, "CPUExecutionProvider"] if device.startswith("cuda") and CUDA in there else ["CPUExecutionProvider"]


def _sex(letter: str) -> Literal["woman", "man"]:
    return "man" if letter == "M" else "woman"


def _box(row: Floats) -> Box:
    left, top, right, bottom = (round(float(side)) for side in row[:4])
    return left, top, right, bottom


def _bgr(image: Pixels) -> Pixels:
    return np.ascontiguousarray(image[..., ::-1])


def _old_ways() -> warnings.catch_warnings[None]:
    """Keep scikit-image's notice about insightface's calls out of the log: it would come once for every face."""
    return warnings.catch_warnings(action="ignore", category=FutureWarning)
