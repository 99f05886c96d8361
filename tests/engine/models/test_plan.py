"""A drawing by rows of figures is diffusers' own, step by step."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    LCMScheduler,
)

from limner.engine.figures import Solver
from limner.engine.models.plan import Plan, advance
from limner.engine.models.schedule import DiffusionSchedule, FlowSchedule

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SCHEDULERS: dict[Solver, Any] = {"ddim": DDIMScheduler, "dpm": DPMSolverMultistepScheduler, "lcm": LCMScheduler}
#: As Stable Diffusion has it, and as nano has it.
CONFIGS: dict[str, dict[str, Any]] = {
    "leading epsilon": {"timestep_spacing": "leading", "steps_offset": 1, "set_alpha_to_one": False},
    "trailing zero SNR": {
        "timestep_spacing": "trailing",
        "prediction_type": "v_prediction",
        "rescale_betas_zero_snr": True,
    },
}


def diffusion(name: str) -> DiffusionSchedule:
    """Give the schedule of a base with one of the configurations."""
    betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False}
    return DiffusionSchedule(DDIMScheduler(**betas, **CONFIGS[name]), torch.device("cpu"))


def say(x: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
    """Stand for a denoiser: something of the latents and the timestep, not linear in either."""
    return torch.tanh(0.7 * x + 0.1) * (0.5 + timestep.float().view(-1, *[1] * (x.dim() - 1)) / 2000)


def drawn(plan: Plan, x: torch.Tensor, noises: list[torch.Tensor]) -> torch.Tensor:
    """Draw by the figures."""
    clean = torch.zeros_like(x)
    for number, timestep in enumerate(plan.timesteps):
        figures = plan.figures[number].expand(len(x), -1)
        x, clean = advance(x, say(x, timestep.expand(len(x))), clean, figures, noises[number])
    return x


@pytest.mark.parametrize("steps", [1, 2, 6, 20])
@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("solver", SCHEDULERS)
def test_diffusion_is_drawn_as_diffusers_does(solver: Solver, config: str, steps: int) -> None:
    """DDIM, DPM-Solver++ (2M) and LCM end at diffusers' latents within 1e-5 of their size, whatever the steps."""
    base = diffusion(config)
    theirs = SCHEDULERS[solver].from_config(base.scheduler.config)
    theirs.set_timesteps(steps)
    start = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    chance = torch.Generator().manual_seed(4)
    noises = [torch.randn(start.shape, generator=chance) for _ in range(steps)]
    expected = start
    with_noise = {"generator": torch.Generator().manual_seed(4)} if solver == "lcm" else {}
    for timestep in theirs.timesteps:
        output = say(expected, timestep.expand(2))
        expected = theirs.step(output, timestep, expected, **with_noise, return_dict=False)[0]
    plan = base.plan(steps, steps, 64, solver)
    assert torch.equal(plan.timesteps, theirs.timesteps)
    found = drawn(plan, start, noises)
    torch.testing.assert_close(found, expected, atol=1e-5 * float(expected.abs().max()), rtol=1e-5)


@pytest.mark.parametrize("solver", ["ddim", "dpm"])
def test_a_drawing_may_begin_in_the_middle(solver: Solver) -> None:
    """The last steps of a plan are diffusers' from there on, DPM-Solver's first of them without a past."""
    base = diffusion("leading epsilon")
    theirs = SCHEDULERS[solver].from_config(base.scheduler.config)
    theirs.set_timesteps(10)
    if solver == "dpm":
        theirs.set_begin_index(4)
    expected = start = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    for timestep in theirs.timesteps[4:]:
        expected = theirs.step(say(expected, timestep.expand(2)), timestep, expected, return_dict=False)[0]
    found = drawn(base.plan(10, 6, 64, solver), start, [torch.zeros_like(start)] * 6)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("config", [{"shift": 3.0}, {"use_dynamic_shifting": True}])
def test_a_flow_is_drawn_as_diffusers_does(config: dict[str, Any]) -> None:
    """Euler's steps along a flow end at diffusers' latents within 1e-5."""
    base = FlowSchedule(FlowMatchEulerDiscreteScheduler(**config), torch.device("cpu"))
    plan = base.plan(7, 7, 64)
    theirs = FlowMatchEulerDiscreteScheduler(**config)
    theirs.set_timesteps(sigmas=torch.linspace(1.0, 1 / 7, 7).tolist(), mu=plan_mu(base))
    expected = start = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    for timestep in theirs.timesteps:
        expected = theirs.step(say(expected, timestep.expand(2)), timestep, expected, return_dict=False)[0]
    found = drawn(plan, start, [torch.zeros_like(start)] * 7)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def plan_mu(base: FlowSchedule) -> float:
    """Give the shift of 64 latent pixels as diffusers' pipelines work it out."""
    config = base.scheduler.config
    slope = (config.max_shift - config.base_shift) / (config.max_image_seq_len - config.base_image_seq_len)
    return float(config.base_shift + slope * (64 // 4 - config.base_image_seq_len))


def test_eulers_steps_in_sigmas_are_ddims() -> None:
    """EulerDiscreteScheduler, whose latents have another scale, ends where the plan of DDIM on its timesteps ends."""
    base = diffusion("leading epsilon")
    theirs = EulerDiscreteScheduler.from_config(base.scheduler.config, final_sigmas_type="zero")
    theirs.set_timesteps(10)
    start = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    scaled = start * (theirs.sigmas[0] ** 2 + 1).sqrt()
    for timestep in theirs.timesteps:
        inner = theirs.scale_model_input(scaled, timestep)
        scaled = theirs.step(say(inner, timestep.expand(2)), timestep, scaled, return_dict=False)[0]
    from limner.engine.models.plan import ddim

    alphas = base.scheduler.alphas_cumprod[theirs.timesteps.long()]
    plan = ddim(theirs.timesteps, alphas, torch.cat([alphas[1:], torch.ones(1)]), velocity=False)
    found = drawn(plan, start, [torch.zeros_like(start)] * 10)
    torch.testing.assert_close(found, scaled, atol=1e-4, rtol=1e-4)


def test_samples_at_different_steps_share_a_batch() -> None:
    """Rows of different plans and places in one batch give what each gives alone."""
    base = diffusion("trailing zero SNR")
    plans = [base.plan(6, 6, 64, "ddim"), base.plan(9, 9, 64, "dpm")]
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    before, nothing = torch.randn_like(x), torch.zeros_like(x)
    places = [2, 5]
    timesteps = torch.stack([plan.timesteps[place] for plan, place in zip(plans, places, strict=True)])
    figures = torch.stack([plan.figures[place] for plan, place in zip(plans, places, strict=True)])
    together, _ = advance(x, say(x, timesteps), before, figures, nothing)
    for n in range(2):
        one = slice(n, n + 1)
        alone, _ = advance(x[one], say(x[one], timesteps[one]), before[one], figures[one], nothing[one])
        torch.testing.assert_close(together[one], alone)
