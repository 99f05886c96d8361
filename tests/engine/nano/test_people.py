"""The faces that nano learns from: all found, none of an unseen sitter, no white rules of the sheets in them."""

import numpy as np
import pytest

from limner.engine.nano.people import (
    CANVAS,
    EXPRESSIONS,
    LEARNED,
    UNSEEN,
    SourceFace,
    faces_of,
    similarity,
    template,
    views,
)


@pytest.fixture(scope="module")
def faces() -> list[SourceFace]:
    """Find the faces of one person."""
    return faces_of("P003")


def test_nobody_is_learned_and_unseen() -> None:
    """P007 to P010 are judged by and never learned from; everybody is in one of the two groups."""
    assert not set(LEARNED) & set(UNSEEN)
    assert sorted(LEARNED + UNSEEN) == [f"P{n:03d}" for n in range(1, 11)]


def test_every_view_of_a_person_is_found(faces: list[SourceFace]) -> None:
    """All 21 views give a face on the canvas with landmarks and a caption that names its expression."""
    assert len(faces) == 21
    assert {face.source.removeprefix("expression_") for face in faces} >= set(EXPRESSIONS)
    for face in faces:
        assert face.image.shape == (CANVAS, CANVAS, 3)
        assert face.landmarks.shape == (68, 2)
        assert face.words.startswith("woman, long straight brown hair, ")


def test_faces_lie_on_the_template(faces: list[SourceFace]) -> None:
    """Eyes and mouth of every aligned face lie within 12 px (of 384) of the template."""
    for face in faces:
        points = np.stack([face.landmarks[36:42].mean(0), face.landmarks[42:48].mean(0), face.landmarks[48:68].mean(0)])
        assert np.abs(points - template()).max() < 12


@pytest.mark.parametrize("person", ["P002", "P007"])
def test_sheet_cells_end_inside_the_white_rules(person: str) -> None:
    """No cell of the expression sheet has a white line along its upper or side edges."""
    for source, _, picture in views(person):
        if source.startswith("expression_"):
            pixels = np.asarray(picture).min(2)
            assert (pixels[:4] > 200).mean() < 0.5, source
            assert (pixels[: len(pixels) // 2, :4] > 200).mean() < 0.5, source


def test_similarity_recovers_a_known_motion() -> None:
    """Points that were turned, scaled and shifted lead back to exactly that motion."""
    points = np.array([[0.0, 0.0], [10.0, 0.0], [4.0, 8.0]])
    turn = 1.5 * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    found = similarity(points, points @ turn.T + [3, -7])
    np.testing.assert_allclose(found, np.hstack([turn, [[3], [-7]]]), atol=1e-9)
