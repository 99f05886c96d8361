"""`limner portrait --pose` with the whole engine over a small SDXL and a small ControlNet."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from limner.deploy.cli import main
from limner.deploy.demo import demonstration_photos
from limner.tests.fakes.bases import write_sdxl
from limner.tests.fakes.controlnet import write_controlnet
from limner.tests.fakes.photos import expression, scenery, selfie

# The libraries' own, at import and while saving.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a base, a ControlNet for it, and pictures to take a pose of."""
    place = tmp_path_factory.mktemp("pose")
    write_controlnet(write_sdxl(place / "tiny-xl"), place / "net")
    (place / "pose.jpg").write_bytes(selfie("P009"))
    (place / "other.jpg").write_bytes(expression("P008", "happy"))
    (place / "wall.jpg").write_bytes(scenery())
    return place


@pytest.fixture(name="photos", scope="module")
def _photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return demonstration_photos(tmp_path_factory.mktemp("demo"))


def portrait(base: Path | str, out: Path, photos: list[Path], *more: str, net: Path | None = None) -> Result:
    """Run `limner portrait` for one portrait."""
    words = ("portrait", *map(str, photos), "--base", str(base), "--out", str(out), "--count", "1", "--style", "photo")
    return CliRunner().invoke(main, (*words, *more), env={"LIMNER_CONTROLNET": None if net is None else str(net)})


def test_a_pose_shows_in_the_portraits(place: Path, photos: list[Path], tmp_path: Path) -> None:
    """Two poses give two portraits; a ControlNet that is set changes nothing where no pose is asked for."""
    asked = {
        "plain": ([], None),
        "unused": ([], place / "net"),
        "pose": (["--pose", str(place / "pose.jpg")], place / "net"),
        "other": (["--pose", str(place / "other.jpg")], place / "net"),
    }
    made = {}
    for name, (words, net) in asked.items():
        result = portrait(place / "tiny-xl", tmp_path / name, photos, *words, net=net)
        assert result.exit_code == 0, result.output
        with Image.open(tmp_path / name / "photo-01.png") as picture:
            made[name] = picture.tobytes()
    assert made["plain"] == made["unused"]
    assert len(set(made.values())) == 3


@pytest.mark.parametrize(
    "base, pose, net, sentence",
    [
        (
            "tiny-xl",
            "pose.jpg",
            None,
            "A pose needs a ControlNet: set LIMNER_CONTROLNET to the folder of one for SDXL.",
        ),
        ("tiny-xl", "pose.jpg", "tiny-xl", "it has no config.json that can be read; set LIMNER_CONTROLNET"),
        ("tiny-xl", "wall.jpg", "net", "There is no face in the picture of the pose: take one of somebody"),
        ("nano", "pose.jpg", "net", "nano takes no pose: name a Stable Diffusion 1.5 or SDXL with --base"),
        ("nano", "pose.jpg", None, "nano takes no pose: name a Stable Diffusion 1.5 or SDXL with --base"),
    ],
)
def test_a_pose_is_judged_before_training(
    place: Path, photos: list[Path], tmp_path: Path, base: str, pose: str, net: str | None, sentence: str
) -> None:
    """What a pose cannot be drawn with ends with code 2 and one sentence that says what to do; nothing was learned."""
    named = base if base == "nano" else place / base
    chosen = None if net is None else place / net
    result = portrait(named, tmp_path / "out", photos, "--pose", str(place / pose), net=chosen)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_template_has_its_own_poses(place: Path, photos: list[Path], tmp_path: Path) -> None:
    """A pose and a template together end with code 2 before anything is loaded."""
    picture = str(place / "pose.jpg")
    result = portrait(place / "tiny-xl", tmp_path / "out", photos, "--pose", picture, "--template", picture)
    assert result.exit_code == 2
    assert "leave out one of --pose and --template" in result.stderr
    assert not (tmp_path / "out").exists()
