"""Many cheap candidates, judged for style and likeness; the best that are safe go out, and never none that could."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from limner.engine.errors import BlockedError
from limner.engine.faces import Analyser, Pixels
from limner.engine.likeness import embed_largest, likeness


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One drawn picture and what the judges say of it."""

    image: Pixels
    seed: int
    likeness: float
    """In [0, 1]; 0 where no face was found. See `limner.engine.likeness`."""
    margin: float | None = None
    """See `style_margin`; None for a style that is a plain photo."""

    @property
    def in_style(self) -> bool:
        """Tell whether the style is seen, or none was asked for."""
        return self.margin is None or self.margin > 0


def candidate_seeds(seed: int, count: int) -> list[int]:
    """Give a request's seeds, one a candidate; the first ones stay the same when more are asked for."""
    return [int(np.random.SeedSequence([seed % (1 << 64), number]).generate_state(1)[0]) for number in range(count)]


def score(image: Pixels, analyser: Analyser, known: Sequence[np.ndarray]) -> float:
    """Measure the likeness of one picture to a sitter's embeddings."""
    return likeness(embed_largest(image, analyser), known, analyser.space)


def pick(
    candidates: Sequence[Candidate],
    count: int,
    safe: Callable[[Pixels], bool],
    finish: Callable[[Candidate], Candidate] = lambda one: one,
) -> list[Candidate]:
    """Return the best `count`, best first: those in style before those that are not, then by likeness.

    Each is finished before it is asked about, so that nothing goes out that nobody looked at; where one is not safe,
    the next best takes its place. One out of style goes out only when too few are in it. Raises BlockedError when none
    is safe.
    """
    best: list[Candidate] = []
    for one in sorted(candidates, key=lambda one: (one.in_style, one.likeness), reverse=True):
        finished = finish(one)
        if safe(finished.image):
            best.append(finished)
        if len(best) == count:
            break
    if not best:
        raise BlockedError(len(candidates))
    return best
