"""What a round trip does to identity, and the linear codec that every autoencoder has to beat. Knows no training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from limner.engine.nano.augment import SIZE
from limner.engine.nano.people import FACE, MARGIN, UNSEEN, faces_of, finder


def unseen_photos(directory: Path) -> np.ndarray:
    """Return aligned faces of P007 to P010, studio portraits first; (n, 256, 256, 3) uint8. For judging only."""
    kept = directory / "unseen.npz"
    if not kept.exists():
        find = finder()
        faces = [face for person in UNSEEN for face in faces_of(person, find)]
        faces.sort(key=lambda face: (face.source != "studio_portrait", face.source))
        np.savez(kept, images=np.stack([_reduced(face.image) for face in faces]))
    with np.load(kept) as data:
        return np.asarray(data["images"])


def _reduced(canvas: np.ndarray) -> np.ndarray:
    whole = (MARGIN, MARGIN, MARGIN + FACE, MARGIN + FACE)
    return np.asarray(Image.fromarray(canvas).crop(whole).resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def enlarge(image: np.ndarray) -> np.ndarray:
    """Enlarge a square picture to 384 px so that the face finder, which wants faces of 80 px, sees it."""
    return np.asarray(Image.fromarray(image).resize((384, 384), Image.Resampling.LANCZOS))


def identity_moves(photos: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Return dlib's distance between each photo and what became of it; 1.0 where no face is found; (n,)."""
    find = finder()
    moves = []
    for photo, picture in zip(photos, made, strict=True):
        a, b = find.embedding(enlarge(photo)), find.embedding(enlarge(picture))
        if a is not None:
            moves.append(1.0 if b is None else float(np.linalg.norm(a - b)))
    return np.array(moves)


def linear_codec(pictures: np.ndarray, channels: int, patch: int = 16) -> Callable[[np.ndarray], np.ndarray]:
    """Fit the best linear codec (PCA of patches) with ``channels`` numbers a patch; returns its round trip."""

    def patches(images: np.ndarray) -> np.ndarray:
        n, height, width, _ = images.shape
        cut = images.reshape(n, height // patch, patch, width // patch, patch, 3).transpose(0, 1, 3, 2, 4, 5)
        return cut.reshape(-1, patch * patch * 3).astype(np.float32)

    data = patches(pictures)
    mean = data.mean(0)
    _, vectors = np.linalg.eigh(np.cov(data - mean, rowvar=False))
    basis = vectors[:, -channels:].astype(np.float32)

    def round_trip(images: np.ndarray) -> np.ndarray:
        n, height, width, _ = images.shape
        kept = (patches(images) - mean) @ basis @ basis.T + mean
        grid = kept.reshape(n, height // patch, width // patch, patch, patch, 3).transpose(0, 1, 3, 2, 4, 5)
        return grid.reshape(images.shape).clip(0, 255).round().astype(np.uint8)

    return round_trip


def sheet(rows: Sequence[np.ndarray]) -> Image.Image:
    """Lay rows of (n, H, W, 3) uint8 pictures out as one image."""
    return Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows], 0))
