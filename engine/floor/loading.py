"""LoRA files into the floor's form: each layer's A and B, its multiplier in B."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from diffusers.utils import convert_unet_state_dict_to_peft

from limner.engine.alphas import alpha_of
from limner.engine.errors import BadLoraError
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import read_lora

_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"


def weights_of(base: BaseModel, data: bytes) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Read a LoRA file for `limner.engine.floor.layers.Stack.load`; float32, on the processor.

    Raises BadLoraError, also for what is more than two matrices a layer: DoRA and biases.
    """
    state, alphas, config = read_lora(base, data)
    prefix = base.family.prefix
    own = {key.removeprefix(f"{prefix}."): value for key, value in state.items() if key.startswith(f"{prefix}.")}
    if own and not any("lora_A" in key for key in own):
        own = convert_unet_state_dict_to_peft(own)
    named = _by_module(alphas or {}, prefix)
    weights = {}
    for key, down in own.items():
        module = key.removesuffix(_DOWN)
        if not key.endswith((_DOWN, _UP)):
            raise BadLoraError(
                f"{key} is none of the two matrices of a layer; DoRA and biases cannot be drawn together"
            )
        if module == key:
            continue
        up = own[module + _UP].float()
        alpha = named.get(module, alpha_of(config, prefix, module, len(down)))
        weights[module] = (down.float(), up.flatten(1) * (alpha / len(down)))
    if not weights:
        raise BadLoraError(f"it has no layer for the base model {base.name}")
    return weights


def _by_module(alphas: Mapping[str, float], prefix: str) -> dict[str, float]:
    """Bring the alphas that diffusers found in kohya's keys, some of them under its older names, to their modules."""
    names = {key.removeprefix(f"{prefix}.").removesuffix(".alpha"): alpha for key, alpha in alphas.items()}
    return {name.removesuffix(_DOWN): alpha for name, alpha in convert_unet_state_dict_to_peft(names).items()}
