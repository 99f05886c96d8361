"""LoRA files in the keys that other programs read. Renames layers and copies numbers; loads no torch.

diffusers names a layer `unet.<module>.lora_A.weight` and keeps rank and alpha in the metadata; kohya's scripts name it
`lora_unet_<module, with _ for .>.lora_down.weight` and put an `alpha` beside each layer. A1111 and ComfyUI read the
latter, ComfyUI both. Kohya's keys need not be turned back: what reads a LoRA here reads them too.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from limner.engine.alphas import CONFIG, alpha_of
from limner.engine.errors import BadLoraError

_PARTS = {"lora_A.weight": "lora_down.weight", "lora_B.weight": "lora_up.weight"}


def to_kohya(data: bytes) -> bytes:
    """Write a LoRA of limner's or diffusers' in kohya's keys; what it predicts stays the same. Raises BadLoraError."""
    header, body = _open(data)
    notes = header.pop("__metadata__", {})
    config = json.loads(notes.pop(CONFIG, "{}"))
    alphas: dict[str, float] = {}
    renamed: dict[str, Any] = {}
    for key, entry in header.items():
        prefix, module, part = _split(key)
        name = f"lora_unet_{module.replace('.', '_')}"
        renamed[f"{name}.{_PARTS[part]}"] = entry
        if part == "lora_A.weight":
            alphas[f"{name}.alpha"] = alpha_of(config, prefix, module, entry["shape"][0])
    for key, alpha in alphas.items():
        renamed[key] = {"dtype": "F32", "shape": [], "data_offsets": [len(body), len(body) + 4]}
        body += struct.pack("<f", alpha)
    return _write(renamed, {**notes, "ss_network_module": "networks.lora"}, body)


def _split(key: str) -> tuple[str, str, str]:
    """Divide a key into the denoiser's name, the module and the part of its LoRA."""
    head, _, part = key.partition(".lora_")
    prefix, _, module = head.partition(".")
    if f"lora_{part}" not in _PARTS or not module or prefix not in {"unet", "transformer"}:
        raise BadLoraError(f"{key!r} is not a layer in diffusers' keys")
    return prefix, module, f"lora_{part}"


def _open(data: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as error:
        raise BadLoraError("it is not a safetensors file") from error
    if not isinstance(header, dict) or len(data) < 8 + length:
        raise BadLoraError("it is not a safetensors file")
    return header, data[8 + length :]


def _write(header: Mapping[str, Any], notes: Mapping[str, str], body: bytes) -> bytes:
    text = json.dumps({"__metadata__": dict(sorted(notes.items())), **header}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + body
