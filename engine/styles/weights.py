"""Look into a LoRA file without torch: layers, shapes, types, whether its numbers are numbers, how much it adds.

Safetensors: 8 bytes of length, a JSON header, then the tensors (https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from limner.engine.alphas import CONFIG, alpha_of
from limner.engine.errors import BadLoraError
from limner.engine.faces import Floats

_TYPES = {"F16": "<f2", "F32": "<f4", "BF16": "<u2"}
#: The two halves of a layer's update B A, and its alpha, as diffusers, kohya's scripts and older diffusers name them.
_PARTS = {
    ".lora_A.weight": "A", ".lora_down.weight": "A", ".lora.down.weight": "A",
    ".lora_B.weight": "B", ".lora_up.weight": "B", ".lora.up.weight": "B",
    ".alpha": "alpha",
}  # fmt: skip
#: No weight of a sound LoRA comes near it; a damaged or hostile one would blow up the base's activations.
_LARGEST = 1e4
#: A layer of a base gives about as much as it is given (nano's: 0.5 to 1.7 times), and a LoRA adds a part of that
#: (nano's styles: 0.22 times at most; kohya's `scale_weight_norms` holds it below 0.06 with 320 outputs). An update of
#: ten times leaves nothing of the base.
_MOST_ADDED = 10.0

#: The header's entries of one layer, by their part.
_Layer = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class LoraFacts:
    """What a LoRA file holds: its layers, their largest rank, their types, and the base it says it is for.

    `added` is the largest of its layers' gains: how much a layer's update adds, as a multiple of what goes in.
    """

    layers: int
    rank: int
    base: str | None
    types: tuple[str, ...]
    added: float


def check_lora(data: bytes) -> LoraFacts:
    """Validate a LoRA file's header and values, and how much each layer adds. Raises BadLoraError."""
    header, body = _open(data)
    notes = header.pop("__metadata__", {})
    config = _config(notes)
    layers: dict[str, _Layer] = {}
    for name, entry in header.items():
        _check(name, entry, body)
        suffix = next(suffix for suffix in _PARTS if name.endswith(suffix))
        layers.setdefault(name.removesuffix(suffix), {})[_PARTS[suffix]] = entry
    if not layers:
        raise BadLoraError("it holds no layers")
    gains = [_check_gain(module, layer, body, config) for module, layer in layers.items()]
    return LoraFacts(
        layers=len(layers),
        rank=max(layer["A"]["shape"][0] for layer in layers.values()),
        base=notes.get("base"),
        types=tuple(sorted({layer["A"]["dtype"] for layer in layers.values()})),
        added=max(gains),
    )


def _open(data: bytes) -> tuple[dict[str, Any], memoryview]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise BadLoraError("it is not a safetensors file")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as error:
        raise BadLoraError("it is not a safetensors file") from error
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__", {}), dict):
        raise BadLoraError("it is not a safetensors file")
    return header, memoryview(data)[8 + length :]


def _config(notes: Mapping[str, Any]) -> dict[str, Any]:
    try:
        config = json.loads(notes.get(CONFIG, "{}"))
    except (ValueError, TypeError) as error:
        raise BadLoraError("its configuration is damaged") from error
    if not isinstance(config, dict):
        raise BadLoraError("its configuration is damaged")
    return config


def _check(name: str, entry: object, body: memoryview) -> None:
    """Check one tensor: its name, type, shape, place and numbers."""
    if not name.endswith(tuple(_PARTS)):
        raise BadLoraError(f"{name!r} is not a LoRA's layer")
    match entry:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [int(start), int(end)]} if kind in _TYPES:
            known: dict[str, Any] = {"dtype": kind, "shape": shape, "data_offsets": (start, end)}
        case _:
            raise BadLoraError(f"{name!r} has no type, shape or place that is known")
    sides = {0, 1} if name.endswith(".alpha") else {2, 4}
    if len(shape) not in sides or not all(isinstance(side, int) and side > 0 for side in shape):
        raise BadLoraError(f"{name!r} has the shape {shape}")
    size = math.prod(shape) * np.dtype(_TYPES[kind]).itemsize
    if not 0 <= start <= end <= len(body) or end - start != size:
        raise BadLoraError(f"{name!r} does not fit into the file")
    values = _numbers(known, body)
    if not np.isfinite(values).all() or (values.size and float(np.abs(values).max()) > _LARGEST):
        raise BadLoraError(f"{name!r} holds numbers that are not finite or far too large")


def _check_gain(module: str, layer: _Layer, body: memoryview, config: Mapping[str, Any]) -> float:
    """Check that a layer's halves belong together, and return its gain."""
    if not {"A", "B"} <= layer.keys():
        raise BadLoraError(f"{module!r} lacks one of its halves")
    down, up = (_numbers(layer[half], body) for half in ("A", "B"))
    down, up = down.reshape(len(down), -1), up.reshape(len(up), -1)
    if up.shape[1] != len(down):
        raise BadLoraError(f"the halves of {module!r} have the ranks {len(down)} and {up.shape[1]}")
    if "alpha" in layer:
        alpha = float(_numbers(layer["alpha"], body).ravel()[0])
    else:
        alpha = _configured(config, module, len(down))
    gain = abs(alpha) / len(down) * _gain(down, up)
    if not gain <= _MOST_ADDED:
        raise BadLoraError(f"{module!r} would add {gain:.0f} times what goes in, and less than one is usual")
    return gain


def _configured(config: Mapping[str, Any], module: str, rank: int) -> float:
    prefix, _, name = module.partition(".")
    try:
        return alpha_of(config, prefix, name, rank)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadLoraError("its configuration is damaged") from error


def _gain(down: Floats, up: Floats) -> float:
    """Return the root mean square of B A x for an x of independent numbers of variance 1: |B A| over the root of rows.

    The norm comes from two matrices of the rank's size, |B A|^2 = tr(B'B A A'): the product itself would be as large as
    the base's own layer.
    """
    square = float(((up.T @ up) * (down @ down.T)).sum(dtype=np.float64))
    return math.sqrt(max(square, 0.0) / len(up))


def _numbers(entry: Mapping[str, Any], body: memoryview) -> Floats:
    """Return a tensor in its shape as float32."""
    start, end = entry["data_offsets"]
    found = np.frombuffer(body[start:end], _TYPES[entry["dtype"]]).reshape(entry["shape"])
    if entry["dtype"] == "BF16":
        # numpy has no bfloat16: its bits are the upper half of a float32's.
        return (found.astype(np.uint32) << 16).view(np.float32)
    return found.astype(np.float32)
