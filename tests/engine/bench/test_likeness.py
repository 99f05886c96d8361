"""The bench's figures: medians over portraits, and the difference that the Face LoRA makes."""

import numpy as np
import pytest

from limner.engine.bench.likeness import Row, table
from limner.engine.bench.sitters import GIVEN, distance_to, sitter
from limner.tests.fakes.analyser import dlib_analyser


def row(*distances: float, face_lora: bool, sitter: str = "P007") -> Row:
    """Make a row of a photo style from noise."""
    return Row(sitter, "photo", 1.0, face_lora, distances, 100.0, 5.0, ())


def test_the_table_gives_medians_over_all_sitters() -> None:
    """With 0.4, 0.5, 0.7 against 0.8, 0.8, 0.9 the Face LoRA brings 0.3, and two of three count as the same person."""
    rows = [
        row(0.4, 0.5, face_lora=True),
        row(0.7, face_lora=True, sitter="P008"),
        row(0.8, 0.8, face_lora=False),
        row(0.9, face_lora=False, sitter="P008"),
    ]
    assert table(rows).splitlines()[-1] == "| photo | noise | 0.500 | 0.800 | 0.300 | 67% |"


def test_a_record_says_what_was_measured() -> None:
    """A row's record names the recipe, and counts training time only where there was training."""
    record = row(0.4, 0.7, face_lora=False).record(3, 0.5)
    assert (record["recipe"], record["seed"], record["wall_s"], record["share_same"]) == ("none", 3, 5.0, 0.5)


def test_no_face_counts_as_the_largest_distance() -> None:
    """A portrait without a face is at distance 1; otherwise the median to the held-out photos counts."""
    known = np.zeros((3, 128), np.float32)
    known[1, 0], known[2, 0] = 0.2, 0.9
    assert distance_to(None, known) == 1.0
    assert distance_to(known[0], known) == pytest.approx(0.2)


def test_what_a_sitter_gives_is_not_what_they_are_judged_by() -> None:
    """Three photos are given away; the other views, 18 at most, are held out."""
    person = sitter("P007", dlib_analyser())
    assert len(person.photos) == len(GIVEN) == 3
    assert 14 <= len(person.held_out) <= 18
