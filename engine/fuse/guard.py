"""Ask before a portrait goes out whether its style is there.

It is asked of the base itself, so no further model is needed: a picture is in the style if the base, told the style,
predicts the noise in it better than the base told "photo" (a diffusion classifier: Li et al. 2023, arXiv 2303.16203).
"""

from __future__ import annotations

import torch

from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.sampler import predict
from limner.engine.models.coding import encode_prompts
from limner.engine.models.prompts import Prompts

#: Where the paper finds the classes furthest apart, as shares of the schedule: neither almost clean nor almost noise.
_LEVELS = (0.3, 0.5, 0.7)


@torch.no_grad()
def style_margin(
    fusion: Fusion, latents: torch.Tensor, prompt: str, photo_prompt: str, *, face_scale: float, style_scale: float
) -> list[float]:
    """Tell for each of (n, c, h, w) latents how much better the style explains it than a photo does: above 0, in style.

    Relative to the photo's error; leaves the fusion at the given scales.
    """
    told = encode_prompts(fusion.base, [prompt, photo_prompt])
    fusion.scale(face=face_scale, style=0.0)
    as_photo = _errors(fusion, latents, told.rows(slice(1, 2)))
    fusion.scale(face=face_scale, style=style_scale)
    as_style = _errors(fusion, latents, told.rows(slice(0, 1)))
    return [float(value) for value in ((as_photo - as_style) / as_photo.clamp(min=1e-8)).cpu()]


def _errors(fusion: Fusion, latents: torch.Tensor, words: Prompts) -> torch.Tensor:
    """Average each picture's squared error over the levels; the noise is the same for every question."""
    base, count = fusion.base, len(latents)
    noise = torch.randn(latents.shape[1:], generator=torch.Generator().manual_seed(0)).to(base.device)
    noise = noise.expand(count, *noise.shape)
    total = torch.zeros(count, device=base.device)
    for level in _LEVELS:
        when = base.schedule.at(torch.full((count,), level))
        noisy = base.schedule.add_noise(latents, noise, when)
        output = predict(fusion, noisy, when, words.repeat(count))
        total += (output - base.schedule.target(latents, noise, when)).square().mean(dim=(1, 2, 3))
    return total / len(_LEVELS)
