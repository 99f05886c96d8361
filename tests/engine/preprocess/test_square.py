"""Pictures of a style are cut square, with their face in its place where they have one."""

import numpy as np

from limner.engine.faces import Analyser
from limner.engine.preprocess.align import anchors, template
from limner.engine.preprocess.decode import decode
from limner.engine.preprocess.square import square
from limner.tests.fakes import photos


def test_a_face_lies_on_the_template(analyser: Analyser) -> None:
    """Eyes and mouth are where every Face LoRA has learned them."""
    crop = square(decode(photos.portrait("P007")), analyser, 256)
    assert crop.shape == (256, 256, 3)
    assert np.abs(anchors(analyser.detect(crop)[0].landmarks + 0.5) - template(256)).max() < 6


def test_without_a_face_it_is_the_middle(analyser: Analyser) -> None:
    """A picture of something else is cut about its middle, higher or wider, and keeps its size."""
    stripes = np.zeros((40, 100, 3), np.uint8)
    stripes[:, 30:70] = 255
    for picture in (stripes, stripes.transpose(1, 0, 2)):
        crop = square(picture, analyser, 256)
        assert crop.shape == (40, 40, 3)
        assert crop.min() == 255


def test_a_small_face_is_not_blown_up(analyser: Analyser) -> None:
    """A face that would have to be enlarged to fill the square stays where it is in the picture."""
    picture = decode(photos.selfie("P007", 400))
    assert len(square(picture, analyser, 128)) == 128
    assert len(square(picture, analyser, 1024)) == min(picture.shape[:2])
