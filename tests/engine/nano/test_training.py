"""The recipe's parts: the optimiser, the codec that is to be beaten, and steps that can be taken up again."""

from pathlib import Path

import numpy as np
import torch

from limner.engine.nano.autoencoder import LATENT_CHANNELS, build, face_weight
from limner.engine.nano.codec import linear_codec
from limner.engine.nano.optimizer import orthogonalise
from limner.engine.nano.unet import BATCH, Trainer, cached_latents


def test_orthogonalise_evens_out_directions() -> None:
    """A matrix of very unequal singular values comes back with all of them near 1, in either shape."""
    torch.manual_seed(0)
    skewed = torch.randn(24, 60) @ torch.diag(torch.logspace(0, -2, 60))
    for matrix in (skewed, skewed.T):
        values = torch.linalg.svdvals(orthogonalise(matrix).float())
        assert values.max() < 1.4
        assert values.min() > 0.4


def test_a_linear_codec_with_every_number_loses_nothing() -> None:
    """All 192 numbers of an 8 x 8 patch bring the picture back; fewer lose more."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 255, (40, 32, 32, 3), dtype=np.uint8)
    lost = [np.abs(linear_codec(pictures, n, patch=8)(pictures).astype(int) - pictures).mean() for n in (192, 64, 8)]
    assert lost[0] < 1
    assert lost[0] < lost[1] < lost[2]


def test_face_pixels_count_more_and_all_pixels_count() -> None:
    """The weights average 1, are largest on the face and nowhere nought."""
    weight = face_weight()[0, 0]
    assert abs(weight.mean().item() - 1) < 1e-5
    assert weight[144, 128] > 2 * weight[4, 4] > 0


def test_training_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    """A step after loading a checkpoint is the step that an unbroken run would have taken."""
    torch.manual_seed(1)
    latents = torch.randn(BATCH, LATENT_CHANNELS, 16, 16)
    captions = ["photo of a woman, curly black hair, neutral"] * BATCH
    first = Trainer(tmp_path, total=10)
    first.train_step(latents, captions)
    first.keep()
    second = Trainer(tmp_path, total=10)
    assert second.step == 1
    losses = []
    for trainer in (first, second):
        torch.manual_seed(2)
        losses.append(trainer.train_step(latents, captions))
    assert losses[0] == losses[1]


def test_the_autoencoder_shrinks_by_sixteen() -> None:
    """256 px become 16 x 16 latents and 256 px again."""
    vae = build().eval()
    with torch.no_grad():
        latents = vae.encode(torch.zeros(1, 3, 256, 256)).latent_dist.mode()
        assert latents.shape == (1, LATENT_CHANNELS, 16, 16)
        assert vae.decode(latents).sample.shape == (1, 3, 256, 256)


def test_latents_are_those_of_the_newest_codec(tmp_path: Path) -> None:
    """Pictures are encoded once, and again after the codec has changed: the UNet never learns another's latents."""
    images = np.random.default_rng(0).integers(0, 255, (2, 256, 256, 3), dtype=np.uint8)
    np.savez(tmp_path / "pictures-000.npz", images=images, captions=np.array(["photo of a person"] * 2))
    torch.manual_seed(0)
    build().save_pretrained(tmp_path / "vae")
    first, captions = cached_latents(tmp_path)
    assert first.shape == (2, LATENT_CHANNELS, 16, 16)
    assert captions == ["photo of a person"] * 2
    assert torch.equal(cached_latents(tmp_path)[0], first)
    build().save_pretrained(tmp_path / "vae")
    assert not torch.equal(cached_latents(tmp_path)[0], first)
