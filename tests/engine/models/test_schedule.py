"""The arithmetic of noise agrees with diffusers and with the papers."""

from typing import Any

import pytest
import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from limner.engine.models.base import BaseModel
from limner.engine.models.plan import advance
from limner.engine.models.prompts import Prompts
from limner.engine.models.schedule import FlowSchedule

WHEN = torch.tensor([0, 250, 600, 999])


@pytest.fixture(name="clean")
def _clean() -> torch.Tensor:
    return torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture(name="noise")
def _noise() -> torch.Tensor:
    return torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(2))


def _flow(**config: Any) -> FlowSchedule:
    return FlowSchedule(FlowMatchEulerDiscreteScheduler(**config), torch.device("cpu"))


def _scheduler(base: BaseModel) -> Any:
    """Give diffusers' own scheduler, which a schedule of diffusion holds."""
    return base.schedule.scheduler  # type: ignore[attr-defined]  # only flow and diffusion have one


def test_noise_is_diffusers_own(either_base: BaseModel, clean: torch.Tensor, noise: torch.Tensor) -> None:
    """Noisy latents equal those of the base's scheduler."""
    expected = _scheduler(either_base).add_noise(clean, noise, WHEN)
    torch.testing.assert_close(either_base.schedule.add_noise(clean, noise, WHEN), expected)


def test_velocity_is_diffusers_own(tiny_base: BaseModel, clean: torch.Tensor, noise: torch.Tensor) -> None:
    """A v base is taught diffusers' velocity."""
    expected = _scheduler(tiny_base).get_velocity(clean, noise, WHEN)
    torch.testing.assert_close(tiny_base.schedule.target(clean, noise, WHEN), expected)


def test_epsilon_base_is_taught_the_noise(epsilon_base: BaseModel, clean: torch.Tensor, noise: torch.Tensor) -> None:
    """The scheduler's configuration decides what is predicted."""
    assert epsilon_base.schedule.target(clean, noise, WHEN) is noise


def test_zero_terminal_snr_keeps_a_weight(tiny_base: BaseModel) -> None:
    """At the last timestep of a zero-SNR schedule there is no signal, and yet the sample counts fully."""
    assert float(_scheduler(tiny_base).alphas_cumprod[-1]) == pytest.approx(0.0, abs=1e-6)
    assert float(tiny_base.schedule.loss_weights(WHEN, 5.0)[-1]) == pytest.approx(1.0)


def test_min_snr_tames_almost_clean_samples(either_base: BaseModel) -> None:
    """Weights lie in (0, 1] and fall where the signal is strong."""
    weights = either_base.schedule.loss_weights(WHEN, 5.0)
    assert bool(((weights > 0) & (weights <= 1)).all())
    assert weights[0] < 0.1 < weights[2]


def test_no_gamma_weighs_all_alike(either_base: BaseModel) -> None:
    """Without gamma every timestep counts once."""
    assert either_base.schedule.loss_weights(WHEN, None).tolist() == [1.0] * 4


def test_shares_span_the_schedule(either_base: BaseModel) -> None:
    """Chances from 0 to 1 become the timesteps from first to last, and none beyond."""
    assert either_base.schedule.to_learn(torch.tensor([0.0, 0.5, 1.0])).tolist() == [0, 500, 999]


def test_prediction_is_the_unets(tiny_base: BaseModel, clean: torch.Tensor) -> None:
    """A prediction is what the UNet says for each sample at its own timestep."""
    text = torch.zeros(4, 24, 16)
    with torch.no_grad():
        together = tiny_base.predict(clean, WHEN, Prompts(text))
        alone = tiny_base.denoiser(clean[2:3], WHEN[2:3], text[2:3]).sample
    torch.testing.assert_close(together[2:3], alone, atol=1e-5, rtol=1e-4)


def test_flow_is_a_straight_way(clean: torch.Tensor, noise: torch.Tensor) -> None:
    """Along its velocity a clean picture comes to the noise, and diffusers' scheduler mixes both the same way."""
    flow = _flow()
    when = torch.tensor([0.0, 250.0, 600.0, 1000.0])
    mixed = flow.add_noise(clean, noise, when)
    velocity = flow.target(clean, noise, when)
    torch.testing.assert_close(mixed + (1 - when.view(-1, 1, 1, 1) / 1000) * velocity, noise)
    known = flow.scheduler.timesteps[[100]].expand(4)
    torch.testing.assert_close(flow.add_noise(clean, noise, known), flow.scheduler.scale_noise(clean, known, noise))


def test_flow_learns_most_in_the_middle() -> None:
    """Even chances become logit-normal times: half of them below the middle, few at the ends, all within."""
    times = _flow().to_learn(torch.linspace(0, 1, 1001)[:-1])
    assert times.median() == pytest.approx(500, abs=2)
    assert 0 <= float(times.min()) < 100
    assert 900 < float(times.max()) <= 1000
    assert int((times < 100).sum()) < 50


def test_shifted_flow_learns_what_it_draws() -> None:
    """A base that draws mostly at high noise learns mostly there."""
    chances = torch.linspace(0, 1, 101)
    assert bool((_flow(shift=3.0).to_learn(chances) >= _flow().to_learn(chances)).all())
    assert float(_flow(shift=3.0).to_learn(torch.tensor([0.5]))) == pytest.approx(750)


def test_flow_weighs_all_alike() -> None:
    """Min-SNR is a rule for diffusion; a flow has chosen its timesteps already."""
    assert _flow().loss_weights(WHEN, 5.0).tolist() == [1.0] * 4


def test_flow_draws_to_the_picture(clean: torch.Tensor, noise: torch.Tensor) -> None:
    """With the true velocity every drawing ends at the clean picture, also one that begins in the middle."""
    flow = _flow(use_dynamic_shifting=True)
    for taken in (6, 4):
        way = flow.plan(6, taken, 64)
        assert len(way) == taken
        latents = flow.add_noise(clean, noise, way.timesteps[:1].repeat(4))
        for figures in way.figures:
            latents, _ = advance(latents, noise - clean, clean, figures.expand(4, -1), noise)
        torch.testing.assert_close(latents, clean, atol=1e-5, rtol=1e-4)
