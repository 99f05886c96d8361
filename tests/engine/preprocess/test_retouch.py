"""Mild correction that leaves people who they are."""

import numpy as np
import pytest

from limner.engine.faces import Analyser, Floats, Pixels, distance
from limner.engine.preprocess.mask import face_area, head_mask, surroundings
from limner.engine.preprocess.retouch import noise, retouch
from limner.tests.fakes import photos
from limner.tests.fakes.crops import aligned

SIZE = 256
"""dlib cuts a 150 px chip out of a crop of this size."""


def retouched(photo: bytes, analyser: Analyser) -> tuple[Pixels, Pixels, Floats, Floats]:
    """Return a photo's crop before and after, and its areas of face and surroundings."""
    crop, landmarks, known = aligned(photo, analyser, SIZE)
    face = face_area(landmarks, SIZE)
    around = surroundings(head_mask(crop, landmarks, known), known)
    return crop, retouch(crop, face, around), face, around


def embedding_of(crop: Pixels, analyser: Analyser) -> np.ndarray:
    """Return the embedding of a crop's face."""
    return analyser.embed(crop, analyser.detect(crop)[0])


@pytest.mark.parametrize("person", photos.EVERYBODY)
def test_nobody_becomes_somebody_else(analyser: Analyser, person: str) -> None:
    """Before and after are less than 0.1 apart, for selfies and portraits of ten people."""
    for photo in (photos.selfie(person), photos.portrait(person)):
        crop, after, *_ = retouched(photo, analyser)
        assert distance(embedding_of(crop, analyser), embedding_of(after, analyser)) < 0.1


@pytest.mark.parametrize("person", photos.EVERYBODY)
def test_complexion_stays(analyser: Analyser, person: str) -> None:
    """The skin's colour, red to blue, moves by at most 10 % in a park's light and 5 % before a grey wall."""
    for photo, most in ((photos.selfie(person), 0.1), (photos.portrait(person), 0.05)):
        crop, changed, face, _ = retouched(photo, analyser)
        before, after = (picture[face > 0].astype(float).mean(0) for picture in (crop, changed))
        assert (after[0] / after[2]) / (before[0] / before[2]) == pytest.approx(1, abs=most)
        assert after.mean() / before.mean() == pytest.approx(1, abs=0.16)


def test_a_dim_yellow_photo_comes_nearer_to_the_good_one(analyser: Analyser) -> None:
    """Less light and a warm lamp are partly taken back."""
    crop, retouched_crop, face, around = retouched(photos.portrait("P007"), analyser)
    good = retouched_crop.astype(float)
    lamp = (crop * np.array([0.9, 0.82, 0.7])).astype(np.uint8)
    assert np.abs(retouch(lamp, face, around) - good).mean() < 0.8 * np.abs(lamp - good).mean()


def test_noise_is_measured_and_lessened_on_the_skin(analyser: Analyser) -> None:
    """Noise of 8 is measured as such and a third of it goes, on the face; a clean photo's texture is not touched."""
    crop, smoothed, face, around = retouched(photos.portrait("P009"), analyser)
    grain = np.random.default_rng(0).normal(0, 8, crop.shape)
    noisy = np.clip(crop + grain, 0, 255).astype(np.uint8)
    assert noise(crop) < 2
    assert noise(noisy) == pytest.approx(8 / 3**0.5, rel=0.25)
    skin = face > 0
    clean, before, after = smoothed * 1.0, noisy * 1.0, retouch(noisy, face, around) * 1.0
    left = (after - clean)[skin].std() / (before - crop)[skin].std()
    assert left < 0.8
