"""An analyser for paper faces, which needs no model, and the real one, loaded once for all tests.

A paper face is a rectangle of the colour (255, 0, n): person n looks straight at us. It fulfils the same contract as
dlib (tests/contracts/test_analyser.py).
"""

from functools import cache

import numpy as np

from limner.engine.faces import Detection, Floats, Pixels
from limner.engine.preprocess.analyser import SPACE, DlibAnalyser


@cache
def dlib_analyser() -> DlibAnalyser:
    """Return the real analyser; its models load at first use and are shared by all tests of a process."""
    return DlibAnalyser()


def paper_photo(*faces: tuple[int, int, int, int], size: int = 400) -> Pixels:
    """Return a grey photo with paper faces, each (person, left, top, width)."""
    photo = np.full((size, size, 3), 128, np.uint8)
    for person, left, top, width in faces:
        photo[top : top + width, left : left + width] = (255, 0, person)
    return photo


class PaperAnalyser:
    """Find paper faces."""

    space = SPACE

    def detect(self, image: Pixels) -> list[Detection]:
        """Return the paper faces, largest first."""
        paper = (image[..., 0] == 255) & (image[..., 1] == 0)
        found = [_detection(paper & (image[..., 2] == person)) for person in np.unique(image[..., 2][paper])]
        return sorted(found, key=lambda detection: -detection.area)

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return a unit vector that depends on the person alone."""
        x, y = detection.landmarks[30].astype(int)
        vector = np.random.default_rng(int(image[y, x, 2])).standard_normal(128)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


class FaceInTheMiddle:
    """Find one face in every picture, whatever it shows, where a canonical crop would have it."""

    space = SPACE

    def detect(self, image: Pixels) -> list[Detection]:
        """Return a face of two fifths of the shorter side in the picture's middle."""
        rows, columns = (np.abs(np.arange(side) - side / 2) < min(image.shape[:2]) / 5 for side in image.shape[:2])
        return [_detection(np.outer(rows, columns))]

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return the mean colours of the face in the first three of 128 numbers."""
        left, top, right, bottom = detection.box
        found = np.zeros(128, np.float32)
        found[:3] = image[top:bottom, left:right].mean(axis=(0, 1)) / 255
        return found


def _detection(where: np.ndarray) -> Detection:
    rows, columns = np.flatnonzero(where.any(1)), np.flatnonzero(where.any(0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    side = np.array([box[2] - box[0] - 1, box[3] - box[1] - 1])
    return Detection(box, (_points() * side + box[:2]).astype(np.float32), 1.0)


def _points() -> np.ndarray:
    """Return 68 landmarks of a face that looks straight ahead, in units of its box; (68, 2)."""

    def ring(count: int, x: float, y: float, rx: float, ry: float) -> np.ndarray:
        turn = np.linspace(np.pi, 3 * np.pi, count, endpoint=False)
        return np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], axis=1)

    def row(start: tuple[float, float], end: tuple[float, float], count: int) -> np.ndarray:
        return np.linspace(start, end, count)

    down = np.linspace(np.pi, 0, 17)
    jaw = np.stack([0.5 + 0.45 * np.cos(down), 0.35 + 0.63 * np.sin(down)], axis=1)
    brows = [row((0.15, 0.2), (0.42, 0.2), 5), row((0.58, 0.2), (0.85, 0.2), 5)]
    nose = [row((0.5, 0.32), (0.5, 0.55), 4), row((0.42, 0.62), (0.58, 0.62), 5)]
    eyes = [ring(6, 0.28, 0.33, 0.09, 0.03), ring(6, 0.72, 0.33, 0.09, 0.03)]
    mouth = [ring(12, 0.5, 0.8, 0.17, 0.05), ring(8, 0.5, 0.8, 0.12, 0.002)]
    return np.concatenate([jaw, *brows, *nose, *eyes, *mouth])
