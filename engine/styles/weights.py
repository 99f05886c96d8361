"""Look into a LoRA file without torch: its layers, shapes, types and whether its numbers are numbers.

Safetensors: 8 bytes of length, a JSON header, then the tensors (https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from limner.engine.errors import BadLoraError
from limner.engine.faces import Floats

_TYPES = {"F16": "<f2", "F32": "<f4", "BF16": "<u2"}
_SUFFIXES = (
    ".lora_A.weight", ".lora_B.weight", ".lora_down.weight", ".lora_up.weight",
    ".lora.down.weight", ".lora.up.weight", ".alpha",
)  # fmt: skip
#: No weight of a sound LoRA comes near it; a damaged or hostile one would blow up the base's activations.
_LARGEST = 1e4


@dataclass(frozen=True, slots=True)
class LoraFacts:
    """What a LoRA file holds: how many pairs of layers, their largest rank, and the base it says it is for."""

    layers: int
    rank: int
    base: str | None


def check_lora(data: bytes) -> LoraFacts:
    """Validate a LoRA file's header and values. Raises BadLoraError."""
    header, body = _open(data)
    notes = header.pop("__metadata__", {})
    ranks = [_check(name, entry, body) for name, entry in header.items()]
    if not ranks:
        raise BadLoraError("it holds no layers")
    return LoraFacts(layers=len(ranks) // 2, rank=max(ranks), base=notes.get("base"))


def _open(data: bytes) -> tuple[dict[str, Any], memoryview]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise BadLoraError("it is not a safetensors file")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as error:
        raise BadLoraError("it is not a safetensors file") from error
    if not isinstance(header, dict):
        raise BadLoraError("it is not a safetensors file")
    return header, memoryview(data)[8 + length :]


def _check(name: str, entry: object, body: memoryview) -> int:
    """Check one tensor; return the smallest of its sides, which is its rank in a LoRA's layer."""
    if not name.endswith(_SUFFIXES):
        raise BadLoraError(f"{name!r} is not a LoRA's layer")
    match entry:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [int(start), int(end)]} if kind in _TYPES:
            pass
        case _:
            raise BadLoraError(f"{name!r} has no type, shape or place that is known")
    if len(shape) not in {0, 1, 2, 4} or not all(isinstance(side, int) and side > 0 for side in shape):
        raise BadLoraError(f"{name!r} has the shape {shape}")
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(_TYPES[kind]).itemsize
    if not 0 <= start <= end <= len(body) or end - start != size:
        raise BadLoraError(f"{name!r} does not fit into the file")
    values = _numbers(body[start:end], kind)
    if not np.isfinite(values).all() or (values.size and float(np.abs(values).max()) > _LARGEST):
        raise BadLoraError(f"{name!r} holds numbers that are not finite or far too large")
    return min(shape[:2], default=1)


def _numbers(raw: memoryview, kind: str) -> Floats:
    found = np.frombuffer(raw, _TYPES[kind])
    if kind == "BF16":
        # numpy has no bfloat16: its bits are the upper half of a float32's.
        return (found.astype(np.uint32) << 16).view(np.float32)
    return found.astype(np.float32)
