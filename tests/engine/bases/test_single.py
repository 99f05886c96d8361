"""A checkpoint that is one file is known by the names of its tensors, and unpacked once into diffusers' layout."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from limner.engine.bases import family_of, find_base
from limner.engine.bases.headers import Tensor
from limner.engine.bases.pull import Source, pull
from limner.engine.bases.single import family_of_file
from limner.engine.errors import PullError, UnknownBaseError
from limner.tests.fakes.single_file import write_sd15_file, write_sd15_of_four_levels, write_zimage_file
from limner.tests.fakes.sparse import write_hollow_file

UNET = "model.diffusion_model."
OUT = f"{UNET}output_blocks.11.0.skip_connection.weight"
IN = f"{UNET}input_blocks.0.0.weight"
SD2 = f"{UNET}input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight"
XL = "conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias"
CLIP, VAE = "cond_stage_model.transformer.a", "first_stage_model.a"


def hollow(file: Path, *names: str, **shapes: tuple[int, ...]) -> Path:
    """Write a file that has these tensors and no numbers."""
    shaped = {IN: shapes.get("input", (8, 4, 3, 3)), SD2: shapes.get("words", (8, 768))}
    write_hollow_file(file, {name: Tensor("F16", shaped.get(name, (1,))) for name in names})
    return file


@pytest.mark.parametrize(
    "names,family",
    [
        ((IN, OUT, SD2, CLIP, VAE), "sd15"),
        ((IN, XL, "conditioner.embedders.0.transformer.a", VAE), "sdxl"),
        (("model.diffusion_model.layers.0.adaLN_modulation.0.weight",), "zimage"),
        (("layers.0.adaLN_modulation.0.weight",), "zimage"),
    ],
)
def test_the_family_is_read_from_the_header(names: tuple[str, ...], family: str, tmp_path: Path) -> None:
    """Each family's checkpoints are known without reading their numbers."""
    assert family_of_file(hollow(tmp_path / "a.safetensors", *names)).name == family


@pytest.mark.parametrize(
    "names,shapes,words",
    [
        ((IN, OUT, VAE), {}, "has no text encoder"),
        ((IN, XL, "conditioner.embedders.0.a"), {}, "has no VAE"),
        ((IN, OUT, CLIP, VAE), {"input": (8, 9, 3, 3)}, "takes 9 channels, as those for inpainting"),
        ((IN, OUT, SD2, CLIP, VAE), {"words": (8, 1024)}, "a Stable Diffusion 2 in one file"),
        (("lora_unet_a.lora_down.weight",), {}, "it is a LoRA"),
        (("double_blocks.0.a",), {}, "its tensors are not those of"),
    ],
)
def test_what_cannot_be_unpacked_is_told(
    names: tuple[str, ...], shapes: dict[str, tuple[int, ...]], words: str, tmp_path: Path
) -> None:
    """A file of another kind, or without a part, is refused with the reason."""
    with pytest.raises(UnknownBaseError, match=words):
        family_of_file(hollow(tmp_path / "a.safetensors", *names, **shapes))


def source(shelf: Path, configs: Path | None) -> Source:
    """Say where to keep things, offline."""
    return Source(shelf, "http://127.0.0.1:1", offline=True, configs=None if configs is None else str(configs))


def test_a_stable_diffusion_is_unpacked(tmp_path: Path) -> None:
    """Every weight of the file arrives in its part, and the file's name then finds the folder."""
    directory = write_sd15_of_four_levels(tmp_path / "configs")
    file = write_sd15_file(directory, tmp_path / "real.safetensors")
    unpacked = pull(str(file), source(tmp_path / "shelf", directory), lambda *_: None)
    assert find_base(file, tmp_path / "shelf") == unpacked
    assert family_of(unpacked).name == "sd15"
    for part in ("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"):
        expected, found = (load_file(str(folder / f"{part}.safetensors")) for folder in (directory, unpacked))
        assert expected.keys() == found.keys()
        assert all(torch.equal(expected[name].half(), found[name].half()) for name in expected)


def test_a_zimage_takes_its_other_parts_from_a_whole_model(written: Callable[[str], Path], tmp_path: Path) -> None:
    """A transformer in one file is put in the place of another's."""
    directory = written("zimage")
    file = write_zimage_file(directory, tmp_path / "turbo.safetensors")
    unpacked = pull(str(file), source(tmp_path / "shelf", directory), lambda *_: None)
    part = "transformer/diffusion_pytorch_model.safetensors"
    expected, found = load_file(str(directory / part)), load_file(str(unpacked / part))
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[name].bfloat16(), found[name].bfloat16()) for name in expected)


def test_a_file_that_changed_is_unpacked_again(written: Callable[[str], Path], tmp_path: Path) -> None:
    """A file that was replaced is not mixed up with what was unpacked of it before."""
    file = write_zimage_file(written("zimage"), tmp_path / "turbo.safetensors")
    pull(str(file), source(tmp_path / "shelf", written("zimage")), lambda *_: None)
    save_file({"layers.0.adaLN_modulation.0.weight": torch.zeros(1)}, str(file))
    with pytest.raises(UnknownBaseError, match="Unpack it once"):
        find_base(file, tmp_path / "shelf")


@pytest.mark.parametrize(
    "names,words",
    [
        ((IN, OUT, CLIP, VAE), "has no tokenizers.*Name a folder that has them with --configs"),
        (("layers.0.adaLN_modulation.0.weight",), "First run `limner models pull Tongyi-MAI/Z-Image-Turbo`"),
    ],
)
def test_without_configurations_it_says_which(names: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """Offline, and without the family's reference in the cache, it says what is missing and how to name it."""
    file = hollow(tmp_path / "a.safetensors", *names)
    with pytest.raises(PullError, match=words):
        pull(str(file), source(tmp_path / "shelf", None), lambda *_: None)


def test_configurations_of_another_model_are_told(written: Callable[[str], Path], tmp_path: Path) -> None:
    """A folder that does not describe the file ends in one sentence, and nothing half made is left."""
    file = write_zimage_file(written("zimage"), tmp_path / "turbo.safetensors")
    with pytest.raises((PullError, UnknownBaseError)):
        pull(str(file), source(tmp_path / "shelf", written("sd15")), lambda *_: None)
    assert not list((tmp_path / "shelf").glob("files/*"))
