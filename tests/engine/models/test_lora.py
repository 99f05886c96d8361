"""A LoRA file is diffusers' own, and a base that had one in it is as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors.torch import load, save

from limner.engine.errors import BadLoraError
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import attached, dump, fitting_layers, fresh_lora, read_notes, without_loras
from limner.engine.models.prompts import Prompts

TARGETS = ["to_q", "to_k", "to_out.0", "conv1", "conv_shortcut", "ff.net.0.proj", "proj_in"]


def _predict(base: BaseModel) -> torch.Tensor:
    chance = torch.Generator().manual_seed(5)
    latents = torch.randn(2, 4, 8, 8, generator=chance)
    with torch.no_grad():
        return base.predict(latents, torch.tensor([100, 700]), Prompts(torch.randn(2, 24, 16, generator=chance)))


def make_lora(base: BaseModel, seed: int = 1, dtype: torch.dtype = torch.float32) -> tuple[bytes, torch.Tensor]:
    """Write a LoRA with weights of chance; give the file and what the UNet says with it."""
    with fresh_lora(base, "face", rank=3, alpha=6, targets=TARGETS, seed=seed) as parameters:
        chance = torch.Generator().manual_seed(seed)
        for weight in parameters.values():
            weight.data = torch.randn(weight.shape, generator=chance) * 0.1
        return dump(base, "face", {"sitter": "sks person"}, dtype=dtype), _predict(base)


@pytest.fixture(autouse=True)
def _base_is_left_as_it_was(tiny_base: BaseModel) -> Iterator[None]:
    before = {name: value.clone() for name, value in tiny_base.denoiser.state_dict().items()}
    yield
    after = tiny_base.denoiser.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_fresh_lora_changes_nothing_yet(tiny_base: BaseModel) -> None:
    """A new LoRA begins as the base itself, and only its own layers can be trained."""
    plain = _predict(tiny_base)
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=TARGETS, seed=1) as parameters:
        torch.testing.assert_close(_predict(tiny_base), plain)
        assert parameters
        assert all("lora_" in name for name in parameters)


def test_a_base_without_its_loras_is_the_base(tiny_base: BaseModel) -> None:
    """Inside the block the base speaks alone, after it the LoRA speaks as before and can be trained as before."""
    plain = _predict(tiny_base)
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=TARGETS, seed=1) as parameters:
        for weight in parameters.values():
            weight.data += 0.1
        spoken = _predict(tiny_base)
        with without_loras(tiny_base):
            assert torch.equal(_predict(tiny_base), plain)
        assert torch.equal(_predict(tiny_base), spoken)
        assert not torch.equal(spoken, plain)
        assert all(weight.requires_grad for weight in parameters.values())


def test_fresh_lora_follows_its_seed(tiny_base: BaseModel) -> None:
    """The same seed draws the same first weights, whatever was drawn before."""
    drawn = []
    for seed in (1, 1, 2):
        torch.rand(3)
        with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=TARGETS, seed=seed):
            drawn.append(dump(tiny_base, "face"))
    assert drawn[0] == drawn[1] != drawn[2]


def test_diffusers_reads_the_file(tiny_base: BaseModel, tiny_directory: Path, tmp_path: Path) -> None:
    """`load_lora_weights` of a pipeline gives the same prediction within 1e-5."""
    data, expected = make_lora(tiny_base)
    (tmp_path / "face.safetensors").write_bytes(data)
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_directory)
    pipeline.load_lora_weights(tmp_path, weight_name="face.safetensors")
    chance = torch.Generator().manual_seed(5)
    latents = torch.randn(2, 4, 8, 8, generator=chance)
    with torch.no_grad():
        text = torch.randn(2, 24, 16, generator=chance)
        found = pipeline.unet(latents, torch.tensor([100, 700]), text).sample
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_we_read_the_file(tiny_base: BaseModel) -> None:
    """What was trained and what is put in again predict the same, and not what the base does."""
    data, expected = make_lora(tiny_base)
    with attached(tiny_base, {"face": data}):
        torch.testing.assert_close(_predict(tiny_base), expected, atol=1e-5, rtol=0)
    assert not torch.allclose(_predict(tiny_base), expected, atol=1e-3)


def test_half_precision_moves_little(tiny_base: BaseModel) -> None:
    """A file in float16, the default, is half as large and predicts nearly the same."""
    small, _ = make_lora(tiny_base, dtype=torch.float16)
    large, expected = make_lora(tiny_base)
    assert len(small) < 0.7 * len(large)
    with attached(tiny_base, {"face": small}):
        torch.testing.assert_close(_predict(tiny_base), expected, atol=5e-3, rtol=0)


def test_kohya_names_are_read(tiny_base: BaseModel) -> None:
    """A file with kohya's keys and an alpha of its own, as A1111 and ComfyUI have it, gives the same prediction."""
    data, expected = make_lora(tiny_base)
    kohya = {}
    for key, value in load(data).items():
        module, part = key.removeprefix("unet.").split(".lora_")
        name = "lora_unet_" + module.replace(".", "_")
        kohya[f"{name}.lora_{'down' if part.startswith('A') else 'up'}.weight"] = value
        kohya[f"{name}.alpha"] = torch.tensor(6.0)
    with attached(tiny_base, {"style": save(kohya)}):
        torch.testing.assert_close(_predict(tiny_base), expected, atol=1e-5, rtol=0)


def test_notes_come_back(tiny_base: BaseModel) -> None:
    """What was noted stands in the file's metadata, beside the LoRA's configuration."""
    notes = read_notes(make_lora(tiny_base)[0])
    assert notes["sitter"] == "sks person"
    assert '"unet.lora_alpha": 6' in notes["lora_adapter_metadata"]


def test_the_same_weights_are_the_same_bytes(tiny_base: BaseModel) -> None:
    """The file has no order of chance in it."""
    assert len({make_lora(tiny_base)[0] for _ in range(5)}) == 1


@pytest.mark.parametrize("data", [b"", b"no safetensors at all", b"\xff" * 100])
def test_damaged_file(tiny_base: BaseModel, data: bytes) -> None:
    """Bytes that are no safetensors are refused."""
    with pytest.raises(BadLoraError, match="not a safetensors"), attached(tiny_base, {"face": data}):
        pass


def test_numbers_that_are_none(tiny_base: BaseModel) -> None:
    """A file with a NaN never reaches the base."""
    tensors = load(make_lora(tiny_base)[0])
    next(iter(tensors.values())).view(-1)[0] = float("nan")
    with pytest.raises(BadLoraError, match="not finite"), attached(tiny_base, {"face": save(tensors)}):
        pass


def test_shapes_of_another_base(tiny_base: BaseModel) -> None:
    """A LoRA whose layers have other shapes is refused with the base's name."""
    tensors = {name: torch.cat([value, value]) for name, value in load(make_lora(tiny_base)[0]).items()}
    with pytest.raises(BadLoraError, match="tiny"), attached(tiny_base, {"face": save(tensors)}):
        pass


def test_layers_of_another_base(tiny_base: BaseModel) -> None:
    """A LoRA that names no layer of this base is refused."""
    tensors = {
        "unet.nowhere.to_q.lora_A.weight": torch.ones(2, 16),
        "unet.nowhere.to_q.lora_B.weight": torch.ones(16, 2),
    }
    with pytest.raises(BadLoraError), attached(tiny_base, {"face": save(tensors)}):
        pass


def test_fitting_layers_are_counted(tiny_base: BaseModel) -> None:
    """As many layers as the base has of a file are counted, and it is as before."""
    data, _ = make_lora(tiny_base)
    assert fitting_layers(tiny_base, data) == len([name for name in load(data) if name.endswith("lora_A.weight")])
    assert not any(isinstance(module, BaseTunerLayer) for module in tiny_base.denoiser.modules())
