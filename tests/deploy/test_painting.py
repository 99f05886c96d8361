"""`limner portrait` with the whole engine over a tiny base model: real faces, real training, meaningless pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from limner.deploy import painting
from limner.deploy.cli import main
from limner.deploy.demo import demonstration_photos
from limner.engine.faces import Detection, Pixels
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.tests.fakes.analyser import FaceInTheMiddle
from limner.tests.fakes.base import save_tiny_base
from limner.tests.fakes.certificates import YEAR, make_authority, make_credentials, read_manifest
from limner.tests.fakes.photos import selfie, side_by_side, three_photos

# The libraries' own, at import and while saving.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a base model of a few thousand random weights."""
    return save_tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return three good photos of one sitter."""
    return demonstration_photos(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """Return a photo of a wall."""
    path = tmp_path / "wall.png"
    Image.new("RGB", (640, 640), "tan").save(path)
    return path


def portrait(base: Path, out: Path, photos: list[Path], *more: str) -> Result:
    """Run `limner portrait` with two portraits a style."""
    words = ("portrait", *map(str, photos), "--base", str(base), "--out", str(out), "--count", "2", *more)
    return CliRunner().invoke(main, words)


def test_one_training_serves_every_style(tiny: Path, photos: list[Path], wall: Path, tmp_path: Path) -> None:
    """Two styles make two rows of portraits from one training; a photo without a face is named, the rest lives on."""
    result = portrait(tiny, tmp_path / "out", [*photos, wall], "--style", "comic", "--style", "oil")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert [one["file"] for one in report["portraits"]] == ["comic-01.png", "comic-02.png", "oil-01.png", "oil-02.png"]
    assert [one["style"] for one in report["portraits"]] == ["comic", "comic", "oil", "oil"]
    assert set(report["seconds"]) == {"prepare", "train", "render comic", "render oil"}
    assert [(one["photo"], one["reason"]) for one in report["refusals"]] == [(str(wall), "no_face")]
    assert "wall.png was not used: I found no face here" in result.stderr
    assert (tmp_path / "out/likeness.png").stat().st_size
    assert not (tmp_path / "out/training.checkpoint").exists()


def test_the_same_seed_gives_the_same_portraits(tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    """Two runs with one seed write the same bytes, another seed writes others."""
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        assert portrait(tiny, tmp_path / name, photos, "--style", "comic", "--seed", seed).exit_code == 0
    first, same, other = ((tmp_path / name / "comic-01.png").read_bytes() for name in "abc")
    assert first == same
    assert first != other


def test_portraits_are_signed_where_a_certificate_is_set(
    tiny: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a good chain every portrait's signature holds; with an expired one nothing is learned or written."""
    authority = make_authority()
    good, late = (make_credentials(tmp_path / str(n), authority, expires=n * YEAR / 2) for n in (1, -1))
    results = []
    for name, credentials in (("good", good), ("late", late)):
        monkeypatch.setenv("LIMNER_C2PA_CERTIFICATE", str(credentials.certificate))
        monkeypatch.setenv("LIMNER_C2PA_KEY", str(credentials.key))
        results.append(portrait(tiny, tmp_path / name, photos, "--style", "comic"))
    assert [result.exit_code for result in results] == [0, 2]
    assert "not valid at time of signing" in results[1].stderr
    assert not list((tmp_path / "late").iterdir())
    files = sorted((tmp_path / "good").glob("comic-*.png"))
    assert len(files) == 2
    assert {read_manifest(file.read_bytes(), authority)[0] for file in files} == {"Trusted"}


def test_too_few_good_photos_end_with_every_reason(tiny: Path, photos: list[Path], wall: Path, tmp_path: Path) -> None:
    """With fewer than three good photos nothing is painted; every photo that was refused is named with its words."""
    result = portrait(tiny, tmp_path / "out", [*photos[:2], wall], "--style", "comic")
    assert result.exit_code == 2
    assert "Only 2 of the photos" in result.stderr
    assert "wall.png: I found no face here" in result.stderr
    assert not (tmp_path / "out/report.json").exists()


@pytest.fixture
def couple(tmp_path: Path) -> Path:
    """Return a picture of two people, 400 px high."""
    path = tmp_path / "couple.png"
    path.write_bytes(side_by_side([selfie("P009"), selfie("P010")], [400, 400]))
    return path


def test_two_sitters_in_a_template(tiny: Path, photos: list[Path], couple: Path, tmp_path: Path) -> None:
    """The photos of one, a folder of the other, and a picture of two: pictures of its size, both faces repainted."""
    friend = tmp_path / "friend"
    friend.mkdir()
    for number, photo in enumerate(three_photos("P008")):
        (friend / f"{number}.jpg").write_bytes(photo)
    result = portrait(
        tiny, tmp_path / "out", photos, "--style", "photo", "--template", str(couple), "--sitter", str(friend)
    )
    assert result.exit_code == 0, result.output
    with Image.open(couple) as before, Image.open(tmp_path / "out/photo-01.png") as after:
        changed = np.asarray(before.convert("RGB")) != np.asarray(after)
    assert changed[:, : changed.shape[1] // 2].any()
    assert changed[:, changed.shape[1] // 2 :].any()
    assert not changed[-1].any()
    assert sorted(one.name for one in (tmp_path / "out").glob("*.checkpoint")) == []


def test_a_template_is_judged_before_training(tiny: Path, photos: list[Path], couple: Path, tmp_path: Path) -> None:
    """Two faces for one sitter end with code 2 and what to do, and nothing was learned."""
    result = portrait(tiny, tmp_path / "out", photos, "--style", "photo", "--template", str(couple))
    assert result.exit_code == 2
    assert "2 faces for 1 sitter: name the face" in result.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_upright_portraits(tiny: Path, photos: list[Path], tmp_path: Path) -> None:
    """Portraits of three to four are higher than wide, and the contact sheet takes them."""
    result = portrait(tiny, tmp_path / "out", photos, "--style", "photo", "--aspect", "3:4")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "out/photo-01.png") as picture:
        assert picture.height > picture.width
    assert (tmp_path / "out/contact-sheet.png").stat().st_size


def test_before_a_colour(tiny: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The colour that was named stands behind the sitter; nano's stand-in draws no faces, so one is found for it."""
    monkeypatch.setattr(painting, "make_analyser", lambda *_words, **_options: _SeesFaces())
    result = portrait(tiny, tmp_path / "out", photos, "--style", "photo", "--background", "navy")
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "out/photo-01.png") as picture:
        assert picture.getpixel((0, 0)) == (0, 0, 128)


class _SeesFaces(DlibAnalyser):
    """Find the faces that dlib finds, and one in the middle where it finds none."""

    def detect(self, image: Pixels) -> list[Detection]:
        return super().detect(image) or FaceInTheMiddle().detect(image)


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--face", "1"], "--sitter and --face are for a template"),
        (["--aspect", "2:1"], "'2:1' is not one of"),
        (["--template", "gone.png"], "gone.png"),
        (["--background", "navvy"], "'navvy' is neither a file nor a colour: name a picture"),
        (["--background", "#12"], "'#12' is neither a file nor a colour"),
        (["--background", __file__], "cannot be used (not an image): name one picture"),
        (["--background", "navy", "--template", __file__], "A template brings its own background"),
    ],
)
def test_options_that_make_no_sense_together(
    tiny: Path, photos: list[Path], tmp_path: Path, words: list[str], sentence: str
) -> None:
    """What cannot be meant ends with code 2 and a sentence, before anything is loaded."""
    result = portrait(tiny, tmp_path / "out", photos, "--style", "photo", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (tmp_path / "out").exists()


def test_photos_must_come_from_somewhere(tiny: Path, tmp_path: Path) -> None:
    """Without photos and without a sitter's folder there is nobody to portray."""
    result = portrait(tiny, tmp_path / "out", [], "--style", "photo")
    assert result.exit_code == 2
    assert "There are no photos" in result.stderr
