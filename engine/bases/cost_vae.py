"""What an AutoencoderKL's decoder costs, for one picture. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping

from limner.engine.bases.cost import Cost, applied, attention, total
from limner.engine.bases.headers import Tensor


def decoder_cost(weights: Mapping[str, Tensor], side: int) -> Cost:
    """Cost a decoding of latents of `side` x `side`."""
    blocks = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("decoder.up_blocks."))
    return total(
        _layer(name, weight, _side(name, side, blocks) ** 2)
        for name, weight in weights.items()
        if name.endswith(".weight") and name.startswith(("decoder.", "post_quant_conv."))
    )


def _side(name: str, side: int, blocks: int) -> int:
    parts = name.split(".")
    if name.startswith("decoder.up_blocks."):
        return side << (int(parts[2]) + ("upsamplers" in parts))
    return side << (blocks - 1) if name.startswith(("decoder.conv_out", "decoder.conv_norm_out")) else side


def _layer(name: str, weight: Tensor, places: int) -> Cost:
    if len(weight.shape) == 1:
        return Cost()
    outputs, inputs = weight.shape[:2]
    flops = applied(weight, places)
    if ".to_q." in name:
        flops += attention(places, places, outputs)
    # The block's input, its norm, its curve and the convolution's result.
    return Cost(flops, (3 * inputs + outputs) * places)
