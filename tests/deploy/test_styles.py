"""`limner styles train`: a style is learned from pictures, and is then a style like any other."""

from pathlib import Path

import pytest
from PIL import Image

from limner.engine.styles import Style, check_lora, load_styles
from limner.tests.fakes.base import save_tiny_base
from limner.tests.fakes.styles import drawn, folder_of_pictures, limner_styles

# The libraries' own, at import and while saving.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a base model of a few thousand random weights."""
    return save_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(name="pictures")
def _pictures(tmp_path: Path) -> Path:
    return folder_of_pictures(tmp_path / "pictures")


def test_a_style_is_learned_and_used(tiny: Path, pictures: Path, limner_home: Path) -> None:
    """From a folder to a style that is listed, is found without a setting, and draws otherwise than its words alone."""
    (pictures / "broken.jpg").write_bytes((pictures / "0.png").read_bytes()[:400])
    (pictures / "notes.md").write_text("Not a picture.")
    result = limner_styles(tiny, "train", pictures, "--name", "mine", "--title", "My own")
    assert result.exit_code == 0, result.output
    assert f"5 pictures found in {pictures}." in result.output
    assert "broken.jpg was not used: The end of this picture is missing" in result.stderr
    assert "Use it: limner portrait PHOTOS --style mine --out portraits" in result.output
    assert "My own" in limner_styles(tiny).output
    style = load_styles(limner_home / "styles")["mine"]
    assert (style.title, style.prompt, style.base) == ("My own", "picture of sks person", "tiny")
    assert style.lora
    assert check_lora(style.lora.read_bytes()).base == "tiny"
    assert drawn(tiny, style) != drawn(tiny, Style("mine", "", "", style.prompt, face_scale=0.7))


def test_the_preview_is_a_picture_for_the_gallery(tiny: Path, pictures: Path, limner_home: Path) -> None:
    """The base draws the preview, in the size that the chats show, and one seed gives one style."""
    for name in ("mine", "again"):
        assert limner_styles(tiny, "train", pictures, "--name", name, "--steps", 2).exit_code == 0
    styles = load_styles(limner_home / "styles")
    first, again = (styles[name].preview for name in ("mine", "again"))
    assert first
    assert again
    with Image.open(first) as picture:
        assert (picture.format, picture.size) == ("JPEG", (384, 384))
    assert first.read_bytes() == again.read_bytes()


def test_a_text_beside_a_picture_is_its_caption(tiny: Path, pictures: Path, limner_home: Path) -> None:
    """What the picture shows besides the style can be said, and is learned otherwise than the plain words."""
    assert limner_styles(tiny, "train", pictures, "--name", "plain").exit_code == 0
    for picture in pictures.glob("*.png"):
        picture.with_suffix(".txt").write_text("a red house,\n  two trees\n")
    assert limner_styles(tiny, "train", pictures, "--name", "told").exit_code == 0
    plain, told = (load_styles(limner_home / "styles")[name].lora for name in ("plain", "told"))
    assert plain
    assert told
    assert plain.read_bytes() != told.read_bytes()


def test_too_few_pictures(tiny: Path, pictures: Path, limner_home: Path) -> None:
    """With fewer than four pictures in the folder, or four that cannot all be read, nothing is trained or written."""
    (pictures / "3.png").write_bytes(b"no picture")
    result = limner_styles(tiny, "train", pictures, "--name", "mine")
    assert result.exit_code == 2
    assert "Only 3 of the 4 pictures can be read, and 4 are needed:" in result.stderr
    assert "3.png: This file is not a picture" in result.stderr
    (pictures / "3.png").unlink()
    result = limner_styles(tiny, "train", pictures, "--name", "mine")
    assert result.exit_code == 2
    assert "has 3 pictures" in result.stderr
    assert not limner_home.joinpath("styles").exists()
