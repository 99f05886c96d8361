"""Faces to latents, once: augmented crops, their masks and their captions, ready for any number of steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageEnhance

from limner.engine.faces import Face
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_images, encode_prompts, fit
from limner.engine.models.prompts import Prompts
from limner.engine.train.recipe import Augmentation


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """What a training draws from; everything on the base's device, float32.

    `latents` (n, c, h, w), `masks` (n, 1, h, w) in [0, 1], `captions` (n,) indices into the m `texts`.
    The first of `texts` is the plain caption. None is empty: guidance has the base alone on its other side.
    """

    latents: torch.Tensor
    masks: torch.Tensor
    captions: torch.Tensor
    texts: Prompts

    def __len__(self) -> int:
        """Count the encoded crops."""
        return len(self.latents)


def dataset_of_faces(
    base: BaseModel, faces: Sequence[Face], augmentation: Augmentation, *, plain: str, seed: int, size: int = 0
) -> Dataset:
    """Augment and encode faces at `size` pixels (0: the base's). The same faces and seed give the same tensors."""
    images = [fit(face.image, size or base.size) for face in faces]
    masks = [fit_mask(face.mask, size or base.size) for face in faces]
    return dataset_of_images(
        base, images, [face.caption for face in faces], augmentation, masks=masks, plain=plain, seed=seed
    )


def dataset_of_images(
    base: BaseModel,
    images: Sequence[np.ndarray],
    captions: Sequence[str],
    augmentation: Augmentation,
    *,
    masks: Sequence[np.ndarray] | None = None,
    plain: str,
    seed: int,
) -> Dataset:
    """Augment and encode (size, size, 3) uint8 pictures with their captions; without masks all of a picture counts."""
    texts = [plain, *sorted(set(captions) - {plain})]
    everywhere = np.ones(images[0].shape[:2], np.float32)
    pictures, weights, words = [], [], []
    for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
        mask = everywhere if masks is None else masks[number]
        for variant in range(augmentation.variants):
            chance = np.random.default_rng([seed, number, variant])
            picture, weight = vary(image, mask, augmentation, chance, mirror=variant % 2 == 1, plain=variant == 0)
            pictures.append(picture)
            weights.append(weight)
            words.append(texts.index(caption))
    latents = encode_images(base, np.stack(pictures))
    return Dataset(
        latents=latents,
        masks=shrink_masks(np.stack(weights), latents.shape[-1]).to(base.device),
        captions=torch.tensor(words),
        texts=encode_prompts(base, texts),
    )


def vary(
    image: np.ndarray,
    mask: np.ndarray,
    how: Augmentation,
    chance: np.random.Generator,
    *,
    mirror: bool = False,
    plain: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Shift, scale, turn, mirror and tint one picture, its mask with it; `plain` only mirrors.

    What comes into the picture from outside repeats its edge, and the mask is nought there.
    """
    if mirror:
        image, mask = image[:, ::-1], mask[:, ::-1]
    if plain:
        return np.ascontiguousarray(image), np.ascontiguousarray(mask)
    matrix = _random_affine(len(image), how, chance)
    pad = len(image) // 4
    padded = np.pad(image, ((pad, pad), (pad, pad), (0, 0)), mode="edge")
    moved = _warp(Image.fromarray(padded), matrix, pad, len(image))
    moved_mask = _warp(Image.fromarray(np.pad(mask, pad)), matrix, pad, len(image))
    return np.asarray(_tint(moved, how, chance)), np.asarray(moved_mask, np.float32).clip(0, 1)


def shrink_masks(masks: np.ndarray, side: int) -> torch.Tensor:
    """Average (n, size, size) masks over each latent's pixels, to (n, 1, side, side)."""
    return F.adaptive_avg_pool2d(torch.from_numpy(masks.astype(np.float32))[:, None], side)


def fit_mask(mask: np.ndarray, size: int) -> np.ndarray:
    """Bring a square mask to the base's size."""
    if len(mask) == size:
        return mask
    return np.asarray(Image.fromarray(mask).resize((size, size), Image.Resampling.BILINEAR))


def _random_affine(size: int, how: Augmentation, chance: np.random.Generator) -> np.ndarray:
    """Make a 2 x 3 matrix from output to input pixels, about the picture's centre."""
    angle = math.radians(how.rotation) * chance.uniform(-1, 1)
    zoom = 1 / (1 + how.scale * chance.uniform(-1, 1))
    shift = size * how.shift * chance.uniform(-1, 1, 2)
    turn = zoom * np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    centre = np.full(2, size / 2)
    return np.column_stack([turn, centre - turn @ (centre + shift)])


def _warp(picture: Image.Image, matrix: np.ndarray, pad: int, size: int) -> Image.Image:
    """Apply the matrix to a picture that has `pad` pixels more on each side."""
    moved = matrix.copy()
    moved[:, 2] += pad
    return picture.transform(
        (size, size), Image.Transform.AFFINE, tuple(moved.flatten()), resample=Image.Resampling.BICUBIC
    )


def _tint(picture: Image.Image, how: Augmentation, chance: np.random.Generator) -> Image.Image:
    for enhancer, amount in (
        (ImageEnhance.Brightness, how.brightness),
        (ImageEnhance.Contrast, how.contrast),
        (ImageEnhance.Color, how.saturation),
    ):
        picture = enhancer(picture).enhance(1 + amount * chance.uniform(-1, 1))
    return picture
