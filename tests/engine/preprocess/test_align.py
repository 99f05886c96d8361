"""Faces on the canonical template."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.engine.faces import Analyser
from limner.engine.preprocess.align import anchors, apply, similarity, template, to_template, warp
from limner.engine.preprocess.decode import decode
from limner.tests.fakes import photos


@pytest.mark.parametrize("person", photos.EVERYBODY)
def test_eyes_and_mouth_lie_on_the_template(analyser: Analyser, person: str) -> None:
    """For each of ten people, selfie and portrait, found again in the crop, all three points are within 3 px at 128."""
    for photo in (photos.selfie(person), photos.portrait(person)):
        image = decode(photo)
        size = 128
        transform = to_template(analyser.detect(image)[0].landmarks, size)
        placed = anchors(apply(transform, analyser.detect(image)[0].landmarks))
        assert np.abs(placed - template(size)).max() < 3
        crop, _ = warp(image, to_template(analyser.detect(image)[0].landmarks, 256), 256)
        found = anchors(analyser.detect(crop)[0].landmarks + 0.5) / 2
        assert np.abs(found - template(size)).max() < 3


@given(
    angle=st.floats(-3, 3),
    scale=st.floats(0.05, 20),
    x=st.floats(-500, 500),
    y=st.floats(-500, 500),
)
@settings(deadline=None, derandomize=True, max_examples=50)
def test_a_similarity_is_recovered(angle: float, scale: float, x: float, y: float) -> None:
    """Points moved by a similarity are brought back exactly."""
    source = template(128)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = source @ turn.T + (x, y)
    back = similarity(moved, source)
    assert np.allclose(moved @ back[:, :2].T + back[:, 2], source, atol=1e-6)


def test_a_mirror_image_is_not_mirrored_back() -> None:
    """A mirrored face stays mirrored: a parting on the left must not become one on the right."""
    mirrored = template(128) * (-1, 1)
    fitted = similarity(mirrored, template(128))
    assert np.linalg.det(fitted[:, :2]) > 0


def test_shrinking_is_antialiased() -> None:
    """Fine stripes shrink to grey and not to moire."""
    stripes = np.zeros((1600, 1600, 3), np.uint8)
    stripes[:, ::2] = 255
    crop, known = warp(stripes, np.array([[0.08, 0.0, 0.0], [0.0, 0.08, 0.0]]), 128)
    assert known.min() == 1
    assert crop.std() < 4
    assert crop.mean() == pytest.approx(127.5, abs=4)


def test_enlarging_keeps_places() -> None:
    """An edge in the photo lies where the transform says, to a quarter of a pixel."""
    photo = np.zeros((40, 40, 3), np.uint8)
    photo[:, 20:] = 255
    crop, _ = warp(photo, np.array([[3.2, 0.0, 0.0], [0.0, 3.2, 0.0]]), 128)
    edge = 128 - crop[64, :, 0].astype(float).sum() / 255
    assert edge == pytest.approx(64, abs=0.25)


def test_beyond_the_photo_its_edge_goes_on_without_streaks() -> None:
    """Outside the photo `known` is 0, the seam is invisible, and far out a striped edge has dissolved."""
    photo = np.zeros((100, 100, 3), np.uint8)
    photo[:, ::10] = photo[:, 1::10] = photo[:, 2::10] = 200
    crop, known = warp(photo, np.array([[1.0, 0.0, 14.0], [0.0, 1.0, 60.0]]), 128)
    assert known[:59].max() == 0
    assert known[62:, 16:112].min() == 1
    assert crop[0].std() < 12
    assert abs(float(crop[40:60, 20:108].mean()) - float(crop[62:82, 20:108].mean())) < 15


def test_the_same_photo_gives_the_same_crop(analyser: Analyser) -> None:
    """Alignment is deterministic to the bit."""
    image = decode(photos.selfie("P008"))
    crops = [warp(image, to_template(analyser.detect(image)[0].landmarks, 128), 128)[0] for _ in range(2)]
    assert (crops[0] == crops[1]).all()
