"""The arithmetic of noise agrees with diffusers and with the papers."""

import pytest
import torch

from limner.engine.models.base import BaseModel
from limner.engine.models.diffusion import add_noise, alphas, loss_weights, predict, predicts_velocity, target

WHEN = torch.tensor([0, 250, 600, 999])


@pytest.fixture(name="clean")
def _clean() -> torch.Tensor:
    return torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture(name="noise")
def _noise() -> torch.Tensor:
    return torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(2))


def test_noise_is_diffusers_own(either_base: BaseModel, clean: torch.Tensor, noise: torch.Tensor) -> None:
    """Noisy latents equal those of the base's scheduler."""
    expected = either_base.scheduler.add_noise(clean, noise, WHEN)
    torch.testing.assert_close(add_noise(either_base, clean, noise, WHEN), expected)


def test_velocity_is_diffusers_own(tiny_base: BaseModel, clean: torch.Tensor, noise: torch.Tensor) -> None:
    """A v base is taught diffusers' velocity."""
    expected = tiny_base.scheduler.get_velocity(clean, noise, WHEN)
    torch.testing.assert_close(target(tiny_base, clean, noise, WHEN), expected)


def test_epsilon_base_is_taught_the_noise(epsilon_base: BaseModel, clean: torch.Tensor, noise: torch.Tensor) -> None:
    """The scheduler's configuration decides what is predicted."""
    assert not predicts_velocity(epsilon_base)
    assert target(epsilon_base, clean, noise, WHEN) is noise


def test_zero_terminal_snr_keeps_a_weight(tiny_base: BaseModel) -> None:
    """At the last timestep of a zero-SNR schedule there is no signal, and yet the sample counts fully."""
    assert float(alphas(tiny_base, WHEN)[-1]) == pytest.approx(0.0, abs=1e-6)
    assert float(loss_weights(tiny_base, WHEN, 5.0)[-1]) == pytest.approx(1.0)


def test_min_snr_tames_almost_clean_samples(either_base: BaseModel) -> None:
    """Weights lie in (0, 1] and fall where the signal is strong."""
    weights = loss_weights(either_base, WHEN, 5.0)
    assert bool(((weights > 0) & (weights <= 1)).all())
    assert weights[0] < 0.1 < weights[2]


def test_no_gamma_weighs_all_alike(either_base: BaseModel) -> None:
    """Without gamma every timestep counts once."""
    assert loss_weights(either_base, WHEN, None).tolist() == [1.0] * 4


def test_prediction_is_the_unets(tiny_base: BaseModel, clean: torch.Tensor) -> None:
    """A prediction is what the UNet says for each sample at its own timestep."""
    text = torch.zeros(4, 24, 16)
    with torch.no_grad():
        together = predict(tiny_base, clean, WHEN, text)
        alone = tiny_base.unet(clean[2:3], WHEN[2:3], text[2:3]).sample
    torch.testing.assert_close(together[2:3], alone, atol=1e-5, rtol=1e-4)
