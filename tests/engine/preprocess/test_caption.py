"""What a training is told about a photo."""

import numpy as np
import pytest

from limner.engine.faces import Analyser
from limner.engine.preprocess import caption as captions
from limner.engine.preprocess.mask import head_mask
from limner.tests.fakes import photos
from limner.tests.fakes.crops import aligned


def caption_of(photo: bytes, analyser: Analyser) -> str:
    """Caption a photo's crop."""
    crop, landmarks, known = aligned(photo, analyser)
    return captions.caption(crop, landmarks, head_mask(crop, landmarks, known))


@pytest.mark.parametrize("person", photos.EVERYBODY)
@pytest.mark.parametrize(
    "sheet, word",
    [("neutral", "neutral"), ("determined", "neutral"), ("happy", "smiling"), ("shocked", "mouth open")],
)
def test_expressions_are_told_apart(analyser: Analyser, person: str, sheet: str, word: str) -> None:
    """For ten people the mouth says smiling, open or neutral, as the sheet's label does."""
    _, landmarks, _ = aligned(photos.expression(person, sheet), analyser)
    assert captions.expression(landmarks) == word


@pytest.mark.parametrize("person", ["P001", "P007", "P009", "P010"])
def test_dark_hair_is_seen(analyser: Analyser, person: str) -> None:
    """Black hair in a studio portrait is called dark."""
    assert caption_of(photos.portrait(person), analyser).endswith("dark hair")


def test_light_hair_is_seen_and_a_bald_head_has_none(analyser: Analyser) -> None:
    """Hair painted blond is called light; painted like the forehead it is not mentioned."""
    crop, landmarks, known = aligned(photos.portrait("P010"), analyser)
    mask = head_mask(crop, landmarks, known)
    brow = int(landmarks[17:27, 1].min())
    blond, bald = crop.copy(), crop.copy()
    blond[: brow - 15] = (230, 205, 150)
    forehead = crop[brow - 6 : brow, 54:74].reshape(-1, 3)
    bald[: brow - 15] = np.median(forehead, axis=0)
    assert captions.hair(blond, landmarks, mask) == "light hair"
    assert captions.hair(bald, landmarks, mask) == ""


@pytest.mark.parametrize("person", photos.SITTERS)
def test_captions_use_known_words_only(analyser: Analyser, person: str) -> None:
    """Every caption begins with the sitter and uses the listed words; none guesses sex, age or ethnicity."""
    for photo in photos.three_photos(person):
        words = caption_of(photo, analyser).split(", ")
        assert words[0] == "photo of sks person"
        assert set(words) <= set(captions.WORDS)
