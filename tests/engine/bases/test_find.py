"""A base model is found by folder, file or id, or refused in sentences that say why and what to do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from limner.engine.bases import NANO, family_of, find_base
from limner.engine.bases.layout import layout_of
from limner.engine.errors import IncompleteBaseError, UnknownBaseError

Given = Callable[[str], Path]


@pytest.mark.parametrize("family", ["sd15", "sdxl", "zimage"])
def test_a_folder_of_each_family_is_found(family: str, written: Given) -> None:
    """A folder in diffusers' layout is found, and its family told."""
    directory = find_base(written(family))
    assert directory == written(family)
    assert family_of(directory).name == family


def test_nano_is_of_a_family() -> None:
    """The base that ships with limner passes the same look."""
    assert find_base("nano") == NANO
    assert layout_of(NANO).family.name == "sd15"


@pytest.mark.parametrize("family,lost", [("sd15", "text_encoder"), ("sdxl", "text_encoder_2"), ("zimage", "vae")])
def test_a_missing_part_is_named(family: str, lost: str, copied: Given) -> None:
    """A folder without one of its parts is refused, with the part's name."""
    directory = copied(family)
    shutil.rmtree(directory / lost)
    with pytest.raises(IncompleteBaseError, match=f"{lost}/config.json is missing"):
        find_base(directory)


def test_a_missing_tokenizer_is_named(copied: Given) -> None:
    """A folder without its tokenizer is refused: its words could not be read."""
    directory = copied("sd15")
    shutil.rmtree(directory / "tokenizer")
    with pytest.raises(IncompleteBaseError, match="the folder tokenizer is missing"):
        find_base(directory)


def test_another_text_encoder_is_named(copied: Given) -> None:
    """A part of a kind that limner does not know is named, with the kind that is needed."""
    directory = copied("sd15")
    index = json.loads((directory / "model_index.json").read_text())
    index["text_encoder"] = ["transformers", "T5EncoderModel"]
    (directory / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(UnknownBaseError, match="T5EncoderModel, and CLIPTextModel is needed"):
        find_base(directory)


def test_a_pickle_is_never_taken(copied: Given) -> None:
    """Weights as a pickle are refused by name, with the reason and what to choose instead."""
    directory = copied("sd15")
    weights = directory / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(UnknownBaseError, match=r"model\.bin is a pickle.*has safetensors\."):
        find_base(directory)


def test_a_safety_checker_as_a_pickle_is_refused(copied: Given) -> None:
    """The parts that a family does not need are looked at too, where the model names them."""
    directory = copied("sd15")
    index = json.loads((directory / "model_index.json").read_text())
    index["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    (directory / "model_index.json").write_text(json.dumps(index))
    (directory / "safety_checker").mkdir()
    (directory / "safety_checker" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(UnknownBaseError, match=r"safety_checker/pytorch_model\.bin is a pickle"):
        find_base(directory)


def test_the_half_weights_are_taken_where_they_are_the_only_ones(copied: Given) -> None:
    """A folder with fp16 files alone is whole, and its variant is told for the loader."""
    directory = copied("sd15")
    for file in list(directory.glob("*/*.safetensors")):
        file.rename(file.with_suffix(".fp16.safetensors"))
    assert layout_of(directory).variant == "fp16"
    assert layout_of(directory).files["vae"][0].name == "diffusion_pytorch_model.fp16.safetensors"


def test_every_shard_must_be_there(copied: Given) -> None:
    """Weights in shards are whole when each file that their index names is there."""
    folder = copied("zimage") / "transformer"
    whole = folder / "diffusion_pytorch_model.safetensors"
    first, second = (folder / f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2))
    index = {"weight_map": {"a": first.name, "b": second.name}}
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    shutil.copy(whole, second)
    whole.rename(first)
    assert layout_of(folder.parent).files["transformer"] == (first, second)
    second.unlink()
    with pytest.raises(IncompleteBaseError, match=r"00002-of-00002\.safetensors is missing"):
        find_base(folder.parent)


def test_an_index_cannot_name_a_file_elsewhere(copied: Given) -> None:
    """An index that leads out of its folder, or to a pickle, is refused."""
    folder = copied("sd15") / "unet"
    (folder / "diffusion_pytorch_model.safetensors").unlink()
    index = {"weight_map": {"a": "../../secret.safetensors"}}
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(UnknownBaseError, match="not a safetensors file"):
        find_base(folder.parent)


@pytest.mark.parametrize("name", ["owner/model", "owner/model@v2", "modelscope://owner/model"])
def test_what_is_not_here_names_the_command(name: str, tmp_path: Path) -> None:
    """An id that was never fetched is refused with the command that fetches it; nothing is fetched."""
    with pytest.raises(UnknownBaseError) as caught:
        find_base(name, tmp_path)
    assert str(caught.value).endswith(f"`limner models pull {name}`.")


@pytest.mark.parametrize(
    "name", ["/no/such/folder", "sd99", "a/b/c", "../a/b", "modelscope://a", "a/..", "no/such.safetensors"]
)
def test_what_is_no_name_lists_the_forms(name: str) -> None:
    """A name that is no folder, file or id is refused with the forms that names have."""
    with pytest.raises(UnknownBaseError, match=r"Name nano, a folder in diffusers' layout"):
        find_base(name)


@pytest.mark.parametrize("suffix,why", [(".ckpt", "a pickle"), (".bin", "a pickle"), (".gguf", "not safetensors")])
def test_a_file_of_another_format_is_refused(suffix: str, why: str, tmp_path: Path) -> None:
    """One file that is not safetensors is refused by its name, and not opened."""
    (tmp_path / f"model{suffix}").write_bytes(b"")
    with pytest.raises(UnknownBaseError, match=why):
        find_base(tmp_path / f"model{suffix}")


def test_a_file_names_the_command_that_unpacks_it(tmp_path: Path) -> None:
    """A checkpoint in one file is refused until it was unpacked, with the command for it."""
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"")
    with pytest.raises(UnknownBaseError, match=r"Unpack it once with `limner models pull"):
        find_base(file, tmp_path)
