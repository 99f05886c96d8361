"""Who goes where in a template: by position, by choice, and what is said when it does not come out even."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from limner.engine.errors import TemplateError
from limner.engine.fuse.places import MOST_FACES, largest, match, read_template
from limner.tests.fakes.analyser import PaperAnalyser, dlib_analyser, paper_photo
from limner.tests.fakes.photos import scenery, selfie, side_by_side


def _png(*faces: tuple[int, int, int, int]) -> bytes:
    file = BytesIO()
    Image.fromarray(paper_photo(*faces)).save(file, "PNG")
    return file.getvalue()


def test_faces_come_from_left_to_right() -> None:
    """Not the largest face is the first, but the one on the left."""
    template = read_template(_png((1, 250, 20, 120), (2, 20, 200, 90), (3, 150, 220, 60)), PaperAnalyser())
    assert [face.box[0] for face in template.faces] == [20, 150, 250]


def test_a_crowd_has_its_five_largest_faces() -> None:
    """Of seven faces the two smallest do not count, wherever they stand."""
    faces = [(number, 55 * number, 100, 50 - number) for number in range(1, 7)] + [(9, 5, 100, 30)]
    template = read_template(_png(*faces), PaperAnalyser())
    assert [face.box[0] for face in template.faces] == [55 * number for number in range(1, MOST_FACES + 1)]


def test_somebody_alone_takes_the_largest_face() -> None:
    """Its number counts from the left, as those that people choose do."""
    template = read_template(_png((1, 250, 20, 120), (2, 20, 200, 90), (3, 150, 220, 60)), PaperAnalyser())
    assert largest(template) == 3


def test_real_faces_are_found() -> None:
    """Two people side by side are two faces, the left one first."""
    picture = side_by_side([selfie("P009"), selfie("P010")], [600, 600])
    template = read_template(picture, dlib_analyser())
    known = [_embedding(selfie(person)) for person in ("P009", "P010")]
    seen = [dlib_analyser().embed(template.picture, face) for face in template.faces]
    assert [int(np.argmin([np.linalg.norm(one - other) for other in known])) for one in seen] == [0, 1]


def _embedding(photo: bytes) -> np.ndarray:
    template = read_template(photo, dlib_analyser())
    return dlib_analyser().embed(template.picture, template.faces[0])


@pytest.mark.parametrize(
    "file, reason, words",
    [
        (scenery(), "template_no_face", "There is no face in the template"),
        (b"no picture", "template_unreadable", r"\(not an image\): send one picture"),
        (b"", "template_unreadable", "empty"),
    ],
)
def test_what_is_no_template_is_told(file: bytes, reason: str, words: str) -> None:
    """A picture without faces, or none at all, is refused with a sentence that says what to do."""
    with pytest.raises(TemplateError, match=words) as caught:
        read_template(file, dlib_analyser())
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "faces, sitters, chosen, expected",
    [
        (1, 1, [], [0]),
        (3, 3, [], [0, 1, 2]),
        (2, 2, [2, 1], [1, 0]),
        (4, 1, [3], [2]),
        (5, 2, [5, 2], [4, 1]),
    ],
)
def test_sitters_take_faces(faces: int, sitters: int, chosen: list[int], expected: list[int]) -> None:
    """Without a choice by position; with one each sitter takes the face that is named."""
    assert match(faces, sitters, chosen) == expected


@pytest.mark.parametrize(
    "faces, sitters, chosen, reason, words",
    [
        (1, 2, [], "template_too_many_sitters", "1 face for 2 sitters: take a template with more faces"),
        (1, 2, [1, 1], "template_too_many_sitters", "leave somebody out"),
        (3, 1, [], "template_too_few_sitters", "3 faces for 1 sitter: name the face for each sitter"),
        (2, 1, [3], "template_bad_choice", "no face 3: its faces are numbered from the left, 1 to 2"),
        (2, 1, [0], "template_bad_choice", "no face 0"),
        (3, 2, [2], "template_bad_choice", "2 does not fit 2 sitters"),
        (3, 2, [2, 2], "template_bad_choice", "none twice"),
    ],
)
def test_what_does_not_come_out_even_is_told(
    faces: int, sitters: int, chosen: list[int], reason: str, words: str
) -> None:
    """More sitters than faces, fewer without a choice, and a choice that makes no sense: each has its sentence."""
    with pytest.raises(TemplateError, match=words) as caught:
        match(faces, sitters, chosen)
    assert caught.value.reason == reason
