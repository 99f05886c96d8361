"""InsightFace's analyser over small networks of our own: what its answers become here."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.engine.errors import MissingModelsError
from limner.engine.faces import Detection, Pixels
from limner.engine.preprocess.pipeline import Prepared, examine, prepare
from limner.engine.preprocess.pose import pose
from limner.engine.refusal import Reason
from limner.tests.fakes import photos

pytest.importorskip("cv2", reason="OpenCV, which InsightFace needs, cannot be loaded here", exc_type=ImportError)

from insightface.app import FaceAnalysis

from limner.engine.preprocess.insight import InsightFaceAnalyser, providers
from limner.tests.fakes.insight import MAN, WOMAN, red_analyser, red_photo, save_pack

CLASSES = ("woman", "man")


def rotation(axis: int, degrees: float) -> np.ndarray:
    """Return the (3, 3) rotation about x, y or z, from the next axis to the one after it."""
    turn, (first, second) = np.eye(3), ((axis + 1) % 3, (axis + 2) % 3)
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn[[first, first, second, second], [first, second, first, second]] = cosine, -sine, sine, cosine
    return turn


def file_of(photo: Pixels) -> bytes:
    """Return a photo as a file that loses nothing."""
    return photos.encoded(Image.fromarray(photo), "PNG")


def red_set(analyser: InsightFaceAnalyser, *people: int, classes: tuple[str, ...] = CLASSES) -> Prepared:
    """Prepare a set of red photos, one a person."""
    files = [file_of(red_photo((person, 60 + 20 * n, 60, 200 + 10 * n))) for n, person in enumerate(people)]
    return prepare(files, analyser, classes=classes)


class Wavering(InsightFaceAnalyser):
    """Takes every second photo for a man's."""

    def detect(self, image: Pixels) -> list[Detection]:
        """Find faces, and change its mind."""
        self.looks = getattr(self, "looks", 0) + 1
        return [replace(one, sex=("woman", "man")[self.looks % 2]) for one in super().detect(image)]


def test_it_finds_what_insightface_finds(tmp_path: Path) -> None:
    """Box, points, age, sex and embedding are those that the library's own FaceAnalysis gives for the photo."""
    photo = red_photo((WOMAN, 20, 20, 80), (MAN, 200, 200, 150))
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # scikit-image's, about the library
        library = FaceAnalysis(str(save_pack(tmp_path)), providers=["CPUExecutionProvider"])
        library.prepare()
        theirs = sorted(library.get(np.ascontiguousarray(photo[..., ::-1])), key=lambda face: -face.bbox[2])
    ours = red_analyser().detect(photo)
    assert len(ours) == len(theirs) == 2
    for one, other in zip(ours, theirs, strict=True):
        assert one.box == pytest.approx(other.bbox, abs=0.5)
        assert one.landmarks == pytest.approx(other.landmark_3d_68[:, :2])
        assert one.keypoints == pytest.approx(other.kps)
        assert (one.age, one.sex) == (other.age, {"F": "woman", "M": "man"}[other.sex])
        assert red_analyser().embed(photo, one) == pytest.approx(other.normed_embedding, abs=1e-6)


@pytest.mark.parametrize("axis, place", [(0, 1), (1, 0), (2, 2)], ids=["pitch", "yaw", "roll"])
def test_a_turned_head_is_turned_the_same_way_as_by_landmarks(tmp_path: Path, axis: int, place: int) -> None:
    """The model's angles have the signs of ours: turning the head by 20 degrees moves both alike."""
    photo = red_photo((WOMAN, 100, 100, 200))
    [straight] = red_analyser().detect(photo)
    [turned] = InsightFaceAnalyser(save_pack(tmp_path, turned=rotation(axis, 20))).detect(photo)
    assert straight.pose is not None
    assert turned.pose is not None
    assert straight.pose == pytest.approx((0, 0, 0), abs=0.1)
    moved = np.array(pose(turned.landmarks)) - np.array(pose(straight.landmarks))
    assert abs(turned.pose[place]) == pytest.approx(20, abs=0.1)
    assert turned.pose[place] * moved[place] > 200


def test_the_models_pose_and_age_are_the_qualitys(tmp_path: Path) -> None:
    """Where the analyser measures pose and age, they stand in the quality, and a head turned away is refused."""
    examined = examine(file_of(red_photo((WOMAN, 100, 100, 200))), red_analyser())
    assert examined.refusal is None
    assert examined.quality is not None
    assert (examined.quality.yaw, examined.quality.age) == (0.0, 34)
    away = InsightFaceAnalyser(save_pack(tmp_path, turned=rotation(1, 50)))
    refused = examine(file_of(red_photo((WOMAN, 100, 100, 200))), away).refusal
    assert refused is not None
    assert refused.reason is Reason.TURNED_AWAY


def test_a_set_goes_all_the_way() -> None:
    """Three photos of one person become three faces that go by one word; another person among them is refused."""
    prepared = red_set(red_analyser(), WOMAN, WOMAN, MAN, WOMAN)
    assert [refusal and refusal.reason for refusal in prepared.refusals] == [None, None, Reason.ANOTHER_PERSON, None]
    assert {face.caption.partition(",")[0] for face in prepared.faces} == {"photo of sks woman"}
    assert all(face.embedding.shape == (512,) for face in prepared.faces)


def test_a_word_that_the_base_does_not_know_is_not_used() -> None:
    """A base model that knows neither woman nor man hears of a person."""
    prepared = red_set(red_analyser(), MAN, MAN, MAN, classes=())
    assert len(prepared.faces) == 3
    assert {face.caption.partition(",")[0] for face in prepared.faces} == {"photo of sks person"}


def test_the_young_are_persons(tmp_path: Path) -> None:
    """Whoever looks younger than eighteen is called neither woman nor man."""
    prepared = red_set(InsightFaceAnalyser(save_pack(tmp_path, age=15)), WOMAN, WOMAN, WOMAN)
    assert [face.quality.age for face in prepared.faces] == [15, 15, 15]
    assert {face.caption.partition(",")[0] for face in prepared.faces} == {"photo of sks person"}


def test_a_broken_file_is_named_with_its_folder(tmp_path: Path) -> None:
    """A file that broke off while it was copied is told with its folder and what to do, not as a library's error."""
    pack = save_pack(tmp_path)
    (pack / "w600k_r50.onnx").write_bytes((pack / "w600k_r50.onnx").read_bytes()[:100])
    with pytest.raises(MissingModelsError, match="copy its files anew"):
        InsightFaceAnalyser(pack).detect(red_photo())


def test_a_file_under_a_wrong_name_is_missed(tmp_path: Path) -> None:
    """Two files of one kind leave another kind out, which is told as soon as the pack is loaded."""
    pack = save_pack(tmp_path)
    (pack / "genderage.onnx").write_bytes((pack / "1k3d68.onnx").read_bytes())
    with pytest.raises(MissingModelsError, match="copy its files anew"):
        InsightFaceAnalyser(pack).detect(red_photo())


def test_photos_that_do_not_agree_are_of_a_person(tmp_path: Path) -> None:
    """Where one photo looks like a woman's and the next like a man's, no caption of the set says either."""
    prepared = red_set(Wavering(save_pack(tmp_path)), WOMAN, WOMAN, WOMAN)
    assert len(prepared.faces) == 3
    assert {face.caption.partition(",")[0] for face in prepared.faces} == {"photo of sks person"}


@pytest.mark.parametrize(
    "device, there, expected",
    [
        ("cpu", ["CUDAExecutionProvider", "CPUExecutionProvider"], ["CPUExecutionProvider"]),
        ("cuda", ["CPUExecutionProvider"], ["CPUExecutionProvider"]),
        (
            "cuda:1",
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
        ),
    ],
)
def test_cuda_is_used_where_it_is_wanted_and_there(device: str, there: list[str], expected: list[str]) -> None:
    """ONNX Runtime is given CUDA only on a GPU and only when its build has it, and the processor always."""
    assert providers(device, there) == expected
