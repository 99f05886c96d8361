"""A request's place on the floor: its slot, a view of the base that leads to it, and what it draws with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from limner.engine.floor.errands import Drawing
from limner.engine.floor.floor import Floor
from limner.engine.floor.layers import Weights, joined
from limner.engine.fuse.adapters import FACE, FEW_STEPS, STYLE
from limner.engine.fuse.sampler import Work
from limner.engine.models.base import BaseModel

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Place:
    """One slot of each stack. `base` is what its request takes for the base."""

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


@dataclass(frozen=True, slots=True, eq=False)
class PlaceFusion:
    """The LoRAs of one request; as `limner.engine.fuse.adapters.Fusion`, in a slot."""

    place: Place
    parts: Mapping[str, Weights]

    @property
    def base(self) -> BaseModel:
        """The base as the request sees it."""
        return self.place.base

    def scale(self, *, face: float, style: float, few_steps: float = 0.0) -> None:
        """Set the multipliers of what is drawn from now on; 0 leaves a LoRA out."""
        wanted = {FACE: face, STYLE: style, FEW_STEPS: few_steps}
        whole = joined(*((weights, wanted[name]) for name, weights in self.parts.items() if wanted[name]))
        stack = self.place.floor.drawings
        self.place.call(lambda: stack.load(self.place.slot, whole))

    def run(self, work: Work) -> None:
        """See `limner.engine.fuse.sampler.Speaker`."""
        self.place.floor.run(Drawing(self.place.who, self.place.slot, work=work))
