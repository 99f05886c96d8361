"""Training pictures: repeatable, of the right kind, and in words that the tokenizer knows."""

from pathlib import Path

import numpy as np
import pytest

from limner.engine.nano.augment import SIZE, Sample, draws
from limner.engine.nano.people import SourceFace, faces_of
from limner.engine.nano.stylise import STYLISE
from limner.engine.nano.words import build_tokenizer, vary


@pytest.fixture(scope="module")
def faces() -> list[SourceFace]:
    """Find the faces of two people, so that they can be mixed."""
    return [*faces_of("P001")[:6], *faces_of("P005")[:6]]


@pytest.fixture(scope="module")
def samples(faces: list[SourceFace]) -> list[Sample]:
    """Draw some pictures."""
    return list(draws(faces, 40, seed=3))


def test_pictures_are_nanos_size(samples: list[Sample]) -> None:
    """Every picture is (256, 256, 3) uint8 and not flat."""
    for sample in samples:
        assert sample.image.shape == (SIZE, SIZE, 3)
        assert sample.image.dtype == np.uint8
        assert sample.image.std() > 10


def test_the_same_seed_draws_the_same_pictures(faces: list[SourceFace], samples: list[Sample]) -> None:
    """Two runs with one seed give the same pictures and captions."""
    for again, sample in zip(draws(faces, 5, seed=3), samples, strict=False):
        np.testing.assert_array_equal(again.image, sample.image)
        assert again.caption == sample.caption


def test_captions_are_whole_words(samples: list[Sample], tmp_path: Path) -> None:
    """Every word of every caption, in either wording, is one token."""
    tokenizer = build_tokenizer(tmp_path)
    rng = np.random.default_rng(0)
    for sample in samples:
        words = vary(sample.caption, rng).replace(",", " ,").split()
        assert len(tokenizer(sample.caption and " ".join(words)).input_ids) == len(words) + 2


def test_some_captions_are_empty_and_some_name_a_style(samples: list[Sample]) -> None:
    """Guidance needs the empty caption, Style LoRAs need the style words."""
    captions = [sample.caption for sample in samples]
    assert "" in captions
    assert any(not caption.startswith("photo") for caption in captions if caption)


@pytest.mark.parametrize("style", sorted(STYLISE))
def test_a_style_changes_the_picture_and_stays_in_range(style: str, faces: list[SourceFace]) -> None:
    """Each procedural style returns values in [0, 1] that differ from the photo, and the same for the same seed."""
    photo = faces[0].image[::2, ::2].astype(np.float32) / 255
    made = STYLISE[style][1](photo, np.random.default_rng(1))
    assert made.shape == photo.shape
    assert 0 <= made.min() < made.max() <= 1
    assert np.abs(made - photo).mean() > 0.03
    np.testing.assert_array_equal(made, STYLISE[style][1](photo, np.random.default_rng(1)))


@pytest.mark.parametrize("style", sorted(STYLISE))
def test_a_style_looks_the_same_at_every_size(style: str, faces: list[SourceFace]) -> None:
    """A face stylised at 240 px and then halved is nearer to the one stylised at 120 px than the photo is."""
    large = faces[0].image[::2, ::2].astype(np.float32) / 255
    made = STYLISE[style][1](large, np.random.default_rng(1))
    small, halved = (picture.reshape(120, 2, 120, 2, 3).mean((1, 3)) for picture in (large, made))
    wanted = STYLISE[style][1](small.astype(np.float32), np.random.default_rng(1))
    assert np.abs(halved - wanted).mean() < 0.5 * np.abs(small - wanted).mean()
