"""The faces that nano learns from: openpeople's P001 to P006, found, aligned and captioned.

Knows no model. P007 to P010 are the unseen sitters: :func:`faces_of` gives them to judges, never to a trainer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import dlib
import numpy as np
from PIL import Image, ImageFilter

LEARNED = ("P001", "P002", "P003", "P004", "P005", "P006")
UNSEEN = ("P007", "P008", "P009", "P010")

#: Side of the stored canvas: the aligned face, half as large again as nano draws it, so that little is lost where it
#: is warped, and a margin on each side for augmentation. Most faces of openpeople are about that large.
FACE = 384
MARGIN = 48
CANVAS = FACE + 2 * MARGIN

#: The sheet of expressions, row by row, as its labels name them.
EXPRESSIONS = (
    "neutral", "happy", "sad", "angry",
    "surprised", "disgusted", "scared", "confused",
    "smug", "flirty", "thoughtful", "pensive",
    "exhausted", "shocked", "playful", "determined",
)  # fmt: skip

#: Rough centres of the cells of the two sheets (2400 x 1792 px); the white rules around them are found in the picture,
#: because every person's sheet is laid out a little differently.
_COLUMNS = (358, 920, 1482, 2044)
_ROWS = (270, 690, 1115, 1540)
_FRONT_VIEW = (310, 390)

_HAIR = {
    "P001": "short curly black hair",
    "P002": "curly black hair",
    "P003": "long straight brown hair",
    "P004": "curly black hair",
    "P005": "short black hair, beard",
    "P006": "straight black hair",
}


@dataclass(frozen=True, slots=True)
class SourceFace:
    """One face of a person of openpeople, aligned on the canvas."""

    person: str
    source: str
    words: str
    image: np.ndarray
    """(480, 480, 3) uint8 RGB."""
    landmarks: np.ndarray
    """(68, 2) float32, x and y in canvas pixels."""


def _package_file(package: str, *parts: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        message = f"The package {package} is missing: install the engine extra."
        raise FileNotFoundError(message)
    return Path(spec.origin).parent.joinpath(*parts)


def _template_points(points: np.ndarray) -> np.ndarray:
    """Return the three points of the template: left eye, right eye, mouth; (3, 2)."""
    return np.stack([points[36:42].mean(0), points[42:48].mean(0), points[48:68].mean(0)])


def template(size: float = FACE, margin: float = MARGIN) -> np.ndarray:
    """Return where eyes and mouth lie in an aligned face of ``size`` px; (3, 2)."""
    return np.array([[0.395, 0.47], [0.605, 0.47], [0.5, 0.695]]) * size + margin


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Fit scale, rotation and shift from ``source`` to ``target`` points (n, 2) by least squares; a (2, 3) matrix."""
    a = source - source.mean(0)
    b = target - target.mean(0)
    norm = (a**2).sum()
    c = (a * b).sum() / norm
    s = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / norm
    rotation = np.array([[c, -s], [s, c]])
    return np.hstack([rotation, (target.mean(0) - rotation @ source.mean(0))[:, None]])


def _aligned(image: Image.Image, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the canvas, the landmarks on it, and where the canvas lies inside ``image`` (480, 480) in [0, 1]."""
    inside = Image.new("L", image.size, 255)
    forward = similarity(_template_points(points), template())
    shrink = int(1 / float(np.hypot(forward[0, 0], forward[1, 0])))
    if shrink > 1:  # shrink first, so that no pixel is skipped
        image, inside = image.reduce(shrink), inside.reduce(shrink)
        points = (points + 0.5) / shrink - 0.5
    pad = CANVAS
    padded = Image.fromarray(np.pad(np.asarray(image), ((pad, pad), (pad, pad), (0, 0)), mode="edge"))
    padded_inside = Image.fromarray(np.pad(np.asarray(inside), pad))
    shifted = points + pad
    forward = similarity(_template_points(shifted), template())
    inverse = tuple(np.linalg.inv(np.vstack([forward, [0, 0, 1]]))[:2].ravel())
    size, affine, smooth = (CANVAS, CANVAS), Image.Transform.AFFINE, Image.Resampling.BICUBIC
    canvas = np.asarray(padded.transform(size, affine, inverse, smooth))
    known = padded_inside.transform(size, affine, inverse, smooth).filter(ImageFilter.MinFilter(5))
    feathered = np.asarray(known.filter(ImageFilter.GaussianBlur(2)), np.float32) / 255
    return canvas, (shifted @ forward[:, :2].T + forward[:, 2]).astype(np.float32), feathered


class _Finder:
    def __init__(self) -> None:
        models = _package_file("face_recognition_models", "models")
        self._detector = dlib.get_frontal_face_detector()
        self._shape = dlib.shape_predictor(str(models / "shape_predictor_68_face_landmarks.dat"))
        self._embed = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

    def landmarks(self, image: np.ndarray, upsample: int = 0) -> np.ndarray | None:
        boxes, scores, _ = self._detector.run(image, upsample, -0.2)
        if not boxes:
            return None
        best = boxes[int(np.argmax(scores))]
        shape = self._shape(image, best)
        return np.array([(p.x, p.y) for p in shape.parts()], np.float64)

    def embedding(self, image: np.ndarray) -> np.ndarray | None:
        """Return the (128,) embedding of the best face in a (H, W, 3) uint8 image, or None."""
        boxes, scores, _ = self._detector.run(image, 0, -0.2)
        if not boxes:
            return None
        best = boxes[int(np.argmax(scores))]
        return np.array(self._embed.compute_face_descriptor(image, self._shape(image, best)))


def finder() -> _Finder:
    """Load the default face finder and embedder (dlib, weights from face_recognition_models)."""
    return _Finder()


def _cell(sheet: Image.Image, centre: tuple[int, int]) -> Image.Image:
    """Cut the cell around ``centre`` out of a sheet, inside its white rules: a model would learn the rules."""
    x, y = centre
    white = np.asarray(sheet).min(2) > 200
    rows = white[:, x - 200 : x + 200].mean(1) > 0.9
    columns = white[y - 140 : y + 40].mean(0) > 0.9
    above, below = np.flatnonzero(rows[: y - 60]), np.flatnonzero(rows[y + 60 :])
    before, after = np.flatnonzero(columns[: x - 120]), np.flatnonzero(columns[x + 120 :])
    inset = 5
    left = int(before[-1]) + inset if len(before) else 0
    top = int(above[-1]) + inset if len(above) else 0
    right = int(after[0]) + x + 120 - inset if len(after) else sheet.width
    bottom = int(below[0]) + y + 60 - inset if len(below) else sheet.height
    return sheet.crop((left, top, right, bottom))


def views(person: str) -> list[tuple[str, str, Image.Image]]:
    """Return the photos of a person of openpeople that show the face: source, expression, picture."""
    folder = _package_file("openpeople", "data", "curated", person, "assets")

    def load(name: str) -> Image.Image:
        return Image.open(folder / f"{name}.jpg").convert("RGB")

    found = [
        ("studio_portrait", "neutral", load("studio_portrait")),
        ("amateur_selfie", "happy", load("amateur_selfie")),
    ]
    for name in ("studio_posture", "amateur_posture"):
        image = load(name)
        found.append((name, "neutral", image.crop((0, 0, image.width, image.height // 3))))
    sheet = load("emotions_sheet")
    for n, expression in enumerate(EXPRESSIONS):
        found.append((f"expression_{expression}", expression, _cell(sheet, (_COLUMNS[n % 4], _ROWS[n // 4]))))
    found.append(("front_view", "neutral", _cell(load("character_sheet"), _FRONT_VIEW)))
    return found


def faces_of(person: str, find: _Finder | None = None) -> list[SourceFace]:
    """Find, align and caption the faces of one person of openpeople."""
    find = find or finder()
    folder = _package_file("openpeople", "data", "curated", person)
    demographics = json.loads((folder / "metadata.json").read_text())["character_details"]["demographics"]
    who = {"male": "man", "female": "woman"}.get(demographics["sex"], "person")
    found: list[SourceFace] = []
    for source, expression, image in views(person):
        small = image.copy()
        small.thumbnail((1000, 1000))
        points = find.landmarks(np.asarray(small), upsample=1 if small.width < 700 else 0)
        if points is None:
            continue
        points = points * (image.width / small.width)
        if np.hypot(*(points[36:42].mean(0) - points[42:48].mean(0))) < 54:  # smaller than nano draws it
            continue
        canvas, landmarks, known = _aligned(image, points)
        if found:  # the sheets cut hair and shoulders off: the person's studio portrait, the first view, goes on there
            canvas = (canvas * known[..., None] + found[0].image * (1 - known[..., None])).astype(np.uint8)
        words = f"{who}, {_HAIR.get(person, 'hair')}, {expression}"
        found.append(SourceFace(person, source, words, canvas, landmarks))
    return found
