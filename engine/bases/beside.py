"""What an operator names beside a base: an LCM-LoRA, an IP-Adapter-FaceID, a ControlNet; whether each fits the base.

Looks at configurations and at headers of weights, before anything is loaded. Loads no torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from limner.engine.bases.families import family_of, read_json
from limner.engine.bases.find import NANO
from limner.engine.bases.headers import HeaderError, Tensor, read_header
from limner.engine.bases.layout import VARIANTS, layout_of
from limner.engine.errors import BadFaceAdapterError, BadLoraError, PoseError

#: The families that there are face adapters for, with their names in h94's collection.
FACE_ADAPTERS: Final = {"sd15": "ip-adapter-faceid_sd15.safetensors", "sdxl": "ip-adapter-faceid_sdxl.safetensors"}

#: The families that diffusers' ControlNetModel is for, in the words for people.
POSED: Final = {"sd15": "Stable Diffusion 1 or 2", "sdxl": "SDXL"}

#: The layer of a LoRA that reads the words, in the keys of diffusers, peft and kohya.
_READS_WORDS: Final = re.compile(r"attn2[._]to_k\.lora(_A|_down|\.down)\.weight$")

_OTHER_LORA: Final = "set LIMNER_FEW_STEP_LORA to an LCM-LoRA for the base, or unset it"

#: What ControlNet and UNet must share for the residuals of one to fit the other.
_SHARED: Final = ("in_channels", "cross_attention_dim", "block_out_channels", "layers_per_block")


def check_few_step_lora(file: Path, directory: Path) -> None:
    """Look whether a file is a LoRA for bases of this kind, as far as its header tells. Raises BadLoraError."""
    tensors = _header(file)
    if tensors is None or not any("lora" in name for name in tensors):
        raise BadLoraError(f"{file} is no LoRA in safetensors; {_OTHER_LORA}")
    wanted = _denoiser(directory).get("cross_attention_dim")
    given = {tensor.shape[1] for name, tensor in tensors.items() if _READS_WORDS.search(name)}
    if wanted is not None and given - {wanted}:
        raise BadLoraError(f"{file} was made for another kind of base; {_OTHER_LORA}")


def check_face_adapter(place: Path, directory: Path, name: str, width: int) -> Path:
    """Return the file of a face adapter that fits a base and faces of `width` numbers. Raises BadFaceAdapterError."""
    file = _face_adapter_file(place, family_of(directory).name, name)
    tensors = _header(file)
    if tensors is None:
        raise BadFaceAdapterError(str(file), "it is not a safetensors file")
    first, key = tensors.get("image_proj.proj.0.weight"), tensors.get("ip_adapter.1.to_k_ip.weight")
    if first is None or key is None or "image_proj.norm.weight" not in tensors:
        raise BadFaceAdapterError(str(file), "it is no IP-Adapter-FaceID")
    if first.shape[1] != width:
        takes = f"it takes face embeddings of {first.shape[1]} numbers, and the face analyser gives {width}"
        raise BadFaceAdapterError(str(file), takes)
    known = [one for one in layout_of(directory).tensors("unet") if one.endswith("attn2.to_k.weight")]
    given = [one for one in tensors if one.endswith("to_k_ip.weight")]
    if key.shape[1] != _denoiser(directory)["cross_attention_dim"] or len(known) != len(given):
        raise BadFaceAdapterError(str(file), f"its layers are not those of {name}")
    return file


def check_controlnet(place: Path | None, directory: Path, name: str) -> str | None:
    """Return which set of a ControlNet's weights to load, as diffusers' `variant`. Raises PoseError."""
    kind = POSED.get(family_of(directory).name)
    if kind is None or directory == NANO:
        raise PoseError(
            f"{name} takes no pose: name a Stable Diffusion 1.5 or SDXL with --base, "
            "and a ControlNet that was made for it in LIMNER_CONTROLNET."
        )
    if place is None:
        raise PoseError(f"A pose needs a ControlNet: set LIMNER_CONTROLNET to the folder of one for {kind}.")
    if why := _unfit(place, directory, name):
        raise PoseError(
            f"The ControlNet in {place} cannot be used: {why}; set LIMNER_CONTROLNET to the folder of one for {kind}."
        )
    return _variant(place)


def _unfit(place: Path, directory: Path, name: str) -> str | None:
    """Say what is wrong with a ControlNet's folder, or None."""
    if not place.is_dir():
        return "it is not a folder in diffusers' layout"
    try:
        config = json.loads((place / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "it has no config.json that can be read"
    if not isinstance(config, dict) or config.get("_class_name") != "ControlNetModel":
        return "its config.json is not that of a ControlNetModel"
    denoiser = _denoiser(directory)
    if unlike := [key for key in _SHARED if config.get(key) != denoiser.get(key)]:
        return f"it was made for another base than {name} ({unlike[0]} differs)"
    weights = _weights(place, _variant(place))
    if not weights.is_file():
        pickles = any(place.glob("*.bin"))
        return "its weights are a pickle, which limner does not open" if pickles else f"{weights.name} is missing"
    return f"{weights.name} is no safetensors file, or was cut off" if _header(weights) is None else None


def _variant(place: Path) -> str | None:
    return next((one for one in VARIANTS if _weights(place, one).is_file()), None)


def _weights(place: Path, variant: str | None) -> Path:
    return place / f"diffusion_pytorch_model{f'.{variant}' if variant else ''}.safetensors"


def _face_adapter_file(place: Path, family: str, base: str) -> Path:
    name = FACE_ADAPTERS.get(family)
    if name is None:
        wrong = f"it is for Stable Diffusion 1.5 or SDXL, and {base} is of the family {family}"
        raise BadFaceAdapterError(str(place), wrong)
    file = place / name if place.is_dir() else place
    if not file.is_file():
        raise BadFaceAdapterError(str(place), f"there is no {name} (a .bin must be converted first)")
    return file


def _header(file: Path) -> Mapping[str, Tensor] | None:
    try:
        return read_header(file)
    except (HeaderError, OSError):
        return None


def _denoiser(directory: Path) -> dict[str, Any]:
    return read_json(directory / family_of(directory).denoiser / "config.json", directory)
