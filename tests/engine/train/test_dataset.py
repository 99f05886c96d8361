"""Faces become latents once, varied as the recipe says, their masks with them."""

import numpy as np
import torch

from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_images
from limner.engine.train.dataset import dataset_of_faces, dataset_of_images, shrink_masks, vary
from limner.engine.train.recipe import Augmentation
from limner.tests.fakes.base import make_faces

STILL = Augmentation(shift=0, scale=0, rotation=0, brightness=0, contrast=0, saturation=0)


def test_one_row_a_variant(tiny_base: BaseModel) -> None:
    """Every face gives as many rows as variants, with its caption and its mask at the latents' size."""
    faces = make_faces(3)
    data = dataset_of_faces(tiny_base, faces, Augmentation(variants=4), plain="photo of sks person", seed=0)
    assert len(data) == 12
    assert data.latents.shape == (12, 4, 8, 8)
    assert data.masks.shape == (12, 1, 8, 8)
    # The plain caption, and the two that the faces have.
    assert data.texts.hidden.shape == (3, 24, 16)
    assert data.captions.tolist() == [1] * 4 + [2] * 4 + [1] * 4


def test_same_seed_same_dataset(tiny_base: BaseModel) -> None:
    """The seed decides every variation."""
    faces = make_faces(2)
    first, same, other = (
        dataset_of_faces(tiny_base, faces, Augmentation(variants=4), plain="photo", seed=seed) for seed in (1, 1, 2)
    )
    assert torch.equal(first.latents, same.latents)
    assert not torch.equal(first.latents, other.latents)


def test_first_variant_is_the_face_itself(tiny_base: BaseModel) -> None:
    """Each face is also learned as it is."""
    faces = make_faces(1)
    data = dataset_of_faces(tiny_base, faces, Augmentation(variants=3), plain="photo", seed=0)
    itself = encode_images(tiny_base, faces[0].image[None])
    torch.testing.assert_close(data.latents[:1], itself, atol=1e-4, rtol=1e-4)


def test_faces_of_another_size_are_fitted(tiny_base: BaseModel) -> None:
    """Crops prepared for another base's size are brought to this one's."""
    data = dataset_of_faces(tiny_base, make_faces(1, size=96), Augmentation(variants=2), plain="photo", seed=0)
    assert data.latents.shape == (2, 4, 8, 8)


def test_without_masks_everything_counts(tiny_base: BaseModel) -> None:
    """A style is learned from the whole picture."""
    picture = make_faces(1)[0].image
    data = dataset_of_images(tiny_base, [picture], ["pencil drawing"], STILL, plain="pencil drawing", seed=0)
    assert torch.equal(data.masks, torch.ones_like(data.masks))


def test_still_variation_changes_nothing() -> None:
    """With all amounts at nought a picture comes out as it went in."""
    face = make_faces(1)[0]
    image, mask = vary(face.image, face.mask, STILL, np.random.default_rng(0))
    assert np.abs(image.astype(int) - face.image).max() <= 1
    np.testing.assert_allclose(mask, face.mask, atol=1e-3)


def test_mirror_turns_picture_and_mask() -> None:
    """A mirrored face keeps its mask over it."""
    face = make_faces(1)[0]
    image, mask = vary(face.image, face.mask, STILL, np.random.default_rng(0), mirror=True, plain=True)
    assert np.array_equal(image, face.image[:, ::-1])
    assert np.array_equal(mask, face.mask[:, ::-1])


def test_what_comes_from_outside_does_not_count() -> None:
    """A shift repeats the picture's edge and leaves the mask empty there."""
    image = np.full((64, 64, 3), 90, np.uint8)
    far = Augmentation(shift=0.2, scale=0, rotation=0, brightness=0, contrast=0, saturation=0)
    moved, mask = vary(image, np.ones((64, 64), np.float32), far, np.random.default_rng(3))
    assert np.abs(moved.astype(int) - 90).max() <= 1
    assert mask.min() == 0.0
    assert mask.max() == 1.0


def test_masks_are_averaged() -> None:
    """A latent half covered by a mask counts half."""
    mask = np.zeros((1, 64, 64), np.float32)
    mask[:, :, :4] = 1
    small = shrink_masks(mask, 8)
    assert small.shape == (1, 1, 8, 8)
    assert small[0, 0, :, 0].tolist() == [0.5] * 8
    assert float(small[0, 0, :, 1:].sum()) == 0
