"""How two embeddings are compared: areas, equal errors and agreement of distances that are known."""

import numpy as np
import pytest

from limner.engine.bench.agreement import Pairs, agreement, compare
from limner.tests.fakes.analyser import PaperAnalyser, paper_photo


def _pairs(same: list[float], other: list[float]) -> Pairs:
    told = np.array([True] * len(same) + [False] * len(other))
    return Pairs(np.array(same + other, np.float32), told, np.full((len(told), 2), "P001"))


def test_people_who_are_told_apart_cost_no_error() -> None:
    """Where every pair of one person is nearer, the area is 1 and a line without error lies between."""
    pairs = _pairs([0.1, 0.2, 0.3], [0.5, 0.6])
    error, line = pairs.equal_error()
    assert (pairs.area(), error) == (1.0, 0.0)
    assert 0.3 < line <= 0.5


def test_people_who_are_mixed_up_cost_what_was_counted() -> None:
    """One of four pairs lies beyond two of the four others, and equals count half."""
    pairs = _pairs([0.1, 0.2, 0.3, 0.55], [0.4, 0.5, 0.6, 0.7])
    assert pairs.area() == 14 / 16
    assert pairs.equal_error()[0] == 0.25
    assert _pairs([0.4, 0.4], [0.4, 0.4]).area() == 0.5


def test_agreement_looks_at_pairs_of_one_person() -> None:
    """The same order is 1 and the opposite -1, whatever pairs of two people say."""
    one, other = _pairs([0.1, 0.2, 0.3], [0.9, 0.1]), _pairs([1.0, 2.0, 5.0], [0.1, 0.9])
    assert agreement(one, other) == pytest.approx(1.0)
    assert agreement(one, _pairs([0.3, 0.2, 0.1], [0.9, 0.1])) == pytest.approx(-1.0)


def test_pictures_are_compared_by_every_analyser() -> None:
    """Pictures without a face are left out and counted; each analyser has a line, the second agrees or not."""
    people = ("P001", "P002", "P007", "P008")
    pictures = [
        (name, paper_photo((n, 100, 50, 150 + extra))) for n, name in enumerate(people, 1) for extra in (0, 20, 40)
    ]
    said = compare([*pictures, ("P001", paper_photo())], {"paper": PaperAnalyser(), "again": PaperAnalyser()})
    assert said[0] == "12 of 13 faces, 12 pairs of one person, 54 of two"
    assert said[1].startswith("| paper | 0.000 / 0.000 / 0.000 |")
    assert said[1].removeprefix("| paper") == said[2].removeprefix("| again")
    assert said[3] == "again agrees with the first: 1.00"
