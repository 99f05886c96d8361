"""What every analyser does: dlib's, InsightFace's and the one for paper faces pass the same tests.

InsightFace's own code runs here, with small networks in place of its packs (`limner.tests.fakes.insight`).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import pytest

from limner.engine.faces import Analyser, Pixels, distance
from limner.engine.preprocess.decode import decode
from limner.tests.fakes import photos
from limner.tests.fakes.analyser import PaperAnalyser, dlib_analyser, paper_photo


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """An analyser and photos that mean something to it."""

    analyser: Analyser
    somebody: Pixels
    somebody_again: Pixels
    somebody_else: Pixels
    two_people: Pixels
    nobody: Pixels


def _paper() -> World:
    return World(
        PaperAnalyser(),
        somebody=paper_photo((1, 100, 50, 150)),
        somebody_again=paper_photo((1, 20, 90, 200)),
        somebody_else=paper_photo((2, 100, 50, 150)),
        two_people=paper_photo((1, 20, 20, 80), (2, 200, 200, 150)),
        nobody=paper_photo(),
    )


def _dlib() -> World:
    both = photos.side_by_side([photos.selfie("P007"), photos.portrait("P010")], [500, 900])
    return World(
        dlib_analyser(),
        somebody=decode(photos.selfie("P007")),
        somebody_again=decode(photos.portrait("P007")),
        somebody_else=decode(photos.selfie("P010")),
        two_people=decode(both),
        nobody=decode(photos.scenery()),
    )


def _insightface() -> World:
    pytest.importorskip("cv2", reason="OpenCV, which InsightFace needs, cannot be loaded here", exc_type=ImportError)
    from limner.tests.fakes.insight import MAN, WOMAN, red_analyser, red_photo

    return World(
        red_analyser(),
        somebody=red_photo((WOMAN, 100, 50, 150)),
        somebody_again=red_photo((WOMAN, 40, 90, 200)),
        somebody_else=red_photo((MAN, 100, 50, 150)),
        two_people=red_photo((WOMAN, 20, 20, 80), (MAN, 200, 200, 150)),
        nobody=red_photo(),
    )


@pytest.fixture(params=[_dlib, _insightface, _paper], ids=["dlib", "insightface", "paper"])
def world(request: pytest.FixtureRequest) -> World:
    """Return one analyser with its photos."""
    make: Callable[[], World] = request.param
    return make()


def test_one_face_is_found_in_the_photos_own_pixels(world: World) -> None:
    """Box and landmarks lie in the photo, in its pixels, the right way up and with the left eye on the left."""
    [found] = world.analyser.detect(world.somebody)
    height, width = world.somebody.shape[:2]
    assert 0 <= found.box[0] < found.box[2] <= width
    assert 0 <= found.box[1] < found.box[3] <= height
    assert found.landmarks.shape == (68, 2)
    assert found.landmarks.dtype == np.float32
    left_eye, right_eye, mouth = (found.landmarks[part].mean(0) for part in (np.s_[36:42], np.s_[42:48], np.s_[48:68]))
    assert left_eye[0] < right_eye[0]
    assert mouth[1] > max(left_eye[1], right_eye[1])
    assert found.box[0] < mouth[0] < found.box[2]


def test_faces_come_largest_first(world: World) -> None:
    """Of two people the larger face comes first."""
    first, second = world.analyser.detect(world.two_people)
    assert first.area > second.area


def test_nobody_is_an_empty_list(world: World) -> None:
    """A photo without people is no error, and neither is a photo of one pixel or a strip."""
    assert world.analyser.detect(world.nobody) == []
    for shape in ((1, 1, 3), (3, 2000, 3), (2000, 3, 3)):
        assert world.analyser.detect(np.zeros(shape, np.uint8)) == []


def test_people_are_told_apart(world: World) -> None:
    """Two photos of one person are nearer than the analyser's line, two people are not, and no photo is another."""
    space = world.analyser.space
    one, again, other = (
        world.analyser.embed(photo, world.analyser.detect(photo)[0])
        for photo in (world.somebody, world.somebody_again, world.somebody_else)
    )
    assert one.shape == (space.width,)
    assert one.dtype == np.float32
    assert distance(one, again) < space.same_person < distance(one, other)
    assert 0 < space.same_photo < space.same_person
    assert not space.unit or np.linalg.norm(one) == pytest.approx(1.0, abs=1e-5)


def test_what_is_not_measured_is_none(world: World) -> None:
    """Pose, age and sex are in their ranges where an analyser gives them; no other trait of a person is there."""
    [found] = world.analyser.detect(world.somebody)
    assert found.pose is None or all(abs(angle) <= 180 for angle in found.pose)
    assert found.age is None or 0 <= found.age < 120
    assert found.sex in {None, "woman", "man"}
    assert {field.name for field in fields(found)} == {
        *("box", "landmarks", "confidence", "keypoints"),
        *("pose", "age", "sex"),
    }


def test_the_same_photo_gives_the_same_answer(world: World) -> None:
    """Detection and embedding are deterministic, leave the photo as it was, and take any memory layout."""
    before = world.somebody.copy()
    views = [world.somebody, np.asfortranarray(world.somebody)]
    found = [world.analyser.detect(view)[0] for view in views]
    assert found[0].box == found[1].box
    assert (found[0].landmarks == found[1].landmarks).all()
    embeddings = [world.analyser.embed(view, detection) for view, detection in zip(views, found, strict=True)]
    assert (embeddings[0] == embeddings[1]).all()
    assert (world.somebody == before).all()
