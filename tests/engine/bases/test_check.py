"""Every file of a base is looked at, and whatever is wrong with one is said in half a sentence with its name."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors import safe_open

from limner.engine.bases.check import flaws
from limner.engine.bases.headers import HeaderError, read_header
from limner.engine.bases.modelscope import SUMS
from limner.engine.bases.owned import licence_of, owned_bases

Given = Callable[[str], Path]
VAE = "vae/diffusion_pytorch_model.safetensors"


@pytest.mark.parametrize("family", ["sd15", "sdxl", "zimage"])
def test_a_whole_base_has_no_flaws(family: str, written: Given) -> None:
    """A base that was saved by diffusers has none."""
    assert list(flaws(written(family))) == []


def test_headers_are_read_as_the_library_reads_them(written: Given) -> None:
    """Names and shapes of all tensors are those that safetensors tells."""
    file = written("sd15") / VAE
    with safe_open(str(file), "np") as opened:
        shapes = {name: tuple(opened.get_slice(name).get_shape()) for name in opened.keys()}  # noqa: SIM118
    assert {name: tensor.shape for name, tensor in read_header(file).items()} == shapes


@pytest.mark.parametrize(
    "spoil,words",
    [
        (lambda data: data[:-100], "was cut off: 100 of"),
        (lambda data: data + b"x", "has 1 bytes too many"),
        (lambda data: data[:4], "not safetensors, or was cut off"),
        (lambda data: b"\x80\x02ctorch\nload" + data, "is not safetensors"),
        (lambda data: data.replace(b'"F32"', b'"F16"', 1), "has a damaged header at"),
        (lambda data: data[:8] + b"x" + data[9:], "its header is no JSON"),
    ],
    ids=["cut off", "too long", "almost empty", "a pickle", "wrong type", "no JSON"],
)
def test_a_damaged_file_is_named(spoil: Callable[[bytes], bytes], words: str, copied: Given) -> None:
    """A file that is not what its header says is found without reading its numbers."""
    directory = copied("sd15")
    (directory / VAE).write_bytes(spoil((directory / VAE).read_bytes()))
    (flaw,) = flaws(directory)
    assert flaw.startswith(VAE)
    assert words in flaw


def test_a_changed_number_is_found_by_its_sum(copied: Given) -> None:
    """Where the publisher's checksum is known, one changed bit is found; where it is not, it cannot be."""
    directory = copied("sd15")
    changed = bytearray((directory / VAE).read_bytes())
    changed[-1] ^= 1
    (directory / VAE).write_bytes(changed)
    assert list(flaws(directory)) == []
    (directory / SUMS).write_text(json.dumps({VAE: "0" * 64}))
    assert list(flaws(directory)) == [f"{VAE} is not what its publisher has: its SHA-256 differs"]


def test_a_tensor_that_its_index_promises_must_be_there(copied: Given) -> None:
    """Shards are held against their index."""
    folder = copied("zimage") / "transformer"
    whole = folder / "diffusion_pytorch_model.safetensors"
    shards = [folder / f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = {"weight_map": dict.fromkeys(read_header(whole), shards[0].name) | {"lost": shards[1].name}}
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    shutil.copy(whole, shards[1])
    whole.rename(shards[0])
    assert list(flaws(folder.parent)) == [f"transformer/{shards[1].name} has no lost, which its index puts there"]


def test_a_header_that_never_ends_is_refused(tmp_path: Path) -> None:
    """A header longer than its file is refused before memory is taken for it."""
    file = tmp_path / "long.safetensors"
    file.write_bytes((1 << 60).to_bytes(8, "little") + b"{}")
    with pytest.raises(HeaderError):
        read_header(file)


@pytest.mark.parametrize(
    "text,licence",
    [
        ("---\nlicense: apache-2.0\n---\n# A model\n", "apache-2.0"),
        ("---\nlicense: other\nlicense_name: their-own\n---\n", "their-own"),
        ("# A model\n", ""),
        ("---\n: [\n---\n", ""),
    ],
)
def test_the_licence_is_read_from_the_readme(text: str, licence: str, tmp_path: Path) -> None:
    """The licence is what the README's front matter says, and nothing where it says none."""
    (tmp_path / "README.md").write_text(text)
    assert licence_of(tmp_path) == licence


def test_what_is_on_the_shelf_is_listed(copied: Given, tmp_path: Path) -> None:
    """Nano and all that was fetched is listed under the name that chooses it, a part that is missing with it."""
    directory = copied("sdxl")
    for place in ("modelscope/owner/model@master", "modelscope/owner/broken@v2"):
        shutil.copytree(directory, tmp_path / "shelf" / place)
    shutil.rmtree(tmp_path / "shelf/modelscope/owner/broken@v2/vae")
    known = {one.name: one for one in owned_bases(tmp_path / "shelf")}
    assert {"nano", "modelscope://owner/model", "modelscope://owner/broken@v2"} <= set(known)
    assert known["modelscope://owner/model"].family == "sdxl"
    assert known["modelscope://owner/model"].problem is None
    assert "vae/config.json is missing" in str(known["modelscope://owner/broken@v2"].problem)
