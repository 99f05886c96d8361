"""Who learns: one LoRA with its optimiser and its moving average, alone in the base or at a seat of the floor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import torch

from limner.engine.errors import DivergedError
from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.sampler import Speaker
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import dump, fresh_lora
from limner.engine.train.dataset import Dataset
from limner.engine.train.loop import checkpointing, draw, masked_losses
from limner.engine.train.recipe import FaceRecipe

Values = dict[str, torch.Tensor]

#: The name of the LoRA that is trained, in the base and in the names of its weights.
ADAPTER = "face"


class Learner(Protocol):
    """Somebody's LoRA on its way; `Trainer` is one, a seat of the floor (`limner.engine.floor`) gives another.

    Values are by the names that peft gives a LoRA's weights in the denoiser.
    """

    step: int

    @property
    def base(self) -> BaseModel:
        """The base that learns."""

    @property
    def recipe(self) -> FaceRecipe:
        """The figures of the training."""

    @property
    def average(self) -> Values:
        """The moving average of the weights: what is judged and kept."""

    def advance(self, data: Dataset, lr: float) -> float:
        """Take one step on a batch of `data`; return its loss. Raises DivergedError before anything is spoilt."""

    def load(self, values: Values) -> None:
        """Set the weights and the average to `values`, and forget the optimiser's moments."""

    def state(self) -> Values:
        """Copy what a restart needs: `weight/`, `average/`, `step/`, `exp_avg/` and `exp_avg_sq/` before each name."""

    def restore(self, state: Values) -> None:
        """Put back what `state` gave; more in it is left aside."""

    def averaged(self) -> AbstractContextManager[Speaker]:
        """Let the denoiser draw with the moving average for a while."""

    def dump(self, notes: Mapping[str, str]) -> bytes:
        """Write the average as a safetensors file."""


class Trainer:
    """The parameters of one LoRA in the base, their optimiser and their moving average; fulfils `Learner`.

    `parameters` are the denoiser's trainable ones by name.
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
        """See `Learner`."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        batch = draw(self.base, data, self.recipe, seed=self.seed, step=self.step)
        loss = masked_losses(self.base, batch, self.recipe.min_snr_gamma).mean()
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
        """See `Learner`."""
        _copy(self.parameters, values)
        _copy(self.average, values)
        self.optimizer.state.clear()

    def state(self) -> Values:
        """See `Learner`."""
        kept: Values = {}
        for name, weight in self.parameters.items():
            kept |= {f"weight/{name}": weight.detach(), f"average/{name}": self.average[name]}
            kept |= {f"{entry}/{name}": value for entry, value in self.optimizer.state.get(weight, {}).items()}
        return kept

    @torch.no_grad()
    def restore(self, state: Values) -> None:
        """See `Learner`."""
        for name, weight in self.parameters.items():
            weight.copy_(state[f"weight/{name}"])
            self.average[name].copy_(state[f"average/{name}"])
            entries = {entry: state.get(f"{entry}/{name}") for entry in ("step", "exp_avg", "exp_avg_sq")}
            known = {entry: value.to(weight.device) for entry, value in entries.items() if value is not None}
            if known:
                self.optimizer.state[weight] = known

    @contextmanager
    def averaged(self) -> Iterator[Speaker]:
        """See `Learner`."""
        now = {name: weight.detach().clone() for name, weight in self.parameters.items()}
        _copy(self.parameters, self.average)
        try:
            yield Fusion(self.base)
        finally:
            _copy(self.parameters, now)

    def dump(self, notes: Mapping[str, str]) -> bytes:
        """See `Learner`."""
        return dump(self.base, ADAPTER, notes, values=self.average)

    @torch.no_grad()
    def _follow(self) -> None:
        decay = average_decay(self.recipe, self.step)
        torch._foreach_lerp_(list(self.average.values()), list(self.parameters.values()), 1 - decay)


@contextmanager
def learner(base: BaseModel, recipe: FaceRecipe, *, seed: int) -> Iterator[Learner]:
    """Begin a LoRA on a base, alone or at the floor's seat that it has; take it out of the base at the end."""
    if base.floor is not None:
        with base.floor.learner(recipe, seed=seed) as seated:
            yield seated
        return
    with (
        checkpointing(base, on=recipe.checkpointing),
        fresh_lora(
            base, ADAPTER, rank=recipe.rank, alpha=recipe.alpha, targets=recipe.targets, seed=seed
        ) as parameters,
    ):
        yield Trainer(base, parameters, recipe, seed=seed)


def average_decay(recipe: FaceRecipe, step: int) -> float:
    """Tell how much of a moving average stays after so many steps.

    The first steps count fully: an average that begins at B = 0 would lag for a hundred steps.
    """
    return min(recipe.ema, (1 + step) / (10 + step))


@torch.no_grad()
def _copy(into: Mapping[str, torch.Tensor], values: Values) -> None:
    for name, weight in into.items():
        weight.copy_(values[name])
