"""How far a request has come; what travels from the engine's stages to whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["prepare", "train", "render"]


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` units of a stage; `eta_s` is the stage's remaining time in seconds, None when not yet known."""

    stage: Stage
    done: int
    total: int
    eta_s: float | None = None


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def ignore(_: Progress) -> None:
    """Take progress and do nothing with it."""


def never() -> bool:
    """Never ask to stop."""
    return False
