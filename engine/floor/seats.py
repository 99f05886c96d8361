"""A request's seat on the floor: its slot in both stacks, and a view of the base that leads to it.

Whoever has a seat runs the same code as alone (`limner.engine.pipeline`) in a thread of its own: what goes to the
device there goes to the floor's thread here, and waits until it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TypeVar

import torch

from limner.engine.errors import FloorError
from limner.engine.floor.errands import Drawing, Lesson
from limner.engine.floor.floor import Floor
from limner.engine.floor.layers import Stack, Weights, joined
from limner.engine.floor.loading import weights_of
from limner.engine.floor.optimizer import Figures
from limner.engine.fuse.adapters import FACE, FEW_STEPS, STYLE
from limner.engine.fuse.sampler import Speaker, Work
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import first_down, write_lora
from limner.engine.train.dataset import Dataset
from limner.engine.train.loop import ADAPTER, Learner, Values, average_decay, draw
from limner.engine.train.recipe import FaceRecipe

T = TypeVar("T")


class Seats:
    """The seats of a floor, as many as its stacks have slots."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self._free: SimpleQueue[int] = SimpleQueue()
        for slot in range(floor.lessons.slots):
            self._free.put(slot)

    @contextmanager
    def taken(self, who: str) -> Iterator[BaseModel]:
        """Take a seat, and give the base as it is seen from there; wait while there is none.

        `who` is whose request it is: people get the same time of the device, however many requests they have.
        """
        slot = self._free.get()
        seat = Seat(self.floor, slot, who)
        try:
            yield seat.base
        finally:
            self.floor.leave(who, slot)
            self._free.put(slot)


@dataclass(slots=True, eq=False)
class Seat:
    """One slot of each stack. What `base.floor` is for one request."""

    floor: Floor
    slot: int
    who: str
    base: BaseModel = field(init=False)

    def __post_init__(self) -> None:
        """Make the view of the base."""
        self.base = replace(self.floor.base, floor=self)

    def call(self, work: Callable[[], T]) -> T:
        """Do something on the device."""
        return self.floor.call(self.who, self.slot, work)

    @contextmanager
    def fused(self, files: Mapping[str, bytes]) -> Iterator[SeatFusion]:
        """Have LoRA files ready for the seat's slot, face and style at full scale. Raises BadLoraError, FloorError."""
        fusion = SeatFusion(self, {name: weights_of(self.floor.base, data) for name, data in files.items()})
        fusion.scale(face=1.0, style=1.0)
        yield fusion

    @contextmanager
    def learner(self, recipe: FaceRecipe, *, seed: int) -> Iterator[Learner]:
        """Begin a LoRA in the seat's slot. Raises FloorError where the floor was laid out for another recipe."""
        yield SeatLearner(self, recipe, seed=seed)


@dataclass(frozen=True, slots=True, eq=False)
class SeatFusion:
    """The LoRAs of one request; as `limner.engine.fuse.adapters.Fusion`, in a slot."""

    seat: Seat
    parts: Mapping[str, Weights]

    @property
    def base(self) -> BaseModel:
        """The base as the request sees it."""
        return self.seat.base

    def scale(self, *, face: float, style: float, few_steps: float = 0.0) -> None:
        """Set the multipliers of what is drawn from now on; 0 leaves a LoRA out."""
        wanted = {FACE: face, STYLE: style, FEW_STEPS: few_steps}
        whole = joined(*((weights, wanted[name]) for name, weights in self.parts.items() if wanted[name]))
        stack = self.seat.floor.drawings
        self.seat.call(lambda: stack.load(self.seat.slot, whole))

    def run(self, work: Work) -> None:
        """See `limner.engine.fuse.sampler.Speaker`."""
        self.seat.floor.run(Drawing(self.seat.who, self.seat.slot, work=work))


class SeatLearner:
    """A training in a slot; fulfils `limner.engine.train.loop.Learner`."""

    def __init__(self, seat: Seat, recipe: FaceRecipe, *, seed: int) -> None:
        self.base, self.recipe, self.seed, self.step = seat.base, recipe, seed, 0
        self._seat, self._stack, self._optimizer = seat, seat.floor.lessons, seat.floor.optimizer
        check_layout(self._stack, seat.base, recipe)
        seat.call(lambda: self._begin(self._first()))

    def advance(self, data: Dataset, lr: float) -> float:
        """See `Learner`."""
        recipe = self.recipe
        lesson = Lesson(
            self._seat.who,
            self._seat.slot,
            batch=draw(self.base, data, recipe, seed=self.seed, step=self.step),
            figures=Figures(lr, recipe.weight_decay, recipe.clip, average_decay(recipe, self.step + 1)),
            gamma=recipe.min_snr_gamma,
            checkpointing=recipe.checkpointing,
        )
        self._seat.floor.run(lesson)
        self.step += 1
        return lesson.loss

    @property
    def average(self) -> Values:
        """See `Learner`."""
        return {name.removeprefix("average/"): v for name, v in self.state().items() if name.startswith("average/")}

    def load(self, values: Values) -> None:
        """See `Learner`."""
        self._seat.call(lambda: self._begin(values))

    def state(self) -> Values:
        """See `Learner`."""
        steps, rows = self._seat.call(lambda: self._optimizer.state(self._seat.slot))
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
        self._seat.call(lambda: self._optimizer.restore(self._seat.slot, steps, rows))

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
        fusion = SeatFusion(self._seat, {FACE: {name: (down, scale * up) for name, (down, up) in weights.items()}})
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
        slot = self._seat.slot
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
    names = [name for name, _ in base.denoiser.named_modules()]
    return [name for name in names if any(name == one or name.endswith(f".{one}") for one in recipe.targets)]
