"""What is good enough, and what is not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Analyser, Quality
from limner.engine.preprocess.decode import decode
from limner.engine.preprocess.pose import pose
from limner.engine.preprocess.quality import Thresholds, check, measure, sharpness
from limner.engine.refusal import Reason
from limner.tests.fakes import photos

GOOD = Quality(face_px=200, sharpness=0.4, highlight=180.0, clipped=0.0, yaw=0.0, pitch=0.0, roll=0.0)


def quality_of(photo: bytes, analyser: Analyser) -> Quality:
    """Measure the largest face of a photo."""
    image = decode(photo)
    return measure(image, analyser.detect(image)[0])


@pytest.mark.parametrize("person", photos.EVERYBODY)
def test_good_photos_of_everybody_pass(analyser: Analyser, person: str) -> None:
    """Selfie, portrait, full figure and expressions of ten people of all skin tones are good enough."""
    good = [photos.selfie(person), photos.portrait(person), photos.original(person, "amateur_posture")]
    good += [photos.expression(person, name) for name in ("happy", "shocked", "confused", "exhausted")]
    for photo in good:
        check(quality_of(photo, analyser))


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"face_px": 79}, Reason.FACE_TOO_SMALL),
        ({"sharpness": 0.08}, Reason.BLURRED),
        ({"highlight": 50.0}, Reason.TOO_DARK),
        ({"clipped": 0.5}, Reason.TOO_BRIGHT),
        ({"yaw": -45.0}, Reason.TURNED_AWAY),
        ({"pitch": 45.0}, Reason.TURNED_AWAY),
    ],
)
def test_each_shortcoming_has_its_reason(change: dict[str, Any], reason: Reason) -> None:
    """A face that falls short in one thing is refused for that thing."""
    check(GOOD)
    with pytest.raises(PhotoRefusedError) as caught:
        check(replace(GOOD, **change))
    assert caught.value.refusal.reason is reason
    assert caught.value.refusal.detail


@pytest.mark.parametrize("person", photos.SITTERS)
def test_blur_is_measured_relative_to_the_face(analyser: Analyser, person: str) -> None:
    """Blur of 2 % of the face's width is refused at any size of the photo; of 0.5 % it is not."""
    for side in (600, 1000, 1600):
        photo = photos.selfie(person, side)
        [face] = analyser.detect(decode(photo))
        check(measure(decode(photos.blurred(photo, 0.005 * face.width)), face))
        with pytest.raises(PhotoRefusedError) as caught:
            check(measure(decode(photos.blurred(photo, 0.02 * face.width)), face))
        assert caught.value.refusal.reason is Reason.BLURRED


@pytest.mark.parametrize("person", photos.EVERYBODY)
def test_half_the_light_is_enough_for_every_skin(analyser: Analyser, person: str) -> None:
    """Photos in 60 % of the light pass for all ten people, the darkest skin included."""
    check(quality_of(photos.lit(photos.portrait(person), 0.6), analyser))


def test_yaw_tells_left_from_right(analyser: Analyser) -> None:
    """A mirrored photo has the opposite yaw and roll, and the same pitch."""
    image = decode(photos.selfie("P007"))
    mirrored = np.ascontiguousarray(image[:, ::-1])
    there, back = (pose(analyser.detect(one)[0].landmarks) for one in (image, mirrored))
    assert there[0] == pytest.approx(-back[0], abs=4)
    assert there[2] == pytest.approx(-back[2], abs=4)
    assert there[1] == pytest.approx(back[1], abs=4)


def test_sharpness_knows_no_contrast() -> None:
    """The same texture at half the contrast is as sharp; a flat picture has no sharpness and is no error."""
    texture = np.random.default_rng(1).random((90, 90)).astype(np.float32)
    texture *= 200
    assert sharpness(texture) == pytest.approx(sharpness((texture / 2).astype(np.float32)), rel=1e-3)
    assert sharpness(np.zeros((90, 90), np.float32)) == 0
    assert sharpness(np.zeros((1, 1), np.float32)) == 0


@pytest.mark.parametrize("age, refused", [(None, False), (17, True), (18, False)])
def test_whoever_looks_too_young_is_refused_where_ages_are_guessed(age: int | None, *, refused: bool) -> None:
    """Only below the operator's line, only where somebody guessed, and the guess itself is not told."""
    seen, needed = replace(GOOD, age=age), Thresholds(age=18)
    check(seen)
    if not refused:
        check(seen, needed)
        return
    with pytest.raises(PhotoRefusedError) as caught:
        check(seen, needed)
    assert caught.value.refusal.reason is Reason.TOO_YOUNG
    assert caught.value.refusal.detail == {"needed": 18}
