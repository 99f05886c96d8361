"""The samplers' arithmetic as a row of figures for each step, so that one batch may hold samples at different steps.

Every sampler here is linear in what there is at a step: the latents x, the denoiser's output o, the clean latents that
the step before foresaw, and fresh noise. With six figures a step

    clean  = a x + b o
    x_next = c x + d clean + e clean_before + f noise

so a batch of samples of different users, samplers, numbers of steps and places on their way is one product with a row
for each of them. Who calls adds up to diffusers' schedulers within 1e-5 (tests/engine/models/test_plan.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

#: The figures a to f above.
FIGURES = 6


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One drawing's way: (steps,) `timesteps` and (steps, 6) `figures`, float32."""

    timesteps: Tensor
    figures: Tensor

    def __len__(self) -> int:
        """Count the steps."""
        return len(self.timesteps)


def advance(x: Tensor, output: Tensor, before: Tensor, figures: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Take a step: (n, c, h, w) latents and (n, 6) figures; return those after it, and the clean ones foreseen."""
    a, b, c, d, e, f = (column.view(-1, 1, 1, 1) for column in figures.to(x.device).unbind(dim=1))
    clean = a * x + b * output
    return c * x + d * clean + e * before + f * noise, clean


def ddim(timesteps: Tensor, alphas: Tensor, after: Tensor, *, velocity: bool) -> Plan:
    """Plan DDIM without noise (Song et al. 2021, arXiv 2010.02502, equation 12).

    `alphas` are alphas_cumprod at the (n,) timesteps, `after` those that each step leads to. On the same steps it is
    Euler's method in the sigmas of Karras et al. 2022 (arXiv 2206.00364), written for latents of unit variance.
    """
    now, later = alphas.double(), after.double()
    keep = ((1 - later) / (1 - now)).sqrt()
    return _plan(timesteps, now, keep, later.sqrt() - keep * now.sqrt(), velocity=velocity)


def dpm(timesteps: Tensor, alphas: Tensor, *, velocity: bool) -> Plan:
    """Plan DPM-Solver++ (2M), from (n,) alphas_cumprod down to none of the noise.

    Lu et al. 2022, arXiv 2211.01095, algorithm 2, with the midpoint and the last step of first order, as diffusers has
    them. The first step has nothing before it and is of first order, too.
    """
    now = alphas.double().clamp(min=2.0**-24)  # diffusers' stand-in for zero SNR, whose logarithm is not finite
    later = torch.cat([now[1:], now.new_ones(1)])
    log_snr = 0.5 * (now.log() - (1 - now).log())
    way = torch.cat([log_snr[1:] - log_snr[:-1], now.new_full((1,), float("inf"))])
    fresh = -later.sqrt() * torch.expm1(-way)
    keep = ((1 - later) / (1 - now)).sqrt()
    back = torch.zeros_like(fresh)
    if len(now) > 2:
        # 1 / (2 r) with r = h_before / h, for the steps between the first and the last.
        half = way[1:-1] / (2 * way[:-2])
        back[1:-1] = -fresh[1:-1] * half
    return _plan(timesteps, now, keep, fresh - back, back, velocity=velocity)


def lcm(timesteps: Tensor, alphas: Tensor, scaling: float, *, velocity: bool) -> Plan:
    """Plan latent consistency sampling (Luo et al. 2023, arXiv 2310.04378, section 4.1), with noise after each step."""
    now = alphas.double()
    later = torch.cat([now[1:], now.new_ones(1)])
    scaled = timesteps.double() * scaling
    skip = 0.25 / (scaled**2 + 0.25)
    out = scaled / (scaled**2 + 0.25).sqrt()
    nothing = torch.zeros_like(now)
    return _plan(
        timesteps, now, later.sqrt() * skip, later.sqrt() * out, nothing, (1 - later).sqrt(), velocity=velocity
    )


def flow(timesteps: Tensor, sigmas: Sequence[float] | Tensor) -> Plan:
    """Plan Euler's steps along a rectified flow (Liu et al. 2022, arXiv 2209.03003); (n + 1,) sigmas, the last 0."""
    sigma = torch.as_tensor(sigmas).double()
    keep = sigma[1:] / sigma[:-1]
    nothing = torch.zeros_like(keep)
    columns = [torch.ones_like(keep), -sigma[:-1], keep, 1 - keep, nothing, nothing]
    return Plan(timesteps, torch.stack(columns, dim=1).float())


def _plan(
    timesteps: Tensor,
    alphas: Tensor,
    keep: Tensor,
    fresh: Tensor,
    back: Tensor | None = None,
    noise: Tensor | None = None,
    *,
    velocity: bool,
) -> Plan:
    nothing = torch.zeros_like(keep)
    signal, spread = alphas.sqrt(), (1 - alphas).sqrt()
    # v = sqrt(a) e - sqrt(1 - a) x_0, or the noise e itself.
    clean = (signal, -spread) if velocity else (1 / signal, -spread / signal)
    columns = [*clean, keep, fresh, nothing if back is None else back, nothing if noise is None else noise]
    return Plan(timesteps, torch.stack(columns, dim=1).float())
