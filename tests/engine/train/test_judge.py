"""The judge looks at faces that the training has not seen."""

import numpy as np
import pytest

from limner.engine.faces import Detection, EmbeddingSpace
from limner.engine.figures import changed
from limner.engine.fuse.adapters import Fusion
from limner.engine.likeness import embed_largest, likeness, most_typical
from limner.engine.models.base import BaseModel
from limner.engine.train.judge import Judge, hold_out
from limner.engine.train.recipe import FaceRecipe
from limner.tests.fakes.base import QUICK_RECIPE, SPACE, ColourAnalyser, make_faces


def _judged(base: BaseModel, analyser: ColourAnalyser, known: np.ndarray) -> float:
    judge = Judge(analyser, (known,), "photo of sks person", changed(FaceRecipe(), QUICK_RECIPE))
    return judge(Fusion(base))


class BlindAnalyser(ColourAnalyser):
    """Finds nobody."""

    def detect(self, image: np.ndarray) -> list[Detection]:
        """Find no face in any picture."""
        return []


def test_most_typical_of_three_is_held_out() -> None:
    """The face nearest to the others is kept for judging, and not learned until the weights are chosen."""
    faces = make_faces(3)
    learned, judged = hold_out(faces)
    assert judged == [faces[most_typical([face.embedding for face in faces])]]
    assert len(learned) == 2
    assert judged[0] not in learned


@pytest.mark.parametrize("count", [1, 2])
def test_with_fewer_all_are_learned_and_judged_by(count: int) -> None:
    """One or two faces are too few to give one away."""
    faces = make_faces(count)
    assert hold_out(faces) == (faces, faces)


def test_most_typical_is_the_middle() -> None:
    """The middle one of three in a row is the most typical."""
    row = [np.full(128, value, np.float32) for value in (0.0, 1.0, 0.4)]
    assert most_typical(row) == 2


def test_judgement_is_repeatable(tiny_base: BaseModel) -> None:
    """The same weights are judged the same: the noise is always the same."""
    first, again = (_judged(tiny_base, ColourAnalyser(), make_faces(1)[0].embedding) for _ in range(2))
    assert first == again
    assert 0 < first < 1


def test_no_face_is_no_likeness(tiny_base: BaseModel) -> None:
    """A portrait without a face counts as a distance of 1."""
    assert _judged(tiny_base, BlindAnalyser(), make_faces(1)[0].embedding) == 0.0


def test_likeness_is_one_minus_the_distance() -> None:
    """The same embedding is 1, the mean distance is taken off, and it never goes below 0."""
    here = np.zeros(128, np.float32)
    there = here.copy()
    there[0] = 0.6
    assert likeness(here, [here], SPACE) == 1.0
    assert likeness(here, [here, there], SPACE) == pytest.approx(0.7)
    assert likeness(here, [here + 1], SPACE) == 0.0
    assert likeness(None, [here], SPACE) == 0.0


def test_the_line_is_the_same_with_every_analyser() -> None:
    """Two faces as far apart as an analyser's line have a likeness of 0.4, whatever that line is."""
    here = np.zeros(512, np.float32)
    there = here.copy()
    there[0] = 1.2
    wide = EmbeddingSpace(width=512, same_person=1.2, same_photo=0.2, unit=True)
    assert likeness(here, [there], wide) == pytest.approx(0.4)


def test_small_pictures_are_enlarged_first() -> None:
    """The analyser sees at least 256 px, for its detector finds no smaller faces."""
    seen = []

    class Watching(ColourAnalyser):
        def detect(self, image: np.ndarray) -> list[Detection]:
            seen.append(image.shape)
            return super().detect(image)

    for side in (64, 300):
        embed_largest(np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8), Watching())
    assert seen == [(256, 256, 3), (300, 300, 3)]
