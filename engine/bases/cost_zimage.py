"""What a ZImageTransformer2DModel costs, in one pass over one picture. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping

from limner.engine.bases.cost import Cost, adapted_layers, applied, attention, total
from limner.engine.bases.headers import Tensor

#: A prompt of some forty words with the marks of a chat; the model fills up to a multiple of 32.
TEXT_TOKENS = 64

_MULTIPLE = 32


def zimage_cost(weights: Mapping[str, Tensor], side: int, targets: tuple[str, ...] = ()) -> Cost:
    """Cost a pass over latents of `side` x `side`, with a LoRA on the layers that `targets` name."""
    picture = -(-((side // 2) ** 2) // _MULTIPLE) * _MULTIPLE
    adapted = set(adapted_layers(weights, targets))
    return total(
        _layer(name, weight, _places(name, picture), adapted=name in adapted)
        for name, weight in weights.items()
        if name.endswith(".weight")
    )


def _places(name: str, picture: int) -> int:
    """Tell how many tokens a layer works on: the picture's, the prompt's, or both."""
    if "adaLN" in name or name.startswith("t_embedder"):
        return 1
    if name.startswith(("context_refiner", "cap_embedder")):
        return TEXT_TOKENS
    if name.startswith(("noise_refiner", "all_x_embedder")):
        return picture
    return picture + TEXT_TOKENS


def _layer(name: str, weight: Tensor, places: int, *, adapted: bool) -> Cost:
    if len(weight.shape) == 1:
        return _norm(name, weight, places)
    read = weight.shape[1] * places if adapted else 0
    if ".attention." in name:
        return _attention(name, weight, places, read)
    outputs, inputs = weight.shape
    flops = applied(weight, places)
    if name.endswith("feed_forward.w1.weight"):
        # Both branches and the curve are kept; the product lives beside them.
        return Cost(flops, (2 * inputs + 4 * outputs) * places, 3 * outputs * places, read, read)
    if name.endswith("feed_forward.w3.weight"):
        return Cost(flops, 0, 0, 0, read)
    return Cost(flops, 0, 0, read, read)


def _attention(name: str, weight: Tensor, places: int, read: int) -> Cost:
    outputs, inputs = weight.shape
    flops = applied(weight, places)
    if name.endswith(".to_q.weight"):
        # Queries and keys are kept twice: before their norm, which works on a copy in float32, and after it.
        work = flops + attention(places, places, outputs)
        return Cost(work, 8 * outputs * places, 2 * outputs * places, read, read + outputs * places)
    if name.endswith(".to_k.weight"):
        return Cost(flops, 0, 2 * outputs * places, 0, read + outputs * places)
    if name.endswith(".to_v.weight"):
        return Cost(flops, 0, outputs * places, 0, read)
    return Cost(flops, 0, inputs * places, 0, read)  # attention has kept its result


def _norm(name: str, weight: Tensor, places: int) -> Cost:
    """Cost an RMSNorm: diffusers writes it out, and its square is of a copy in float32."""
    whole = "norm" in name and "norm_q" not in name and "norm_k" not in name
    size = weight.count * places if whole else 0
    return Cost(kept=size, cast=size)
