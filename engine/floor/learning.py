"""A training at a place on the floor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

from limner.engine.errors import FloorError
from limner.engine.floor.errands import Lesson
from limner.engine.floor.layers import Stack, targeted
from limner.engine.floor.optimizer import Figures
from limner.engine.floor.place import Place, PlaceFusion
from limner.engine.fuse.adapters import FACE
from limner.engine.fuse.sampler import Speaker
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import first_down, write_lora
from limner.engine.train.dataset import Dataset
from limner.engine.train.learner import ADAPTER, Values, average_decay
from limner.engine.train.loop import draw
from limner.engine.train.recipe import FaceRecipe


class PlaceLearner:
    """A training in a slot; fulfils `limner.engine.train.learner.Learner`."""

    def __init__(self, place: Place, recipe: FaceRecipe, *, seed: int) -> None:
        self.base, self.recipe, self.seed, self.step = place.base, recipe, seed, 0
        self._place, self._stack, self._optimizer = place, place.floor.lessons, place.floor.optimizer
        check_layout(self._stack, place.base, recipe)
        place.call(lambda: self._begin(self._first()))

    def advance(self, data: Dataset, lr: float) -> float:
        """See `Learner`."""
        recipe = self.recipe
        lesson = Lesson(
            self._place.who,
            self._place.slot,
            batch=draw(self.base, data, recipe, seed=self.seed, step=self.step),
            figures=Figures(lr, recipe.weight_decay, recipe.clip, average_decay(recipe, self.step + 1)),
            gamma=recipe.min_snr_gamma,
            checkpointing=recipe.checkpointing,
        )
        self._place.floor.run(lesson)
        self.step += 1
        return lesson.loss

    @property
    def average(self) -> Values:
        """See `Learner`."""
        return {name.removeprefix("average/"): v for name, v in self.state().items() if name.startswith("average/")}

    def load(self, values: Values) -> None:
        """See `Learner`."""
        self._place.call(lambda: self._begin(values))

    def state(self) -> Values:
        """See `Learner`."""
        steps, rows = self._place.call(lambda: self._optimizer.state(self._place.slot))
        kept: Values = {}
        for name, row in zip(self._names(), rows, strict=True):
            kept |= {f"{entry}/{name}": self._as_peft(name, value) for entry, value in row.items()}
            kept[f"step/{name}"] = torch.tensor(float(steps))
        return kept

    def restore(self, state: Values) -> None:
        """See `Learner`."""
        names = self._names()
        steps = int(state.get(f"step/{names[0]}", torch.tensor(0.0)))
        entries = ("weight", "exp_avg", "exp_avg_sq", "average")
        rows = [{entry: self._here(name, state.get(f"{entry}/{name}")) for entry in entries} for name in names]
        self._place.call(lambda: self._optimizer.restore(self._place.slot, steps, rows))

    @contextmanager
    def averaged(self) -> Iterator[Speaker]:
        """See `Learner`."""
        scale = self.recipe.alpha / self.recipe.rank
        average = self.average
        names = list(self._stack.layers)
        weights = {
            name: (average[f"{name}.lora_A.{ADAPTER}.weight"], average[f"{name}.lora_B.{ADAPTER}.weight"].flatten(1))
            for name in names
        }
        fusion = PlaceFusion(self._place, {FACE: {name: (down, scale * up) for name, (down, up) in weights.items()}})
        fusion.scale(face=1.0, style=1.0)
        yield fusion

    def dump(self, notes: Mapping[str, str]) -> bytes:
        """See `Learner`."""
        recipe = self.recipe
        config = {"r": recipe.rank, "lora_alpha": recipe.alpha, "target_modules": set(recipe.targets)}
        config |= {"rank_pattern": {}, "alpha_pattern": {}, "use_dora": False, "lora_bias": False}
        layers = {name.replace(f".{ADAPTER}.", "."): value for name, value in self.average.items()}
        return write_lora(self.base, layers, config, notes)

    def _first(self) -> Values:
        values = {}
        for name in self._names():
            module, _, part = name.partition(".lora_")
            layer = self._stack.layers[module]
            down = (self.recipe.rank, *layer.down.shape[2:])
            values[name] = (
                first_down(module, down, self.seed) if part.startswith("A") else torch.zeros(len(layer.up[0]), down[0])
            )
        return values

    @torch.no_grad()
    def _begin(self, values: Values) -> None:
        """Put values into the slot, without a past."""
        slot = self._place.slot
        for name, weight in zip(self._names(), self._optimizer.weights, strict=True):
            weight[slot].copy_(self._here(name, values[name]))
        self._stack.scales[slot] = self.recipe.alpha / self.recipe.rank
        self._optimizer.begin(slot)

    def _names(self) -> list[str]:
        parts = ("lora_A", "lora_B")
        return [f"{module}.{part}.{ADAPTER}.weight" for module in self._stack.layers for part in parts]

    def _as_peft(self, name: str, value: torch.Tensor) -> torch.Tensor:
        """Cut a slot's row to the recipe's rank, and give a convolution's B the shape that peft has it in."""
        rank = self.recipe.rank
        if ".lora_A." in name:
            return value[:rank]
        is_convolution = self._stack.layers[name.partition(".lora_B.")[0]].down.dim() > 3
        return value[:, :rank, None, None] if is_convolution else value[:, :rank]

    def _here(self, name: str, value: torch.Tensor | None) -> torch.Tensor:
        """Turn `_as_peft` around; nought where there is nothing."""
        module, _, part = name.partition(".lora_")
        layer = self._stack.layers[module]
        place = torch.zeros_like((layer.down if part.startswith("A") else layer.up)[0])
        if value is not None and part.startswith("A"):
            place[: len(value)] = value
        elif value is not None:
            place[:, : value.shape[1]] = value.flatten(1)
        return place


def check_layout(stack: Stack, base: BaseModel, recipe: FaceRecipe) -> None:
    """See whether a recipe's LoRA fits a stack exactly. Raises FloorError."""
    if recipe.rank > stack.rank:
        raise FloorError(f"A training at rank {recipe.rank} does not fit into slots of rank {stack.rank}.")
    wanted = set(modules_of(base, recipe))
    if odd := sorted(wanted ^ stack.layers.keys()):
        raise FloorError(f"The floor was not laid out for this recipe: they differ in {odd[0]}.")


def modules_of(base: BaseModel, recipe: FaceRecipe) -> list[str]:
    """List the modules that a recipe's targets name in a base."""
    return [name for name, _ in targeted(base.denoiser, recipe.targets)]
