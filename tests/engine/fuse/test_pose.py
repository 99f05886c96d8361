"""A pose: dots where the landmarks are, the face where portraits have it, and what is refused."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from limner.engine.errors import BadAspectError, PoseError
from limner.engine.faces import Pixels
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.pose import face_dots, placed, read_pose
from limner.engine.fuse.reference import Reference
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.controlnet import Pose
from limner.engine.models.running import Running
from limner.engine.preprocess.align import anchors, template
from limner.engine.styles import Style
from limner.tests.fakes.analyser import PaperAnalyser, paper_photo
from limner.tests.fakes.base import QUICK_RENDER, ColourAnalyser, make_faces
from limner.tests.fakes.bases import write_sdxl
from limner.tests.fakes.controlnet import write_controlnet

LARGE, SMALL = (1, 30, 200, 150), (2, 250, 40, 60)
LANDMARKS = PaperAnalyser().detect(paper_photo(LARGE))[0].landmarks
PHOTO = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0)


@pytest.fixture(name="base", scope="module")
def _base(tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    folder = tmp_path_factory.mktemp("pose")
    directory = write_sdxl(folder / "tiny")
    return load_base(directory, Running(controlnet=write_controlnet(directory, folder / "net")))


def _png(picture: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def _pose(base: BaseModel, *faces: tuple[int, int, int, int], aspect: str = "1:1") -> Pose:
    return read_pose(base, _png(paper_photo(*faces)), PaperAnalyser(), aspect)


def _seen(pose: Pose) -> np.ndarray:
    return (pose.condition[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)


def test_dots_lie_where_the_points_are() -> None:
    """Each point is the middle of one round white dot of OpenPose's size, and all else is black."""
    picture = face_dots(np.array([[100.5, 200.5], [400.5, 60.5]], np.float32), 512, 512)
    for x, y in ((100, 200), (400, 60)):
        rows, columns = np.nonzero(picture[y - 9 : y + 10, x - 9 : x + 10, 0])
        assert (rows.mean(), columns.mean()) == (9, 9)
        assert (rows.min(), rows.max()) == (columns.min(), columns.max()) == (6, 12)
        picture[y - 9 : y + 10, x - 9 : x + 10] = 0
    assert not picture.any()


def test_dots_keep_their_share_of_the_picture() -> None:
    """A picture of twice the size has dots of twice the size; in the smallest a dot is still to be seen."""
    point = np.array([[0.5, 0.5]], np.float32)
    areas = [int(face_dots(point * side + 0.5, side, side)[..., 0].astype(bool).sum()) for side in (512, 1024)]
    assert areas[1] == pytest.approx(4 * areas[0], rel=0.1)
    assert face_dots(point * 8, 8, 8).any()


def test_what_lies_outside_is_left_out() -> None:
    """A landmark beyond the edge does no harm."""
    assert not face_dots(np.array([[-40, 10], [10, 900]], np.float32), 64, 64).any()


@pytest.mark.parametrize("height, width", [(512, 512), (592, 440), (384, 680)])
def test_the_face_lies_where_portraits_have_it(height: int, width: int) -> None:
    """Eyes and mouth are those of the canonical crop, in the middle of the width and at the top of the picture."""
    side = min(height, width)
    found = anchors(placed(LANDMARKS, height, width))
    wanted = template(side) + np.array([(width - side) / 2, 0])
    assert found.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=0.01)
    assert np.abs(found - wanted).max() < 0.05 * side  # a paper face is no canonical one


def test_size_and_place_of_the_face_do_not_matter() -> None:
    """The same face, smaller and elsewhere in its picture, is the same pose."""
    moved = LANDMARKS * 0.3 + np.array([700, 20], np.float32)
    assert placed(moved, 64, 64) == pytest.approx(placed(LANDMARKS, 64, 64), abs=1e-3)


def test_a_leaning_head_leans() -> None:
    """A face is not set upright: how it leans is what the pose says."""
    turn = np.radians(25)
    turned = LANDMARKS @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)
    left, right, _ = anchors(placed(turned, 512, 512))
    assert np.degrees(np.arctan2(*(right - left)[::-1])) == pytest.approx(25, abs=0.1)


def test_the_condition_is_the_portraits_size(base: BaseModel) -> None:
    """It is as large as the portrait, in [0, 1], and has its dots where the landmarks of the face are laid."""
    for aspect, (height, width) in {"1:1": (64, 64), "16:9": (48, 80)}.items():
        pose = _pose(base, LARGE, aspect=aspect)
        assert pose.condition.shape == (1, 3, height, width)
        assert set(pose.condition.unique().tolist()) == {0.0, 1.0}
    assert np.array_equal(_seen(_pose(base, LARGE)), face_dots(placed(LANDMARKS, 64, 64), 64, 64))


def test_the_largest_face_counts(base: BaseModel) -> None:
    """Of several faces the largest one's pose is taken."""
    assert np.array_equal(_seen(_pose(base, SMALL, LARGE)), _seen(_pose(base, LARGE)))


def test_what_cannot_be_used_is_told(base: BaseModel, epsilon_base: BaseModel) -> None:
    """No picture, no face, no ControlNet and an aspect that is none are each told in one sentence."""
    with pytest.raises(PoseError, match=r"^There is no face in the picture of the pose: take one of [^.]+\.$"):
        _pose(base)
    with pytest.raises(PoseError, match=r"^The pose cannot be used \(not an image\): take [^.]+\.$"):
        read_pose(base, b"no picture", PaperAnalyser(), "1:1")
    with pytest.raises(PoseError, match=r"set LIMNER_CONTROLNET"):
        _pose(epsilon_base, LARGE)
    with pytest.raises(BadAspectError):
        _pose(base, LARGE, aspect="2:1")


def _render(base: BaseModel, style: Style, pose: Pose | None, aspect: str = "1:1") -> list[bytes]:
    said = {"count": 2, "candidates": 2, "aspect": aspect, "seed": 5}
    made = render(base, None, style, Reference.of(make_faces(3)), ColourAnalyser(), pose=pose, **said)  # type: ignore[arg-type]  # of many types
    return [one.png for one in made]


def test_portraits_take_the_pose(base: BaseModel) -> None:
    """With a pose a portrait is another one; the same pose gives the same; none leaves it as it was."""
    plain, posed = _render(base, PHOTO, None), _render(base, PHOTO, _pose(base, LARGE))
    assert plain != posed
    assert _render(base, PHOTO, _pose(base, LARGE)) == posed
    assert _render(replace(base, controlnet=None), PHOTO, None) == plain


def test_a_pose_is_drawn_from_noise(base: BaseModel) -> None:
    """A style that begins at the sitter's photo would keep that photo's pose, so it does not with a pose."""
    pose = _pose(base, LARGE)
    assert _render(base, replace(PHOTO, start_strength=0.3), pose) == _render(base, PHOTO, pose)


def test_a_wide_portrait_takes_a_pose(base: BaseModel) -> None:
    """The condition fits portraits that are not square, too."""
    posed = _render(base, PHOTO, _pose(base, LARGE, aspect="16:9"), "16:9")
    assert posed != _render(base, PHOTO, None, "16:9")


def test_both_sides_of_guidance_see_the_pose(base: BaseModel) -> None:
    """The ControlNet is asked twice a step: for the style's words and for those that guidance leads away from."""
    pose, seen = _pose(base, LARGE), []

    def asked(latents: torch.Tensor, timesteps: torch.Tensor, *said: object, **more: object) -> object:
        seen.append(int(timesteps[0]))
        return pose.net(latents, timesteps, *said, **more)

    assert _render(base, PHOTO, replace(pose, net=asked)) == _render(base, PHOTO, pose)
    assert len(seen) == 2 * QUICK_RENDER["steps"]
    assert seen[::2] == seen[1::2]
