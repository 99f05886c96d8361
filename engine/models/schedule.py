"""The arithmetic of noise, for bases that predict noise or velocity (diffusion) and for bases of rectified flow.

Diffusion, with a = alphas_cumprod[t]: x_t = sqrt(a) x_0 + sqrt(1 - a) e and v = sqrt(a) e - sqrt(1 - a) x_0
(Salimans and Ho 2022, arXiv 2202.00512, appendix D). Flow, with s = t / T: x_t = (1 - s) x_0 + s e and the velocity is
e - x_0 (Liu et al. 2022, arXiv 2209.03003; Esser et al. 2024, arXiv 2403.03206, section 2). What a base predicts stands
in its scheduler's configuration.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, FlowMatchEulerDiscreteScheduler, LCMScheduler

from limner.engine.figures import Solver
from limner.engine.models import plan
from limner.engine.models.plan import Plan


class Schedule(Protocol):
    """One base's noise. Timesteps are (n,) tensors; at a share of 0 a picture is clean, at 1 it is noise."""

    def method(self, solver: Solver) -> str:
        """Give the sampler's name, as the field has it."""

    def at(self, shares: torch.Tensor) -> torch.Tensor:
        """Give the timesteps at (n,) shares of the schedule in [0, 1]."""

    def to_learn(self, chances: torch.Tensor) -> torch.Tensor:
        """Turn (n,) chances, even in [0, 1), into the timesteps that a training should look at."""

    def add_noise(self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Bring clean latents to their timesteps."""

    def target(self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Give what the base should predict."""

    def loss_weights(self, timesteps: torch.Tensor, gamma: float | None) -> torch.Tensor:
        """Weigh (n,) timesteps for a loss; None weighs all alike."""

    def plan(self, steps: int, taken: int, area: int, solver: Solver = "ddim") -> Plan:
        """Plan the last `taken` steps of a drawing in `steps` steps, at diffusers' timesteps.

        `area` is a picture's number of latent pixels, by which some flows shift their schedule.
        """


@dataclass(frozen=True, slots=True, eq=False)
class DiffusionSchedule:
    """A discrete schedule with alphas_cumprod."""

    scheduler: DDIMScheduler
    device: torch.device

    def method(self, solver: Solver) -> str:
        """See `Schedule`."""
        return {"ddim": "DDIM", "dpm": "DPM++ 2M", "lcm": "LCM"}[solver]

    def at(self, shares: torch.Tensor) -> torch.Tensor:
        """Give whole timesteps."""
        last = int(self.scheduler.config.num_train_timesteps) - 1
        return (shares * (last + 1)).long().clamp(max=last)

    def to_learn(self, chances: torch.Tensor) -> torch.Tensor:
        """Look at all timesteps alike, as the bases of this kind were trained."""
        return self.at(chances)

    def add_noise(self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """See the module."""
        a = self._alphas(timesteps)
        return a.sqrt() * clean + (1 - a).sqrt() * noise

    def target(self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Give the noise or the velocity."""
        if not self._predicts_velocity:
            return noise
        a = self._alphas(timesteps)
        return a.sqrt() * noise - (1 - a).sqrt() * clean

    def loss_weights(self, timesteps: torch.Tensor, gamma: float | None) -> torch.Tensor:
        """Weigh by min-SNR (Hang et al. 2023, arXiv 2303.09556, section 3.4).

        For noise: min(snr, gamma) / snr. For velocity the loss is (snr + 1) times the loss on x_0, and the same
        rule is min(snr + 1, gamma) / (snr + 1): the paper's min(snr, gamma) / (snr + 1) is nought at snr 0, and a base
        with zero terminal SNR would then never learn the sitter's hair and colours, which are settled in those steps.
        """
        if gamma is None:
            return torch.ones(len(timesteps), device=self.device)
        a = self._alphas(timesteps).flatten()
        snr = a / (1 - a).clamp(min=1e-8)
        if self._predicts_velocity:
            return (snr + 1).clamp(max=gamma) / (snr + 1)
        # A tiny floor: an epsilon base with zero terminal SNR has nothing to divide by at its last timestep.
        snr = snr.clamp(min=1e-8)
        return snr.clamp(max=gamma) / snr

    def plan(self, steps: int, taken: int, area: int, solver: Solver = "ddim") -> Plan:
        """See `Schedule`. The clean latents are never clipped, whatever the scheduler's configuration says."""
        kind = {"ddim": DDIMScheduler, "dpm": DPMSolverMultistepScheduler, "lcm": LCMScheduler}[solver]
        scheduler: Any = kind.from_config(self.scheduler.config)
        with warnings.catch_warnings():
            # diffusers' DPM-Solver hands tensors to numpy in a way that numpy warns of.
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            scheduler.set_timesteps(steps, device=self.device)
        timesteps = scheduler.timesteps[steps - taken :]
        table = self.scheduler.alphas_cumprod.to(self.device)
        alphas, velocity = table[timesteps], self._predicts_velocity
        if solver == "dpm":
            return plan.dpm(timesteps, alphas, velocity=velocity)
        if solver == "lcm":
            return plan.lcm(timesteps, alphas, float(scheduler.config.timestep_scaling), velocity=velocity)
        later = timesteps - int(scheduler.config.num_train_timesteps) // steps
        after = torch.where(later >= 0, table[later.clamp(min=0)], scheduler.final_alpha_cumprod.to(self.device))
        return plan.ddim(timesteps, alphas, after, velocity=velocity)

    @property
    def _predicts_velocity(self) -> bool:
        return bool(self.scheduler.config.prediction_type == "v_prediction")

    def _alphas(self, timesteps: torch.Tensor) -> torch.Tensor:
        """Give alphas_cumprod at (n,) timesteps as (n, 1, 1, 1)."""
        table = self.scheduler.alphas_cumprod.to(self.device)
        picked: torch.Tensor = table[timesteps.to(self.device)].float().view(-1, 1, 1, 1)
        return picked


@dataclass(frozen=True, slots=True, eq=False)
class FlowSchedule:
    """A continuous schedule of rectified flow; timesteps are float, from 0 to T; drawn with Euler steps."""

    scheduler: FlowMatchEulerDiscreteScheduler
    device: torch.device
    patch: int = 2
    """The side of a transformer's patch, in latent pixels."""

    def method(self, solver: Solver) -> str:
        """See `Schedule`."""
        return "Euler"

    def at(self, shares: torch.Tensor) -> torch.Tensor:
        """Give timesteps, not whole ones."""
        return shares.float() * self._last

    def to_learn(self, chances: torch.Tensor) -> torch.Tensor:
        """Look most at the middle: logit-normal times (Esser et al. 2024, section 3.1), shifted as the base draws."""
        # Half a millionth keeps the ends, where the inverse of the normal distribution is not finite, out.
        even = chances.float().clamp(5e-7, 1 - 5e-7)
        times = torch.sigmoid(math.sqrt(2) * torch.erfinv(2 * even - 1))
        shift = float(self.scheduler.config.get("shift") or 1.0)
        return self._last * shift * times / (1 + (shift - 1) * times)

    def add_noise(self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """See the module."""
        s = (timesteps.to(self.device).float() / self._last).view(-1, 1, 1, 1)
        return (1 - s) * clean + s * noise

    def target(self, clean: torch.Tensor, noise: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        """Give the velocity, the same at all timesteps."""
        return noise - clean

    def loss_weights(self, timesteps: torch.Tensor, gamma: float | None) -> torch.Tensor:
        """Weigh all alike: `to_learn` has chosen already where to look."""
        return torch.ones(len(timesteps), device=self.device)

    def plan(self, steps: int, taken: int, area: int, solver: Solver = "ddim") -> Plan:
        """See `Schedule`; with the sigmas that diffusers' flow pipelines ask for.

        `solver` changes nothing: a flow that draws in a few steps (Z-Image-Turbo) does so in the same way.
        """
        scheduler = FlowMatchEulerDiscreteScheduler.from_config(self.scheduler.config)
        sigmas = torch.linspace(1.0, 1 / steps, steps).tolist()
        scheduler.set_timesteps(sigmas=sigmas, mu=_shift(scheduler.config, area // self.patch**2), device=self.device)
        return plan.flow(scheduler.timesteps[steps - taken :], scheduler.sigmas[steps - taken :])

    @property
    def _last(self) -> int:
        return int(self.scheduler.config.num_train_timesteps)


def _shift(config: Any, tokens: int) -> float:
    """Work out the schedule's shift from the size of the picture, as diffusers' `calculate_shift` does.

    A scheduler whose configuration has a constant shift takes no notice of it.
    """
    least, most = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
    low, high = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
    return float(low + (high - low) * (tokens - least) / (most - least))
