"""The soft mask of head and shoulders."""

import numpy as np
import pytest

from limner.engine.faces import Analyser
from limner.engine.preprocess.mask import BACKGROUND, face_area, head_mask
from limner.engine.preprocess.smoothing import box_mean, guided_filter
from limner.tests.fakes import photos
from limner.tests.fakes.crops import aligned


@pytest.mark.parametrize("person", photos.EVERYBODY)
def test_face_high_hair_high_wall_low(analyser: Analyser, person: str) -> None:
    """On studio portraits of ten people: the face is 1, the hair above it counts, the wall in the corners is low."""
    crop, landmarks, known = aligned(photos.portrait(person), analyser)
    mask = head_mask(crop, landmarks, known)
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert mask.max() <= 1
    core = landmarks[[27, 30, 33, 51, 57]].astype(int)
    assert (mask[core[:, 1], core[:, 0]] > 0.97).all()
    brow = int(landmarks[17:27, 1].min())
    assert mask[brow - 22 : brow - 16, 56:72].mean() > 0.8
    present = known > 0.99
    for corner in (np.s_[20:40, 2:10], np.s_[20:40, 118:126]):
        assert mask[corner][present[corner]].mean() < 0.45
    assert mask[-6:, 50:78].mean() > 0.5


def test_where_there_was_no_photo_nothing_is_learned(analyser: Analyser) -> None:
    """Beyond the photo's edge the weight is 0."""
    image = photos.picture(photos.portrait("P008"))
    cut = photos.encoded(image.crop((0, image.height // 4, image.width, image.height)))
    crop, landmarks, known = aligned(cut, analyser)
    mask = head_mask(crop, landmarks, known)
    assert known[0].max() == 0
    assert mask[0].max() == 0
    assert mask[100:].min() > 0.5 * BACKGROUND


@pytest.mark.parametrize("size", [64, 128, 200, 512])
def test_the_mask_has_the_crops_size(analyser: Analyser, size: int) -> None:
    """At any size the mask fits the crop and says the same."""
    crop, landmarks, known = aligned(photos.selfie("P009"), analyser, size)
    mask = head_mask(crop, landmarks, known)
    assert mask.shape == (size, size)
    at_128 = head_mask(*aligned(photos.selfie("P009"), analyser, 128))
    assert mask.mean() == pytest.approx(at_128.mean(), abs=0.03)


def test_a_face_area_reaches_from_chin_to_forehead(analyser: Analyser) -> None:
    """The face's area covers jaw and brows and about a tenth of the crop."""
    _, landmarks, _ = aligned(photos.portrait("P010"), analyser)
    area = face_area(landmarks, 128)
    assert set(np.unique(area)) == {0.0, 1.0}
    assert 0.08 < area.mean() < 0.25


def test_smoothing_keeps_means_and_edges() -> None:
    """A box mean of a constant is the constant; the guided filter keeps a guide's edge and removes small noise."""
    assert np.allclose(box_mean(np.full((9, 7), 3.0, np.float32), 2), 3)
    edge = np.zeros((40, 40), np.float32)
    edge[:, 20:] = 1
    noisy = edge + np.random.default_rng(0).normal(0, 0.05, edge.shape).astype(np.float32)
    smooth = guided_filter(noisy, noisy, 3, 0.02)
    assert np.abs(smooth - edge)[:, 22:].mean() < 0.5 * np.abs(noisy - edge)[:, 22:].mean()
    assert smooth[:, 21].mean() - smooth[:, 18].mean() > 0.8
