"""Samples of several people in one batch are each what they would be alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from limner.engine.errors import BadLoraError, FloorError
from limner.engine.floor.layers import Rows, Stack, joined
from limner.engine.floor.loading import weights_of
from limner.engine.models.base import BaseModel
from limner.engine.models.interchange import to_kohya
from limner.engine.models.lora import attached, dump, fresh_lora
from limner.engine.models.prompts import Prompts

TARGETS = ["to_q", "to_k", "to_out.0", "conv1", "conv_shortcut", "ff.net.0.proj", "proj_in"]


def make_lora(base: BaseModel, seed: int, rank: int = 3, targets: list[str] | None = None) -> bytes:
    """Write a LoRA file with weights of chance."""
    with fresh_lora(base, "face", rank=rank, alpha=2 * rank, targets=targets or TARGETS, seed=seed) as parameters:
        chance = torch.Generator().manual_seed(seed)
        for weight in parameters.values():
            weight.data = torch.randn(weight.shape, generator=chance) * 0.1
        return dump(base, "face", dtype=torch.float32)


def batch(count: int) -> tuple[torch.Tensor, torch.Tensor, Prompts]:
    """Give latents, timesteps and prompts of chance."""
    chance = torch.Generator().manual_seed(5)
    latents = torch.randn(count, 4, 8, 8, generator=chance)
    return (
        latents,
        torch.randint(1000, (count,), generator=chance),
        Prompts(torch.randn(count, 24, 16, generator=chance)),
    )


def error_of(found: torch.Tensor) -> torch.Tensor:
    """Sum what each sample's training would call its loss."""
    return found.square().mean(dim=(1, 2, 3)).sum()


@pytest.fixture
def stack(tiny_base: BaseModel) -> Iterator[Stack]:
    """Give three slots of rank 8."""
    stack = Stack(tiny_base.denoiser, TARGETS, slots=3, rank=8)
    yield stack
    stack.remove()
    assert not any(module._forward_hooks for module in tiny_base.denoiser.modules())


@torch.no_grad()
@pytest.mark.parametrize("slots", [[0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 2, 2], [2, 0, 1]])
def test_each_sample_gets_its_own_lora(tiny_base: BaseModel, stack: Stack, slots: list[int]) -> None:
    """A mixed batch equals peft's prediction with each person's LoRA alone, within 1e-5; the rest is the base's."""
    files = [make_lora(tiny_base, seed) for seed in (1, 2, 3)]
    latents, timesteps, text = batch(len(slots) + 2)
    expected = tiny_base.predict(latents, timesteps, text)
    for slot, data in enumerate(files):
        with attached(tiny_base, {"face": data}):
            alone = tiny_base.predict(latents, timesteps, text)
        for place, wanted in enumerate(slots):
            if wanted == slot:
                expected[place] = alone[place]
    for slot, data in enumerate(files):
        stack.load(slot, weights_of(tiny_base, data))
    with stack.using(Rows.of(slots)):
        mixed = tiny_base.predict(latents, timesteps, text)
    torch.testing.assert_close(mixed, expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_face_and_style_add_up(tiny_base: BaseModel, stack: Stack) -> None:
    """Two LoRAs of different ranks and layers, joined in one slot, equal both in peft with their multipliers."""
    face, style = make_lora(tiny_base, 1), make_lora(tiny_base, 2, rank=2, targets=["to_q", "conv1"])
    latents, timesteps, text = batch(2)
    stack.load(1, joined((weights_of(tiny_base, face), 0.75), (weights_of(tiny_base, style), 0.5)))
    with stack.using(Rows.of([1, 1])):
        found = tiny_base.predict(latents, timesteps, text)
    with attached(tiny_base, {"face": face, "style": style}):
        from diffusers.utils import set_weights_and_activate_adapters

        set_weights_and_activate_adapters(tiny_base.denoiser, ["face", "style"], [0.75, 0.5])
        expected = tiny_base.predict(latents, timesteps, text)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_kohyas_keys_mean_the_same(tiny_base: BaseModel) -> None:
    """A LoRA in kohya's keys gives the same matrices as in diffusers'."""
    data = make_lora(tiny_base, 1)
    own, other = weights_of(tiny_base, data), weights_of(tiny_base, to_kohya(data))
    assert own.keys() == other.keys()
    for name, (down, up) in own.items():
        torch.testing.assert_close(other[name], (down, up))


@torch.no_grad()
def test_without_rows_the_base_is_plain(tiny_base: BaseModel, stack: Stack) -> None:
    """Loaded slots say nothing outside the block, nor to a batch in which nobody has a slot."""
    latents, timesteps, text = batch(2)
    plain = tiny_base.predict(latents, timesteps, text)
    stack.load(0, weights_of(tiny_base, make_lora(tiny_base, 1)))
    with stack.using(Rows.of([])):
        assert torch.equal(tiny_base.predict(latents, timesteps, text), plain)
    assert torch.equal(tiny_base.predict(latents, timesteps, text), plain)


def test_gradients_are_those_of_each_alone(tiny_base: BaseModel, stack: Stack) -> None:
    """The gradients of a mixed batch equal those of each person's batch alone, within 1e-6."""
    for slot in range(3):
        stack.load(slot, weights_of(tiny_base, make_lora(tiny_base, slot + 1)))
    latents, timesteps, text = batch(6)
    weights = stack.parameters()
    for weight in weights:
        weight.requires_grad_()
    with stack.using(Rows.of([0, 0, 1, 1, 2, 2])):
        error_of(tiny_base.predict(latents, timesteps, text)).backward()
    together = [weight.grad.clone() for weight in weights if weight.grad is not None]
    assert len(together) == len(weights)
    for slot in range(3):
        chosen = slice(2 * slot, 2 * slot + 2)
        for weight in weights:
            weight.grad = None
        with stack.using(Rows.of([slot, slot])):
            alone = tiny_base.predict(latents[chosen], timesteps[chosen], text.rows(chosen))
        error_of(alone).backward()
        for whole, weight in zip(together, weights, strict=True):
            assert weight.grad is not None
            torch.testing.assert_close(weight.grad[slot], whole[slot], atol=1e-6, rtol=0)


def test_a_slot_forgets_who_was_in_it(tiny_base: BaseModel, stack: Stack) -> None:
    """Loading a smaller LoRA leaves nothing of the larger one before it."""
    small = weights_of(tiny_base, make_lora(tiny_base, 2, rank=2, targets=["to_q"]))
    stack.load(0, weights_of(tiny_base, make_lora(tiny_base, 1, rank=8)))
    stack.load(0, small)
    for name, (down, up) in stack.read(0).items():
        known = small.get(name)
        assert bool(down.any()) == bool(up.any()) == (known is not None)
        if known is not None:
            assert torch.equal(down[:2], known[0])
            assert torch.equal(up[:, :2], known[1])


def test_what_does_not_fit_is_named(tiny_base: BaseModel, stack: Stack) -> None:
    """A rank above the slots' names both, and a LoRA with other layers names the layer; the slot stays as it was."""
    before = stack.read(0)
    with pytest.raises(FloorError, match=r"rank 9 .* rank 8"):
        stack.load(0, weights_of(tiny_base, make_lora(tiny_base, 1, rank=9)))
    with pytest.raises(FloorError, match="to_v"):
        stack.load(0, weights_of(tiny_base, make_lora(tiny_base, 1, targets=["to_v"])))
    after = stack.read(0)
    assert all(torch.equal(before[name][part], after[name][part]) for name in before for part in (0, 1))


def test_a_lora_of_nothing_is_refused(tiny_base: BaseModel) -> None:
    """A file without a layer of the base is a bad LoRA."""
    from safetensors.torch import save

    with pytest.raises(BadLoraError):
        weights_of(tiny_base, save({"unet.nowhere.weight": torch.zeros(2, 2)}))
