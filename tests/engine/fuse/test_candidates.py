"""Of many candidates the best go out, and never none that could."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.engine.errors import BlockedError
from limner.engine.faces import Pixels
from limner.engine.fuse.candidates import Candidate, candidate_seeds, pick

_SAFE = np.zeros((8, 8, 3), np.uint8)
_UNSAFE = np.full((8, 8, 3), 255, np.uint8)


def _candidate(likeness: float, margin: float | None = None, image: Pixels = _SAFE) -> Candidate:
    return Candidate(image, seed=0, likeness=likeness, margin=margin)


def _safe(picture: Pixels) -> bool:
    return bool(picture.mean() < 200)


def test_likest_first() -> None:
    """Candidates are ranked by likeness."""
    best = pick([_candidate(0.2), _candidate(0.5), _candidate(0.4)], 2, _safe)
    assert [one.likeness for one in best] == [0.5, 0.4]


def test_out_of_style_only_when_there_is_nothing_else() -> None:
    """A likeness without the style stands behind every candidate in style, and is still better than nothing."""
    best = pick([_candidate(0.9, -0.1), _candidate(0.3, 0.1), _candidate(0.2, 0.2)], 3, _safe)
    assert [one.likeness for one in best] == [0.3, 0.2, 0.9]


def test_unsafe_is_replaced_from_the_rest() -> None:
    """A blocked candidate never goes out; the next best does."""
    best = pick([_candidate(0.9, image=_UNSAFE), _candidate(0.3)], 1, _safe)
    assert [one.likeness for one in best] == [0.3]


def test_what_finishing_made_unsafe_does_not_go_out() -> None:
    """Asked is of the finished picture; only as many are finished as go out or are refused."""
    finished: list[float] = []

    def finish(one: Candidate) -> Candidate:
        finished.append(one.likeness)
        return replace(one, image=_UNSAFE) if one.likeness == 0.9 else one

    best = pick([_candidate(one) for one in (0.9, 0.5, 0.4, 0.3)], 2, _safe, finish)
    assert [one.likeness for one in best] == [0.5, 0.4]
    assert finished == [0.9, 0.5, 0.4]


def test_nothing_safe_is_an_error() -> None:
    """When none may be shown, that is said, and not an empty answer given."""
    with pytest.raises(BlockedError, match="None of the 2"):
        pick([_candidate(0.9, image=_UNSAFE)] * 2, 1, _safe)


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.lists(st.tuples(st.floats(0, 1), st.none() | st.floats(-1, 1)), min_size=1, max_size=12),
    st.integers(1, 12),
)
def test_never_empty_never_too_many(drawn: list[tuple[float, float | None]], count: int) -> None:
    """As many as asked for go out, or all there are: even faces that no judge knows."""
    assert len(pick([_candidate(*one) for one in drawn], count, _safe)) == min(count, len(drawn))


def test_seeds_differ_and_repeat() -> None:
    """A request's seeds are all different, the same each time, and do not depend on how many there are."""
    seeds = candidate_seeds(7, 24)
    assert len(set(seeds)) == 24
    assert candidate_seeds(7, 8) == seeds[:8]
    assert not set(seeds) & set(candidate_seeds(8, 24))
