"""What the floor's thread is given to do: an evaluation of a drawing, a step of a training, anything else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from limner.engine.floor.optimizer import Figures
from limner.engine.fuse.sampler import Asked, Work
from limner.engine.train.loop import Batch


@dataclass(slots=True, eq=False)
class Errand:
    """Something that a request's thread waits for. `slot` is the request's, `who` counts for fairness."""

    who: str
    slot: int
    error: BaseException | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Wait until it is done. Raises what it came to."""
        self._ended.wait()
        if self.error is not None:
            raise self.error

    def end(self, error: BaseException | None = None) -> None:
        """Let go whoever waits."""
        self.error = error
        self._ended.set()


@dataclass(slots=True, eq=False)
class Drawing(Errand):
    """A piece of work that asks for evaluations; `asked` is the one it waits for."""

    work: Work | None = None
    asked: Asked | None = None

    @property
    def samples(self) -> int:
        """Count what it asks for."""
        return 0 if self.asked is None else len(self.asked.latents)

    @property
    def kind(self) -> tuple[object, ...]:
        """Tell with what it may share a batch: the size of its latents, a pose, and whether a face adapter speaks."""
        assert self.asked is not None
        prompts = self.asked.prompts
        return (self.asked.latents.shape[1:], id(prompts.pose), prompts.face is None)


@dataclass(slots=True, eq=False)
class Lesson(Errand):
    """One step of one training."""

    batch: Batch | None = None
    figures: Figures | None = None
    gamma: float | None = None
    checkpointing: bool = False
    loss: float = 0.0

    @property
    def kind(self) -> tuple[object, ...]:
        """Tell with what it may share a batch."""
        assert self.batch is not None
        return (self.batch.clean.shape[1:], self.gamma, self.checkpointing)


@dataclass(slots=True, eq=False)
class Call(Errand):
    """Anything else that needs the device: weights that come and go, pictures through the VAE."""

    work: Callable[[], Any] = lambda: None
    result: Any = None
