"""The steps of a training: noise, prediction, masked loss, AdamW on the LoRA alone, a moving average.

Every step draws its chance from its own number and the seed, so a training that was interrupted goes on exactly as it
would have. Knows no faces and no likeness.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from limner.engine.errors import DivergedError
from limner.engine.models.base import BaseModel
from limner.engine.models.prompts import Prompts
from limner.engine.train.dataset import Dataset
from limner.engine.train.recipe import FaceRecipe

Values = dict[str, torch.Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One step's samples; see Dataset for the shapes."""

    clean: torch.Tensor
    noise: torch.Tensor
    timesteps: torch.Tensor
    text: Prompts
    masks: torch.Tensor


class Trainer:
    """The parameters of one LoRA, their optimiser and their moving average.

    `parameters` are the denoiser's trainable ones by name. `average` holds what is judged and kept.
    """

    def __init__(
        self, base: BaseModel, parameters: dict[str, torch.nn.Parameter], recipe: FaceRecipe, *, seed: int
    ) -> None:
        self.base = base
        self.parameters = parameters
        self.recipe = recipe
        self.seed = seed
        self.step = 0
        self.average: Values = {name: weight.detach().clone() for name, weight in parameters.items()}
        self.optimizer = torch.optim.AdamW(
            list(parameters.values()), lr=recipe.lr, weight_decay=recipe.weight_decay, fused=True
        )

    def advance(self, data: Dataset, lr: float) -> float:
        """Take one step on a batch of `data`; return its loss. Raises DivergedError before anything is spoilt."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        batch = draw(self.base, data, self.recipe, seed=self.seed, step=self.step)
        loss = masked_loss(self.base, batch, self.recipe.min_snr_gamma)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(self.parameters.values()), self.recipe.clip)
        if not math.isfinite(loss.item() + norm.item()):
            raise DivergedError(self.step)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        self._follow()
        return float(loss.item())

    @torch.no_grad()
    def load(self, values: Values) -> None:
        """Set the parameters and the average to `values`, and let the optimiser forget its moments."""
        for name, weight in self.parameters.items():
            weight.copy_(values[name])
            self.average[name].copy_(values[name])
        self.optimizer.state.clear()

    @torch.no_grad()
    def _follow(self) -> None:
        # The first steps count fully: an average that begins at B = 0 would lag for a hundred steps.
        decay = min(self.recipe.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.average.values()), list(self.parameters.values()), 1 - decay)


@contextmanager
def checkpointing(base: BaseModel, recipe: FaceRecipe) -> Iterator[None]:
    """Keep fewer activations, if the recipe says so; drawing is not changed by it."""
    if not recipe.checkpointing:
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


def masked_loss(base: BaseModel, batch: Batch, gamma: float | None) -> torch.Tensor:
    """Average the squared error under the masks, each sample weighed by min-SNR; a scalar.

    What a mask leaves out has no part in the loss, and a sample counts the same whatever share its mask covers.
    """
    noisy = base.schedule.add_noise(batch.clean, batch.noise, batch.timesteps)
    wanted = base.schedule.target(batch.clean, batch.noise, batch.timesteps)
    error = (base.predict(noisy, batch.timesteps, batch.text) - wanted).square().mean(dim=1, keepdim=True)
    per_sample = (error * batch.masks).sum(dim=(1, 2, 3)) / batch.masks.sum(dim=(1, 2, 3)).clamp(min=1e-6)
    return (per_sample * base.schedule.loss_weights(batch.timesteps, gamma)).mean()


def learning_rate(recipe: FaceRecipe, step: int) -> float:
    """Give the rate of a step: a straight warm-up, then a cosine down to `lr_end` at `max_steps`."""
    if step < recipe.warmup:
        return recipe.lr * (step + 1) / recipe.warmup
    way = min(1.0, (step - recipe.warmup) / max(1, recipe.max_steps - recipe.warmup))
    return recipe.lr * (recipe.lr_end + (1 - recipe.lr_end) * (1 + math.cos(math.pi * way)) / 2)
