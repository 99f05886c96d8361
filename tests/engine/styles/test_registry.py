"""Styles are data: what is there, what is wrong with it, said with its file."""

import subprocess
import sys
from pathlib import Path

import pytest

from limner.engine.errors import BadStyleError, UnknownStyleError
from limner.engine.styles import find_style, load_styles

ENTRY = "name: mosaic\ntitle: Mosaic\nwords: Small stones.\nprompt: mosaic of sks person\n"


def _write(folder: Path, text: str, name: str = "style.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def test_built_in_styles_are_there() -> None:
    """Seven styles come with the package; the photo has no LoRA, every prompt names the sitter."""
    styles = load_styles()
    assert {"photo", "pencil", "oil", "watercolour", "comic", "cyberpunk", "sepia"} <= styles.keys()
    assert styles["photo"].lora is None
    assert all("sks person" in style.prompt for style in styles.values())
    assert all(style.title and style.words for style in styles.values())


def test_styles_need_no_torch() -> None:
    """A bot lists the styles without loading torch."""
    code = "import sys; from limner.engine.styles import load_styles; load_styles(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_folder_of_folders(tmp_path: Path) -> None:
    """A style is a folder with a style.yaml; what it leaves out has its default."""
    _write(tmp_path / "mosaic", ENTRY)
    style = load_styles(tmp_path)["mosaic"]
    assert (style.face_scale, style.start_strength, style.lora) == (1.0, 1.0, None)


def test_file_of_several_entries(tmp_path: Path) -> None:
    """One YAML file may hold several styles."""
    both = "".join(f"- {{name: {name}, title: T, words: W, prompt: P}}\n" for name in ("one", "two"))
    _write(tmp_path, both, "styles.yaml")
    assert {"one", "two"} <= load_styles(tmp_path).keys()


def test_later_folder_wins(tmp_path: Path) -> None:
    """An operator can replace a built-in style."""
    _write(tmp_path / "oil", ENTRY.replace("mosaic\n", "oil\n", 1))
    assert load_styles(tmp_path)["oil"].title == "Mosaic"


def test_unknown_style_names_the_known_ones() -> None:
    """An unknown style is told with those there are."""
    with pytest.raises(UnknownStyleError, match="pencil") as caught:
        find_style(load_styles(), "cubism")
    assert caught.value.name == "cubism"
    assert caught.value.reason == "unknown_style"


@pytest.mark.parametrize(
    "text, why",
    [
        ("name: x", "missing"),
        (ENTRY + "colour: red\n", "colour is not known"),
        (ENTRY + "face_scale: 7\n", "between 0 and 2"),
        (ENTRY + "guidance: high\n", "guidance"),
        (ENTRY + "start_strength: 0\n", "start_strength"),
        (ENTRY + "style_scale: yes\n", "style_scale"),
        (ENTRY + "lora: ../../secret.safetensors\n", "outside"),
        (ENTRY + "lora: /etc/passwd\n", "outside"),
        (ENTRY + "lora: missing.safetensors\n", "no file"),
        (ENTRY.replace("name: mosaic", "name: ../mosaic"), "one word"),
        (ENTRY.replace("Small stones.", "5"), "words"),
        ("- 5\n", "not a mapping"),
        ("{", "not YAML"),
    ],
)
def test_wrong_entries_are_named(tmp_path: Path, text: str, why: str) -> None:
    """What is wrong with an entry is said with the file it stands in."""
    _write(tmp_path / "mosaic", text)
    with pytest.raises(BadStyleError, match=why) as caught:
        load_styles(tmp_path)
    assert "style.yaml" in str(caught.value)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A folder that does not exist is an error, not an empty list."""
    with pytest.raises(BadStyleError, match="no such folder"):
        load_styles(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["weights.bin", "weights.safetensors"])
def test_lora_that_is_none(tmp_path: Path, name: str) -> None:
    """A pickle is refused by its name, and rubbish by what is in it."""
    folder = _write(tmp_path / "mosaic", ENTRY + f"lora: {name}\n")
    (folder / name).write_bytes(b"rubbish")
    with pytest.raises(BadStyleError, match="safetensors"):
        load_styles(tmp_path)
