"""The header of a safetensors file: names, types and shapes of its tensors, without their numbers.

The format: eight bytes with the header's length, the header as JSON, then the numbers one after the other
(https://huggingface.co/docs/safetensors, "Format"). Loads no torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Bytes of one number of each type.
BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
    "F8_E4M3": 1, "F8_E5M2": 1, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip

# The library's own limit.
_LONGEST = 100_000_000


class HeaderError(ValueError):
    """A file is not the safetensors that it says; the message is half a sentence that follows the file's name."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """What the header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """How many bytes they take."""
        return self.count * BYTES[self.dtype]


def read_header(file: Path) -> Mapping[str, Tensor]:
    """Read what tensors a file has, and check that they fill it exactly. Raises HeaderError and OSError."""
    total = file.stat().st_size
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if total < 8 or not 2 <= length <= min(_LONGEST, total - 8):
            raise HeaderError("is not safetensors, or was cut off")
        entries = _parsed(opened.read(length))
    tensors = {name: _tensor(name, entry) for name, entry in entries.items()}
    _check_offsets(entries, tensors, total - 8 - length)
    return tensors


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise HeaderError("is not safetensors: its header is no JSON") from error
    if not isinstance(entries, dict):
        raise HeaderError("is not safetensors: its header is no JSON object")
    entries.pop("__metadata__", None)
    return entries


def _tensor(name: str, entry: Any) -> Tensor:
    try:
        tensor = Tensor(entry["dtype"], tuple(map(int, entry["shape"])))
        begin, end = entry["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise HeaderError(f"has a damaged header at {name}") from error
    if tensor.dtype not in BYTES or min(tensor.shape, default=0) < 0 or end - begin != tensor.size:
        raise HeaderError(f"has a damaged header at {name}")
    return tensor


def _check_offsets(entries: dict[str, Any], tensors: Mapping[str, Tensor], room: int) -> None:
    place = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        if entry["data_offsets"][0] != place:
            raise HeaderError(f"has a damaged header at {name}")
        place += tensors[name].size
    if place > room:
        raise HeaderError(f"was cut off: {place - room} of {place} bytes are missing")
    if place < room:
        raise HeaderError(f"has {room - place} bytes too many")
