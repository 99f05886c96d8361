"""`limner styles add`: somebody else's LoRA becomes a style like any other, after a close look."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from safetensors.numpy import load, save

from limner.deploy.cli import main
from limner.engine.models.interchange import to_kohya
from limner.engine.styles import BUILT_IN, Style, check_lora, load_styles
from limner.tests.fakes.base import save_tiny_base
from limner.tests.fakes.styles import drawn, limner_styles, multiplied

# The libraries' own, at import and while saving.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a base model of a few thousand random weights."""
    return save_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def lora(tiny: Path) -> bytes:
    """Return a Style LoRA that fits the base."""
    from limner.engine.models.base import load_base
    from limner.tests.engine.fuse.test_adapters import make_lora

    return make_lora(load_base(tiny), "style", rank=2, seed=1, targets=("to_q", "conv1"))


@pytest.fixture(name="file")
def _file(tmp_path: Path, lora: bytes) -> Path:
    file = tmp_path / "somebodys.safetensors"
    file.write_bytes(lora)
    return file


@pytest.mark.parametrize("name", ["two words", "../up", "", "all", "x" * 33])
def test_names_that_cannot_be(tiny: Path, file: Path, name: str) -> None:
    """A name that is no word, or means all styles, or is too long for a button is refused before anything is read."""
    result = limner_styles(tiny, "add", file, "--name", name)
    assert result.exit_code == 2
    assert "A style cannot be called" in result.stderr


def test_a_name_that_is_taken(tiny: Path, file: Path, limner_home: Path) -> None:
    """A style is replaced only where that is said; other files in its folder stay."""
    assert limner_styles(tiny, "add", file, "--name", "mine", "--title", "First").exit_code == 0
    (limner_home / "styles/mine/notes.txt").write_text("Mine.")
    for taken in ("mine", "comic"):
        result = limner_styles(tiny, "add", file, "--name", taken)
        assert result.exit_code == 2
        assert f"There is a style '{taken}' already" in result.stderr
    assert limner_styles(tiny, "add", file, "--name", "mine", "--title", "Second", "--replace").exit_code == 0
    assert load_styles(limner_home / "styles")["mine"].title == "Second"
    assert (limner_home / "styles/mine/notes.txt").read_text() == "Mine."


def test_a_prompt_without_its_sitter(tiny: Path, file: Path) -> None:
    """A prompt that has no place for the sitter is refused with the words to put in."""
    result = limner_styles(tiny, "add", file, "--name", "mine", "--prompt", "gouache of a woman")
    assert result.exit_code == 2
    assert 'put "sks person" into it' in result.stderr


@pytest.mark.parametrize("keys", ["diffusers", "kohya"])
def test_a_file_is_taken_in_the_keys_of_both(
    tiny: Path, lora: bytes, tmp_path: Path, limner_home: Path, keys: str
) -> None:
    """Layers, rank, type and strength are told; the style draws, in whichever keys its LoRA is."""
    file = tmp_path / "theirs.safetensors"
    file.write_bytes(to_kohya(lora) if keys == "kohya" else lora)
    facts = check_lora(lora)
    said = ("--prompt", "gouache of sks person", "--style-scale", "0.5", "--guidance", "2")
    result = limner_styles(tiny, "add", file, "--name", "theirs", *said)
    assert result.exit_code == 0, result.output
    assert f"{facts.layers} layers of rank 2 in F32; the strongest adds {facts.added:.2g} times" in result.output
    assert "left out" not in result.stderr
    style = load_styles(limner_home / "styles")["theirs"]
    assert (style.prompt, style.style_scale, style.guidance) == ("gouache of sks person", 0.5, 2.0)
    assert drawn(tiny, style) != drawn(tiny, Style("theirs", "", "", style.prompt))


def test_a_preview_of_ones_own(tiny: Path, file: Path, tmp_path: Path, limner_home: Path) -> None:
    """A picture that is given stands for the style, cut square; one that cannot be read ends it with its name."""
    shown = tmp_path / "shown.png"
    Image.new("RGB", (300, 200), "navy").save(shown)
    broken = tmp_path / "broken.png"
    broken.write_bytes(shown.read_bytes()[:60])
    result = limner_styles(tiny, "add", file, "--name", "mine", "--preview", broken)
    assert result.exit_code == 2
    assert "broken.png cannot be the preview." in result.stderr
    assert not limner_home.joinpath("styles").exists()
    assert limner_styles(tiny, "add", file, "--name", "mine", "--preview", shown).exit_code == 0
    preview = load_styles(limner_home / "styles")["mine"].preview
    assert preview
    with Image.open(preview) as picture:
        assert picture.size == (384, 384)
        assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - (0, 0, 128)).max() < 6


def test_another_folder(tiny: Path, file: Path, tmp_path: Path) -> None:
    """A style goes where --into says, or into the first folder of LIMNER_STYLES; one that is not read is told."""
    result = limner_styles(tiny, "add", file, "--name", "mine", "--into", tmp_path / "there")
    assert result.exit_code == 0
    assert f"It is found where LIMNER_STYLES names {tmp_path / 'there'}." in result.stderr
    words = ["styles", "add", str(file), "--name", "yours"]
    env = {"LIMNER_BASE_MODEL": str(tiny), "LIMNER_STYLES": str(tmp_path / "there")}
    result = CliRunner().invoke(main, words, env=env)
    assert result.exit_code == 0
    assert "LIMNER_STYLES" not in result.stderr
    assert {"mine", "yours"} <= load_styles(tmp_path / "there").keys()


def test_files_that_are_not_taken(tiny: Path, lora: bytes, tmp_path: Path, limner_home: Path) -> None:
    """Numbers that are none, a huge update, a LoRA of another base or of other weights: each is refused in words."""
    damaged = load(lora)
    next(iter(damaged.values())).flat[0] = np.nan
    header = json.loads(lora[8 : 8 + int.from_bytes(lora[:8], "little")])["__metadata__"]
    strange = header | {"base_fingerprint": "of other weights"}
    refused = {
        "not finite": save(damaged),
        "times what goes in": multiplied(lora, 1000.0),
        "it does not fit the base model tiny": multiplied((BUILT_IN / "oil/lora.safetensors").read_bytes(), 1.0),
        "it was trained for other weights than those of tiny": save(load(lora), metadata=strange),
        "it is not a safetensors file": b"PK\x03\x04 and so on, long enough to be read",
    }
    for words, data in refused.items():
        file = tmp_path / "theirs.safetensors"
        file.write_bytes(data)
        result = limner_styles(tiny, "add", file, "--name", "mine")
        assert result.exit_code == 2, words
        assert words in result.stderr
    assert not limner_home.joinpath("styles").exists()


def test_layers_that_the_base_lacks_are_told(tiny: Path, lora: bytes, tmp_path: Path) -> None:
    """A LoRA that is for the text encoder too is taken for what the base trains, and that is said."""
    file = tmp_path / "theirs.safetensors"
    halves = {"lora_down.weight": np.zeros((2, 16), np.float16), "lora_up.weight": np.zeros((16, 2), np.float16)}
    module = "lora_te_text_model_encoder_layers_0_self_attn_q_proj"
    more = {f"{module}.{half}": values for half, values in halves.items()} | {
        f"{module}.alpha": np.array(2, np.float32)
    }
    file.write_bytes(save(load(to_kohya(lora)) | more))
    result = limner_styles(tiny, "add", file, "--name", "mine")
    assert result.exit_code == 0, result.output
    layers = check_lora(lora).layers
    assert f"tiny has {layers} of these layers; the others are left out." in result.stderr


@pytest.mark.parametrize("ending", ["ckpt", "pt", "bin"])
def test_pickles_are_never_opened(tiny: Path, file: Path, ending: str) -> None:
    """A pickle is refused by its name, in a sentence that says why and how it is converted."""
    pickle = file.with_suffix(f".{ending}")
    shutil.copy(file, pickle)
    result = limner_styles(tiny, "add", pickle, "--name", "mine")
    assert result.exit_code == 2
    assert "is a pickle, which can run a program when it is opened" in result.stderr
    assert "weights_only=True" in result.stderr
