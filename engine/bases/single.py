"""Checkpoints that are one .safetensors file: of which family, and where they are kept once they were unpacked.

A family is known by the names of its tensors, as diffusers' `single_file_utils` does. Loads no torch: unpacking is in
`unpack`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from limner.engine.bases.families import FAMILIES, Family
from limner.engine.bases.headers import HeaderError, Tensor, read_header
from limner.engine.errors import UnknownBaseError

#: Written into an unpacked folder last: which file it came from.
SOURCE = "limner_source.json"

_UNET = "model.diffusion_model."
_SDXL = "conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias"
_SD15 = f"{_UNET}output_blocks.11.0.skip_connection.weight"
_INPUT = f"{_UNET}input_blocks.0.0.weight"
_SD2 = f"{_UNET}input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight"
_ZIMAGE = "layers.0.adaLN_modulation.0.weight"

# What must be in the file for each part of a family, by how the tensors' names begin. Z-Image's text encoder and VAE
# come from a whole model beside it: its checkpoints hold the transformer alone.
_PARTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sd15": {"text encoder": ("cond_stage_model.",), "VAE": ("first_stage_model.",)},
    "sdxl": {
        "text encoder": ("conditioner.embedders.0.",),
        "second text encoder": ("conditioner.embedders.1.",),
        "VAE": ("first_stage_model.",),
    },
    "zimage": {},
}


def family_of_file(file: Path) -> Family:
    """Tell the family of a checkpoint by its header, and that nothing is missing. Raises UnknownBaseError."""
    try:
        tensors = read_header(file)
    except (HeaderError, OSError) as error:
        raise UnknownBaseError(str(file), f"the file {error}", "Fetch it again.") from error
    family = _family(file, tensors)
    for part, beginnings in _PARTS[family.name].items():
        if not any(name.startswith(beginnings) for name in tensors):
            raise UnknownBaseError(str(file), f"the file has no {part}", "Choose a checkpoint that holds all parts.")
    return family


def unpacked_folder(shelf: Path, file: Path) -> Path | None:
    """Tell where this very file was unpacked to, or None where it was not, or has changed since."""
    folder = folder_for(shelf, file)
    try:
        source = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return folder if source == source_of(file) else None


def folder_for(shelf: Path, file: Path) -> Path:
    """Tell where a file is unpacked to: its name, and a few letters that tell equal names apart."""
    return shelf / "files" / f"{file.stem}-{hashlib.sha256(str(file).encode()).hexdigest()[:8]}"


def source_of(file: Path) -> dict[str, str | int]:
    """Describe a file so that a change of it is seen. Reading all of it would take seconds at each start."""
    found = file.stat()
    return {"file": str(file), "bytes": found.st_size, "changed_ns": found.st_mtime_ns}


def _family(file: Path, tensors: Mapping[str, Tensor]) -> Family:
    if any(name.endswith(_ZIMAGE) for name in tensors):
        return FAMILIES["zimage"]
    channels = tensors[_INPUT].shape[1] if _INPUT in tensors else 0
    if channels not in {0, 4}:
        why = f"its UNet takes {channels} channels, as those for inpainting do, and 4 are needed"
        raise UnknownBaseError(str(file), why, "Choose a checkpoint for text to image.")
    if _SDXL in tensors:
        return FAMILIES["sdxl"]
    if _SD2 in tensors and tensors[_SD2].shape[-1] == 1024:
        why = "it is a Stable Diffusion 2 in one file, which does not say how it predicts"
        raise UnknownBaseError(str(file), why, "Choose its folder in diffusers' layout, or its hub id.")
    if _SD15 in tensors:
        return FAMILIES["sd15"]
    if any("lora" in name.lower() for name in tensors):
        raise UnknownBaseError(str(file), "it is a LoRA, not a base model", "Put it into a style instead.")
    titles = ", ".join(family.title for family in FAMILIES.values())
    raise UnknownBaseError(str(file), f"its tensors are not those of {titles}", "Choose a checkpoint of one of these.")
