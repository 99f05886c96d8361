"""The seats of a floor: who trains and draws there.

Whoever has a seat runs the same code as alone (`limner.engine.pipeline`) in a thread of its own: what goes to the
device there goes to the floor's thread here, and waits until it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from queue import SimpleQueue

from limner.engine.floor.floor import Floor
from limner.engine.floor.layers import Weights
from limner.engine.floor.learning import PlaceLearner
from limner.engine.floor.loading import weights_of
from limner.engine.floor.place import Place, PlaceFusion
from limner.engine.fuse.adapters import FACE
from limner.engine.models.base import BaseModel
from limner.engine.train.learner import Learner
from limner.engine.train.recipe import FaceRecipe

#: So many styles stay read, the ones that were drawn last.
STYLES_KEPT = 64


class Seats:
    """The seats of a floor, as many as its stacks have slots."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        # Styles are the same for everybody; whose face was drawn is not kept after the request.
        self._styles = lru_cache(maxsize=STYLES_KEPT)(partial(weights_of, floor.base))
        self._free: SimpleQueue[int] = SimpleQueue()
        for slot in range(floor.lessons.slots):
            self._free.put(slot)

    @contextmanager
    def taken(self, who: str) -> Iterator[BaseModel]:
        """Take a seat, and give the base as it is seen from there; wait while there is none.

        `who` is whose request it is: people get the same time of the device, however many requests they have.
        """
        slot = self._free.get()
        seat = Seat(self.floor, slot, who, self._styles)
        try:
            yield seat.base
        finally:
            self.floor.leave(who, slot)
            self._free.put(slot)

    def clear(self) -> None:
        """Wait until nobody is left, and close the floor."""
        for _ in range(self.floor.lessons.slots):
            self._free.get()
        self.floor.close()


@dataclass(slots=True, eq=False)
class Seat(Place):
    """What `base.floor` is for one request. `styles` reads a LoRA file that is nobody's face."""

    styles: Callable[[bytes], Weights]

    @contextmanager
    def fused(self, files: Mapping[str, bytes]) -> Iterator[PlaceFusion]:
        """Have LoRA files ready for the seat's slot, face and style at full scale. Raises BadLoraError, FloorError."""
        read = {name: self._read(name, data) for name, data in files.items()}
        fusion = PlaceFusion(self, read)
        fusion.scale(face=1.0, style=1.0)
        yield fusion

    @contextmanager
    def learner(self, recipe: FaceRecipe, *, seed: int) -> Iterator[Learner]:
        """Begin a LoRA in the seat's slot. Raises FloorError where the floor was laid out for another recipe."""
        yield PlaceLearner(self, recipe, seed=seed)

    def _read(self, name: str, data: bytes) -> Weights:
        return weights_of(self.floor.base, data) if name == FACE else self.styles(data)
