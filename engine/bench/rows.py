"""What the bench measures, as rows: of finished portraits, and of those that could have been had earlier."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from limner.engine.bench.recipe import BenchRecipe
from limner.engine.faces import Pixels
from limner.engine.models.running import Running

#: What one request asks for; FaceChain gives no more.
PORTRAITS = 6
#: dlib's own threshold between the same person and another.
SAME_PERSON = 0.6

_SIDE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one process measures: a recipe on one sitter's photos, in some styles."""

    recipe: BenchRecipe
    sitter: str
    """A person of openpeople, or a path to a folder with pictures."""
    photos: int
    seed: int
    styles: tuple[str, ...]
    strengths: tuple[float, ...] = (1.0,)
    """Starts: 1 is noise, less is the sitter's aligned photo."""
    curve: bool = True
    """Whether to judge, too, what could have been had earlier."""
    base: str = "nano"
    running: Running = field(default_factory=Running)
    style_folders: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name the cell's folder."""
        return f"{self.recipe.name}-{Path(self.sitter).name}-{self.photos}-{self.seed}"


class Spent(msgspec.Struct, frozen=True):
    """Seconds of the clock and of the processor. With one thread on an idle machine they are the same."""

    wall: float = 0.0
    cpu: float = 0.0

    @classmethod
    def now(cls) -> Spent:
        """Read both clocks; only differences mean something."""
        return cls(time.monotonic(), time.process_time())

    def __add__(self, other: Spent) -> Spent:
        """Add two spans."""
        return Spent(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: Spent) -> Spent:
        """Give the span between two readings."""
        return Spent(self.wall - other.wall, self.cpu - other.cpu)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """The portraits of one sitter in one style, by one recipe. Without portraits: the recipe diverged."""

    recipe: str
    sitter: str
    photos: int
    style: str
    strength: float
    seed: int
    distances: tuple[float, ...]
    """To the sitter's held-out photos, dlib's; one a portrait, 1 where no face was found."""
    median_distance: float | None
    share_same: float
    """The share of portraits nearer than dlib's line of the same person."""
    diversity: float
    wall_s: float
    """Training and drawing."""
    cpu_s: float
    peak_mb: float
    """Of the process, until the portraits were there."""
    style_fidelity: float | None = None
    diverged: bool = False
    judge_distances: tuple[float, ...] = ()
    """As `distances`, by the second judge (`limner.engine.bench.second`), where there is one."""
    judge_distance: float | None = None
    """Their median."""
    judge_same: float | None = None
    """The share of portraits nearer than the second judge's line of the same person."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe would have given, had it ended after some seconds of training; in the plain style."""

    recipe: str
    sitter: str
    photos: int
    seed: int
    step: int
    wall_s: float
    """Training, and drawing once."""
    cpu_s: float
    train_cpu_s: float
    """Training alone."""
    median_distance: float


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell wrote down."""

    rows: list[Row]
    points: list[Point]


def diversity(pictures: Sequence[Pixels]) -> float:
    """Tell how much portraits differ: the mean root-mean-square difference of any two at 64 px, in [0, 1]."""
    small = [
        np.asarray(Image.fromarray(one).resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32) / 255
        for one in pictures
    ]
    apart = [float(np.sqrt(np.square(a - b).mean())) for a, b in combinations(small, 2)]
    return float(np.mean(apart)) if apart else 0.0
