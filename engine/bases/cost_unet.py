"""What a UNet2DConditionModel costs, in one pass over one picture. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from limner.engine.bases.cost import Cost, adapted_layers, applied, attention, total
from limner.engine.bases.headers import Tensor

#: CLIP's length of a prompt.
TEXT_TOKENS = 77


def unet_cost(
    weights: Mapping[str, Tensor], config: Mapping[str, Any], side: int, targets: tuple[str, ...] = ()
) -> Cost:
    """Cost a pass over latents of `side` x `side`, with a LoRA on the layers that `targets` name."""
    levels = len(config["block_out_channels"])
    adapted = set(adapted_layers(weights, targets))
    layers = total(
        _layer(name, weight, _places(name, side, levels), adapted=name in adapted)
        for name, weight in weights.items()
        if name.endswith(".weight")
    )
    return replace(layers, peak=layers.peak + _skips(config, side))


def _places(name: str, side: int, levels: int) -> int:
    """Tell at how many places of a picture a layer's result stands."""
    parts = name.split(".")
    if _once(name):
        return 1
    if ".attn2.to_k" in name or ".attn2.to_v" in name:
        return TEXT_TOKENS
    match parts[0]:
        case "down_blocks":
            level = int(parts[1]) + ("downsamplers" in parts)
        case "mid_block":
            level = levels - 1
        case "up_blocks":
            level = levels - 1 - int(parts[1]) - ("upsamplers" in parts)
        case _:
            level = 0
    return (side >> level) ** 2


def _once(name: str) -> bool:
    return "time_emb" in name or name.startswith(("time_embedding", "add_embedding", "class_embedding"))


def _layer(name: str, weight: Tensor, places: int, *, adapted: bool) -> Cost:
    if len(weight.shape) == 1:
        return Cost(kept=_norm_keeps(name) * weight.count * places)
    outputs, inputs = weight.shape[:2]
    flops = applied(weight, places)
    if len(weight.shape) == 4:
        before = inputs * places * (4 if "downsamplers" in name else 1)
        # The shortcut reads what the block's norm has kept already.
        kept = 0 if "conv_shortcut" in name else before
        return Cost(flops, 3 * before + outputs * places, kept, 0, before if adapted else 0)
    return _linear(name, weight, places, inputs * places if adapted else 0)


def _linear(name: str, weight: Tensor, places: int, read: int) -> Cost:
    outputs, inputs = weight.shape
    flops = applied(weight, places)
    if ".to_q." in name:
        # The input is the norm's result, which the keys' and the values' layers read too; attention keeps the queries.
        keys = TEXT_TOKENS if ".attn2." in name else places
        return Cost(flops + attention(places, keys, outputs), 6 * outputs * places, outputs * places, read, read)
    if ".to_k." in name or ".to_v." in name:
        return Cost(flops, 0, outputs * places, 0, read)
    if ".to_out." in name:
        return Cost(flops, 0, inputs * places, 0, read)  # attention has kept its result
    if ".ff.net.0." in name:
        # GEGLU keeps both halves, and the gate after its curve; the product lives beside them.
        return Cost(flops, 2 * (inputs + outputs) * places, (outputs + outputs // 2) * places, read, read)
    return Cost(flops, 0, 0, read, read)


def _norm_keeps(name: str) -> int:
    """Tell how many tensors a norm leaves for the way back: its input, and its result where a curve follows."""
    if name.endswith("bias") or "norm" not in name:
        return 0
    return 2 if ".resnets." in name or name.startswith("conv_norm_out") else 1


def _skips(config: Mapping[str, Any], side: int) -> int:
    """Count the numbers that wait for the way up: every result of the way down."""
    widths = config["block_out_channels"]
    depth = config.get("layers_per_block", 2)
    depths = [depth] * len(widths) if isinstance(depth, int) else list(depth)
    waiting = widths[0] * side**2
    for level, (width, layers) in enumerate(zip(widths, depths, strict=True)):
        waiting += layers * width * (side >> level) ** 2
        if level + 1 < len(widths):
            waiting += width * (side >> (level + 1)) ** 2
    return int(waiting)
