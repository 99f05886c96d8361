"""The bench's sitters: what they give away is never what they are judged by."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.engine.bench.sitters import GIVEN, distance_to, sitter
from limner.engine.errors import TooFewPhotosError
from limner.tests.fakes.analyser import PaperAnalyser, dlib_analyser, paper_photo


def test_no_face_counts_as_the_largest_distance() -> None:
    """A portrait without a face is at distance 1; otherwise the median to the held-out photos counts."""
    known = np.zeros((3, 128), np.float32)
    known[1, 0], known[2, 0] = 0.2, 0.9
    assert distance_to(None, known) == 1.0
    assert distance_to(known[0], known) == pytest.approx(0.2)


@pytest.mark.parametrize("photos", [3, 8])
def test_what_a_sitter_gives_is_not_what_they_are_judged_by(photos: int) -> None:
    """Of 21 views as many are given away as was asked for; of the others all faces are held out."""
    person = sitter("P007", dlib_analyser(), photos=photos)
    assert len(person.photos) == photos <= len(GIVEN)
    assert 17 - photos <= len(person.held_out) <= 21 - photos


def _folder(where: Path, *people: int) -> Path:
    for number, person in enumerate(people):
        Image.fromarray(paper_photo((person, 100, 100, 200))).save(where / f"{number}.png")
    return where


def test_a_folder_with_pictures_is_a_sitter(tmp_path: Path) -> None:
    """The first pictures by name are given away, and the person is judged by the others."""
    person = sitter(str(_folder(tmp_path, 1, 1, 1, 2, 2)), PaperAnalyser(), photos=3)
    assert (person.name, len(person.photos), len(person.held_out)) == (tmp_path.name, 3, 2)
    np.testing.assert_array_equal(person.held_out[0], person.held_out[1])


def test_a_sitter_without_another_picture_is_refused(tmp_path: Path) -> None:
    """Nobody is judged by what was learned; what is no picture does not count."""
    (tmp_path / "9.txt").write_text("no picture")
    with pytest.raises(TooFewPhotosError, match="Only 3 of the photos can be used, and 4 are needed"):
        sitter(str(_folder(tmp_path, 1, 1, 1)), PaperAnalyser(), photos=3)
