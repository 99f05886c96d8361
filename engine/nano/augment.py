"""Many sitters from six: faces of P001 to P006 warped, exchanged, recoloured and captioned.

Two aligned faces lend each other shape and features (thin-plate warp of 68 landmarks, Bookstein 1989), hair and
background change colour, and the caption says what is seen. Six people become a continuum, so that the base learns
faces and not six classes. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from limner.engine.nano.people import CANVAS, FACE, SourceFace
from limner.engine.nano.stylise import STYLISE

SIZE = 256

#: Canvas pixels in a 256th of the face's side, in which all lengths below are given.
_UNIT = FACE / 256

#: Pictures in a style, so that the base knows the style words that the Style LoRAs then fill.
STYLED_SHARE = 0.3
#: Captions left empty, for classifier-free guidance (Ho and Salimans, 2022, section 4).
EMPTY_SHARE = 0.1

_HAIR_TINTS = {
    "brown": (0.42, 0.28, 0.18),
    "blond": (0.80, 0.64, 0.40),
    "red": (0.58, 0.26, 0.12),
    "grey": (0.62, 0.62, 0.62),
}

_GROUPS = {
    "eyes": (range(36, 42), range(42, 48)),
    "brows": (range(17, 22), range(22, 27)),
    "nose": (range(27, 36),),
    "mouth": (range(48, 68),),
    "jaw": (range(17),),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One training picture."""

    image: np.ndarray
    """(256, 256, 3) uint8 RGB."""
    caption: str


def _shape_noise(points: np.ndarray, rng: np.random.Generator, amount: float) -> np.ndarray:
    """Scale and shift features as faces differ: eyes, brows, nose, mouth and jaw each by their own factors."""
    out = points.copy()
    for name, groups in _GROUPS.items():
        scale = 1 + rng.normal(0, 0.07 * amount, 2)
        shift = rng.normal(0, 2.2 * _UNIT * amount, 2) * (name in {"nose", "mouth", "brows"}) * (0, 1)
        for group in groups:
            part = out[list(group)]
            centre = part.mean(0)
            out[list(group)] = centre + (part - centre) * scale + shift
    return out


def _border() -> np.ndarray:
    edge = np.linspace(0, CANVAS - 1, 5)
    points = [(x, y) for x in edge for y in edge if x in {edge[0], edge[-1]} or y in {edge[0], edge[-1]}]
    return np.array(points)


_BORDER = _border()
_STEP = 12  # the warp is smooth: solve it on a coarse grid and interpolate


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    square = ((a[:, None] - b[None]) ** 2).sum(-1)
    return square * np.log(square + 1e-6)


def _warp_map(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return for every canvas pixel where to look in the source picture; (2, H, W), y then x."""
    knots = np.vstack([target, _BORDER]) / CANVAS
    offsets = np.vstack([source - target, np.zeros_like(_BORDER)])
    n = len(knots)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = _kernel(knots, knots) + 1e-4 * np.eye(n)
    system[:n, n:] = np.hstack([np.ones((n, 1)), knots])
    system[n:, :n] = system[:n, n:].T
    weights = np.linalg.solve(system, np.vstack([offsets, np.zeros((3, 2))]))
    axis = np.arange(0, CANVAS + _STEP, _STEP)
    grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2) / CANVAS
    coarse = np.hstack([_kernel(grid, knots), np.ones((len(grid), 1)), grid]) @ weights
    coarse = coarse.reshape(len(axis), len(axis), 2)
    fine = np.stack([ndimage.zoom(coarse[..., k], _STEP, order=1, grid_mode=False)[:CANVAS, :CANVAS] for k in (1, 0)])
    return fine + np.mgrid[:CANVAS, :CANVAS]


def _sample(picture: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.stack([ndimage.map_coordinates(picture[..., c], where, order=1, mode="nearest") for c in range(3)], -1)


def _face_mask(points: np.ndarray, grow: float = 1.0, blur: float = 7.0) -> np.ndarray:
    """Return the soft inside of the face, brows included; (H, W) float32 in [0, 1]."""
    brows = points[26:16:-1] - np.array([0, 14 * _UNIT])
    outline = np.vstack([points[:17], brows])
    outline = outline.mean(0) + (outline - outline.mean(0)) * grow
    mask = Image.new("L", (CANVAS, CANVAS))
    ImageDraw.Draw(mask).polygon([tuple(p) for p in outline], fill=255)
    return np.asarray(mask.filter(ImageFilter.GaussianBlur(blur * _UNIT)), np.float32) / 255


def _match_colours(picture: np.ndarray, like: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Give ``picture`` the mean and spread that ``like`` has inside ``mask``."""
    inside = mask > 0.9
    a, b = picture[inside], like[inside]
    return np.clip((picture - a.mean(0)) * np.clip(b.std(0) / (a.std(0) + 1e-3), 0.7, 1.4) + b.mean(0), 0, 1)


def _recolour_hair(picture: np.ndarray, points: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    name = str(rng.choice(list(_HAIR_TINTS)))
    grey = picture.mean(-1)
    dark = 1 / (1 + np.exp((ndimage.gaussian_filter(grey, 1.5 * _UNIT) - 0.27) * 30))
    bottom = points[8, 1] + 30 * _UNIT
    rows = np.clip((bottom - np.arange(CANVAS)) / (20 * _UNIT), 0, 1)[:, None]
    neck = Image.new("L", (CANVAS, CANVAS))
    corners = [tuple(points[3]), tuple(points[13]), (points[13, 0], CANVAS), (points[3, 0], CANVAS)]
    ImageDraw.Draw(neck).polygon(corners, fill=255)
    soft_neck = np.asarray(neck.filter(ImageFilter.GaussianBlur(3 * _UNIT)), np.float32) / 255
    skin = np.maximum(_face_mask(points, 0.93, 4), soft_neck)
    hair = (dark * (1 - skin) * rows)[..., None]
    tone = np.clip(grey / 0.14, 0.15, 2.2)[..., None] ** 0.6
    return picture * (1 - hair) + np.clip(tone * np.array(_HAIR_TINTS[name]), 0, 1) * hair, name


def _recolour_background(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Put a soft two-coloured backdrop behind a studio photo, whose grey is known from its upper corners."""
    top, bottom, near, far = (round(_UNIT * side) for side in (40, 90, 4, 40))
    rows = picture[top:bottom]
    corners = np.concatenate([rows[:, near:far].reshape(-1, 3), rows[:, -far:-near].reshape(-1, 3)])
    distance = np.abs(picture - np.median(corners, 0)).max(-1)
    mask = ndimage.gaussian_filter((distance < 0.11).astype(np.float32), 1.2 * _UNIT)
    labels, _ = ndimage.label(mask > 0.6)  # grey inside the face is not background: keep what touches the edge
    upper = labels[: round(200 * _UNIT)]
    edge = np.unique(np.concatenate([upper[:, 0], upper[:, -1], labels[0]]))
    mask = mask * ndimage.gaussian_filter(np.isin(labels, edge[edge > 0]).astype(np.float32), _UNIT)
    first, second = rng.uniform(0.05, 0.95, (2, 3))
    ramp = np.linspace(0, 1, CANVAS)
    ramp = ramp[:, None, None] if rng.random() < 0.5 else ramp[None, :, None]
    return picture * (1 - mask[..., None]) + (first * (1 - ramp) + second * ramp) * mask[..., None]


def _finish(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn, scale, shift and mirror a little, shrink to nano's size, and change the light; (256, 256, 3) in [0, 1]."""
    angle, scale = np.deg2rad(rng.normal(0, 2.5)), 1 + rng.normal(0, 0.03)
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    centre = CANVAS / 2 + rng.normal(0, 3.0 * _UNIT, 2)
    mirror = -1 if rng.random() < 0.5 else 1
    where = (np.mgrid[: 2 * SIZE, : 2 * SIZE].astype(np.float32) - SIZE + 0.5) * (FACE / (2 * SIZE))
    where[1] *= mirror
    turned = np.stack(
        [where[0] * cosine - where[1] * sine + centre[1], where[0] * sine + where[1] * cosine + centre[0]]
    )
    small = _sample(picture, turned - 0.5).reshape(SIZE, 2, SIZE, 2, 3).mean((1, 3))
    light = small ** np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.05, 3)) * np.exp(rng.normal(0, 0.06))
    return np.clip(0.5 + (light - 0.5) * np.exp(rng.normal(0, 0.06)), 0, 1)


def _caption(parts: Sequence[str], style: str, rng: np.random.Generator) -> str:
    if rng.random() < EMPTY_SHARE:
        return ""
    kept = [p for n, p in enumerate(parts) if n == 0 or rng.random() < 0.8]
    return f"{style} of a {', '.join(kept)}"


def _mixed(face: SourceFace, other: SourceFace, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Give ``face`` the shape and features of ``other`` in part; picture, landmarks, share of the other's features."""
    shape = rng.uniform(0, 1)
    share = float(rng.choice([0.0, 1.0, rng.uniform(0.2, 1.0)]))
    target = _shape_noise(face.landmarks * (1 - shape) + other.landmarks * shape, rng, 1.0)
    ours = _sample(face.image.astype(np.float32) / 255, _warp_map(face.landmarks, target))
    if share == 0:
        return ours, target, share
    theirs = _sample(other.image.astype(np.float32) / 255, _warp_map(other.landmarks, target))
    mask = _face_mask(target, 0.97)
    weight = (mask * share)[..., None]
    return ours * (1 - weight) + _match_colours(theirs, ours, mask) * weight, target, share


def draw(
    faces: Sequence[SourceFace], rng: np.random.Generator, *, style: str | None = None, styled: float = STYLED_SHARE
) -> Sample:
    """Make one picture; ``style`` names one of :data:`STYLISE`, otherwise so many of them are ``styled``."""
    face, other = (faces[int(n)] for n in rng.integers(len(faces), size=2))
    who, words = face.words.split(", ", 1)
    hair, expression = words.rsplit(", ", 1)
    mixed = rng.random() < 0.75
    if mixed:
        picture, landmarks, share = _mixed(face, other, rng)
        if share > 0.5:
            expression = other.words.rsplit(", ", 1)[1]
            beard = ", beard" in other.words
            hair = hair.replace(", beard", "") + (", beard" if beard else "")
            who = who if other.words.startswith(who + ",") else "person"
    else:
        target = _shape_noise(face.landmarks, rng, 0.4 * rng.random())
        picture, landmarks = _sample(face.image.astype(np.float32) / 255, _warp_map(face.landmarks, target)), target
    studio = "amateur" not in face.source
    if studio and rng.random() < 0.5:
        picture, colour = _recolour_hair(picture, landmarks, rng)
        hair = hair.replace("black", colour).replace("brown", colour)
    backdrop = "grey background" if studio else "outside"
    if studio and rng.random() < 0.5:
        picture, backdrop = _recolour_background(picture, rng), "coloured background"
    picture = _finish(picture, rng)
    begin = "photo"
    if style is None and rng.random() < styled:
        style = str(rng.choice(list(STYLISE)))
    if style is not None:
        begin, stylise = STYLISE[style]
        picture = stylise(picture.astype(np.float32), rng)
    caption = _caption([who, *hair.split(", "), expression, backdrop], begin, rng)
    return Sample((picture * 255).round().astype(np.uint8), caption)


def draws(
    faces: Sequence[SourceFace], count: int, seed: int, *, style: str | None = None, styled: float = STYLED_SHARE
) -> Iterator[Sample]:
    """Make ``count`` pictures, the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield draw(faces, rng, style=style, styled=styled)
