"""Face and style together are what one after the other would be."""

import copy
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load

from limner.engine.fuse.adapters import fused
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import dump, fresh_lora
from limner.engine.models.prompts import Prompts


def make_lora(base: BaseModel, name: str, *, rank: int, seed: int, targets: tuple[str, ...]) -> bytes:
    """Write a LoRA with weights of chance."""
    with fresh_lora(base, name, rank=rank, alpha=2 * rank, targets=targets, seed=seed) as parameters:
        chance = torch.Generator().manual_seed(seed)
        for weight in parameters.values():
            weight.data = torch.randn(weight.shape, generator=chance) * 0.1
        return dump(base, name, dtype=torch.float32)


@pytest.fixture(name="face")
def _face(tiny_base: BaseModel) -> bytes:
    return make_lora(tiny_base, "face", rank=3, seed=1, targets=("to_q", "conv1", "ff.net.2"))


@pytest.fixture(name="style")
def _style(tiny_base: BaseModel) -> bytes:
    return make_lora(tiny_base, "style", rank=5, seed=2, targets=("to_q", "conv2"))


def _predict(base: BaseModel) -> torch.Tensor:
    chance = torch.Generator().manual_seed(5)
    latents = torch.randn(2, 4, 8, 8, generator=chance)
    with torch.no_grad():
        return base.predict(latents, torch.tensor([100, 700]), Prompts(torch.randn(2, 24, 16, generator=chance)))


def _merge(base: BaseModel, data: bytes, scale: float) -> None:
    """Add a LoRA to the weights themselves: W += scale B A, as FaceChain does, with no help of peft."""
    tensors = load(data)
    for key, down in tensors.items():
        if "lora_A" not in key:
            continue
        up = tensors[key.replace("lora_A", "lora_B")]
        weight = base.denoiser.get_submodule(key.removeprefix("unet.").split(".lora_A")[0]).weight
        change = (up.flatten(1) @ down.flatten(1)).reshape(weight.shape)
        weight.data = weight.data + scale * change


def test_fusion_equals_sequential_merge(tiny_base: BaseModel, face: bytes, style: bytes) -> None:
    """Two adapters with their multipliers predict what W + m1 B1 A1 + m2 B2 A2 predicts."""
    with fused(tiny_base, face=face, style=style) as fusion:
        fusion.scale(face=0.9, style=0.35)
        together = _predict(tiny_base)
    merged = replace(tiny_base, denoiser=copy.deepcopy(tiny_base.denoiser))
    for data, scale in ((face, 0.9), (style, 0.35)):
        _merge(merged, data, 2 * scale)  # alpha is twice the rank here
    torch.testing.assert_close(together, _predict(merged), atol=1e-5, rtol=1e-5)


def test_multipliers_change_by_call(tiny_base: BaseModel, face: bytes, style: bytes) -> None:
    """A multiplier of 0 leaves an adapter out, and setting it back brings the same prediction again."""
    plain = _predict(tiny_base)
    with fused(tiny_base, face=face, style=style) as fusion:
        both = _predict(tiny_base)
        fusion.scale(face=0, style=0)
        torch.testing.assert_close(_predict(tiny_base), plain)
        fusion.scale(face=1, style=0)
        with_face = _predict(tiny_base)
        fusion.scale(face=1, style=1)
        torch.testing.assert_close(_predict(tiny_base), both)
    with fused(tiny_base, face=face, style=None):
        torch.testing.assert_close(_predict(tiny_base), with_face, atol=1e-6, rtol=1e-5)


def test_base_is_the_same_afterwards(tiny_base: BaseModel, face: bytes, style: bytes) -> None:
    """Not one bit of the base's weights is another after a fusion."""
    before = {name: value.clone() for name, value in tiny_base.denoiser.state_dict().items()}
    with fused(tiny_base, face=face, style=style) as fusion:
        fusion.scale(face=0.5, style=2.0)
    after = tiny_base.denoiser.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_without_loras_it_is_the_base(tiny_base: BaseModel) -> None:
    """A fusion of nothing can be scaled too, and changes nothing."""
    plain = _predict(tiny_base)
    with fused(tiny_base, face=None, style=None) as fusion:
        fusion.scale(face=1, style=1)
        assert torch.equal(_predict(tiny_base), plain)
