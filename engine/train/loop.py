"""What a step of a training looks at: noise, prediction, masked loss, learning rate.

Every step draws its chance from its own number and the seed, so a training that was interrupted goes on exactly as it
would have. Knows no faces and no likeness.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from limner.engine.models.base import BaseModel
from limner.engine.models.prompts import Prompts
from limner.engine.train.dataset import Dataset
from limner.engine.train.recipe import FaceRecipe


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One step's samples; see Dataset for the shapes."""

    clean: torch.Tensor
    noise: torch.Tensor
    timesteps: torch.Tensor
    text: Prompts
    masks: torch.Tensor


@contextmanager
def checkpointing(base: BaseModel, *, on: bool) -> Iterator[None]:
    """Keep fewer activations, if it is wished for; drawing is not changed by it."""
    if not on:
        yield
        return
    base.denoiser.enable_gradient_checkpointing()
    try:
        yield
    finally:
        base.denoiser.disable_gradient_checkpointing()


def draw(base: BaseModel, data: Dataset, recipe: FaceRecipe, *, seed: int, step: int) -> Batch:
    """Draw the samples of one step; the same seed and step give the same.

    The timesteps are spread evenly over the schedule (one in each of `batch` equal parts): the loss scatters less than
    with independent ones.
    """
    chance = torch.Generator().manual_seed((seed * 1_000_003 + step) % (1 << 63))
    count = recipe.batch
    rows = torch.randint(len(data), (count,), generator=chance)
    parts = (torch.arange(count) + torch.rand(count, generator=chance)) / count
    timesteps = base.schedule.to_learn(parts)
    noise = torch.randn((count, *data.latents.shape[1:]), generator=chance)
    lot = torch.rand(count, generator=chance)
    words = data.captions[rows].clone()
    words[lot < recipe.plain_caption] = 0
    return Batch(data.latents[rows], noise.to(base.device), timesteps, data.texts.rows(words), data.masks[rows])


def masked_losses(base: BaseModel, batch: Batch, gamma: float | None) -> torch.Tensor:
    """Average each sample's squared error under its mask, weighed by min-SNR; (n,).

    What a mask leaves out has no part in the loss, and a sample counts the same whatever share its mask covers.
    """
    noisy = base.schedule.add_noise(batch.clean, batch.noise, batch.timesteps)
    wanted = base.schedule.target(batch.clean, batch.noise, batch.timesteps)
    error = (base.predict(noisy, batch.timesteps, batch.text) - wanted).square().mean(dim=1, keepdim=True)
    per_sample = (error * batch.masks).sum(dim=(1, 2, 3)) / batch.masks.sum(dim=(1, 2, 3)).clamp(min=1e-6)
    return per_sample * base.schedule.loss_weights(batch.timesteps, gamma)


def learning_rate(recipe: FaceRecipe, step: int) -> float:
    """Give the rate of a step: a straight warm-up, then a cosine down to `lr_end` at `max_steps`."""
    if step < recipe.warmup:
        return recipe.lr * (step + 1) / recipe.warmup
    way = min(1.0, (step - recipe.warmup) / max(1, recipe.max_steps - recipe.warmup))
    return recipe.lr * (recipe.lr_end + (1 - recipe.lr_end) * (1 + math.cos(math.pi * way)) / 2)
