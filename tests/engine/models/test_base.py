"""A base model is loaded from a directory on this machine, or refused in one sentence."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from limner.engine.bases import find_base
from limner.engine.errors import UnknownBaseError
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.running import Running


def test_size_and_latents_come_from_the_directory(tiny_base: BaseModel) -> None:
    """The size is the VAE's scale factor times the UNet's sample size."""
    assert tiny_base.size == 64
    assert tiny_base.latent_shape == (4, 8, 8)


def test_weights_are_frozen_and_in_evaluation_mode(tiny_base: BaseModel) -> None:
    """Nothing of a base can be trained by accident, and no dropout is on."""
    for model in (tiny_base.denoiser, tiny_base.vae, *tiny_base.family.text_encoders):
        assert not model.training
        assert not any(weight.requires_grad for weight in model.parameters())


def test_convolutions_have_the_fast_layout(tiny_base: BaseModel) -> None:
    """The UNet's convolutions lie channels last."""
    assert tiny_base.denoiser.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


def test_name_does_not_tell_the_path(tiny_base: BaseModel) -> None:
    """A base's name goes into files that people get, so it is the directory's last part."""
    assert tiny_base.name == "tiny"


def test_fingerprint_follows_the_weights(tiny_directory: Path, tiny_base: BaseModel, tmp_path: Path) -> None:
    """The same weights have the same fingerprint, other weights another."""
    copy = tmp_path / "copy"
    shutil.copytree(tiny_directory, copy)
    assert load_base(copy).fingerprint == tiny_base.fingerprint
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)
    assert load_base(copy).fingerprint != tiny_base.fingerprint


@pytest.mark.parametrize("name", ["no/such-base", "not a name at all", "/no/such/directory", "modelscope://a/b"])
def test_base_that_is_not_here(name: str) -> None:
    """A base that is not on this machine is refused in one sentence with its name; nothing is fetched."""
    with pytest.raises(UnknownBaseError, match="cannot be used") as caught:
        load_base(name)
    assert caught.value.name == name
    assert str(caught.value).endswith(".")


def test_directory_without_an_index(tmp_path: Path) -> None:
    """A directory that is no model says what it lacks."""
    with pytest.raises(UnknownBaseError, match=r"model_index\.json is missing"):
        find_base(tmp_path)


def test_another_kind_of_pipeline(tmp_path: Path) -> None:
    """A pipeline that limner cannot paint with is named."""
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "FluxPipeline"}))
    with pytest.raises(UnknownBaseError, match="FluxPipeline"):
        find_base(tmp_path)


def test_pickled_weights_are_refused(tiny_directory: Path, tmp_path: Path) -> None:
    """Weights that are not safetensors are never opened."""
    copy = tmp_path / "pickled"
    shutil.copytree(tiny_directory, copy)
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_name("diffusion_pytorch_model.bin"))
    with pytest.raises(UnknownBaseError):
        load_base(copy)


def test_damaged_weights_are_refused(tiny_directory: Path, tmp_path: Path) -> None:
    """A weight file that was cut off is one sentence, not a traceback of a library."""
    copy = tmp_path / "damaged"
    shutil.copytree(tiny_directory, copy)
    weights = copy / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(UnknownBaseError):
        load_base(copy)


def test_a_base_may_bring_its_own_lcm_lora(tiny_directory: Path, tmp_path: Path) -> None:
    """`lcm.safetensors` beside the index is found, and the operator's own choice comes before it."""
    copy = tmp_path / "copy"
    shutil.copytree(tiny_directory, copy)
    (copy / "lcm.safetensors").write_bytes(b"weights")
    assert load_base(copy).few_step_lora == copy / "lcm.safetensors"
    chosen = tmp_path / "chosen.safetensors"
    assert load_base(copy, Running(few_step_lora=chosen)).few_step_lora == chosen
    assert load_base(tiny_directory).few_step_lora is None
