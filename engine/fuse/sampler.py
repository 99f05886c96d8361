"""Draw latents: guided away from what the base would draw of anybody, from noise or from a given picture.

Classifier-free guidance has the same model on both sides, and a Face LoRA teaches it the sitter on both: the
difference holds the words and little of the face. Here the other side is the base without any LoRA, so that guidance
strengthens what the LoRAs know (after Karras et al. 2024, "Guiding a Diffusion Model with a Bad Version of Itself",
arXiv 2406.02507). It takes as many evaluations of the denoiser. Without a LoRA in the base the two are the same.

Each sample's noise comes from its own seed, so who else is in the batch does not matter to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch

from limner.engine.models.base import BaseModel
from limner.engine.models.lora import without_loras
from limner.engine.models.prompts import Prompts


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw: the number of steps of the whole schedule, and the guidance scale (1 leaves guidance out).

    `few` says that an LCM-LoRA is in the base. `classifier_free` keeps the LoRAs on both sides, as others do.
    """

    steps: int = 20
    guidance: float = 3.0
    few: bool = False
    classifier_free: bool = False


@torch.no_grad()
def sample(  # noqa: PLR0913  by keyword, and most have a default
    base: BaseModel,
    text: Prompts,
    negative: Prompts,
    how: Sampling,
    *,
    seeds: Sequence[int],
    shape: tuple[int, int, int] | None = None,
    start: torch.Tensor | None = None,
    strength: float = 1.0,
    mask: torch.Tensor | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> torch.Tensor:
    """Draw one picture a seed; return clean latents (n, c, h, w) float32.

    `text` and `negative` are n prompts each; `negative` is what the base alone hears. `shape` is (c, h, w), the base's
    own square unless said. `start` (n, c, h, w) with a `strength` in (0, 1] skips the first 1 - strength of the steps
    (SDEdit, Meng et al. 2022, arXiv 2108.01073); at strength 1 it plays no part at all, but for a `mask`.

    With a `mask` (1, 1, h, w), 1 where something is drawn, the rest is the start's: it is put back, with its own noise,
    after each step, so that what is drawn fits in (Avrahami et al. 2022, "Blended Latent Diffusion", arXiv 2206.02779,
    section 3). Both are then needed.
    """
    chances = [torch.Generator().manual_seed(seed) for seed in seeds]
    noise = latents = _noise(chances, shape or base.latent_shape, base.device)
    start = None if start is None else start.to(base.device)
    mask = None if mask is None else mask.to(base.device)
    taken = steps_taken(how.steps, strength if start is not None else 1.0)
    scheduler, timesteps = base.schedule.sampler(how.steps, taken, latents.shape[2] * latents.shape[3], few=how.few)
    if start is not None and taken < how.steps:
        latents = base.schedule.add_noise(start, noise, timesteps[:1].repeat(len(seeds)))
    for number, timestep in enumerate(timesteps):
        when = timestep.repeat(len(latents))
        output = base.predict(latents, when, text)
        if how.guidance != 1.0:
            with nullcontext() if how.classifier_free else without_loras(base):
                away = base.predict(latents, when, negative)
            output = away + how.guidance * (output - away)
        # LCM puts fresh noise in at each step; each sample's comes from its own seed, too.
        latents = scheduler.step(output, timestep, latents, generator=chances, return_dict=False)[0]
        if start is not None and mask is not None:
            later = timesteps[number + 1 : number + 2]
            around = base.schedule.add_noise(start, noise, later.repeat(len(seeds))) if len(later) else start
            latents = mask * latents + (1 - mask) * around
        if on_step is not None:
            on_step(number + 1, len(timesteps))
    return latents


def steps_taken(steps: int, strength: float) -> int:
    """Tell how many of the schedule's steps a start at `strength` takes: at least one."""
    return max(1, min(steps, round(steps * strength)))


def _noise(chances: Sequence[torch.Generator], shape: tuple[int, int, int], device: torch.device) -> torch.Tensor:
    """Make the noise on the processor, so that a seed means the same picture on every device."""
    drawn = [torch.randn(shape, generator=chance) for chance in chances]
    return torch.stack(drawn).to(device)
