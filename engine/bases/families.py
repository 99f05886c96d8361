"""The families of base models that limner can paint with, as a table. Loads no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limner.engine.errors import IncompleteBaseError, UnknownBaseError

INDEX = "model_index.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A folder with weights. `classes` are the names that model_index.json may give it."""

    folder: str
    classes: tuple[str, ...]

    @property
    def stem(self) -> str:
        """How the files of its weights begin: transformers and diffusers differ."""
        return "model" if self.folder.startswith("text_encoder") else "diffusion_pytorch_model"


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of base model.

    `pipeline` is the class in model_index.json. `denoiser` is the folder that a LoRA is trained for. `plain` are the
    folders without weights that must be there too. `reference` is the hub id whose configuration files describe a
    checkpoint of this family that came as one file.
    """

    name: str
    title: str
    pipeline: str
    denoiser: str
    parts: tuple[Part, ...]
    plain: tuple[str, ...]
    reference: str

    def part(self, folder: str) -> Part:
        """Give the part in a folder."""
        return next(part for part in self.parts if part.folder == folder)


_VAE = Part("vae", ("AutoencoderKL",))
_CLIP = Part("text_encoder", ("CLIPTextModel",))

FAMILIES: Mapping[str, Family] = {
    family.name: family
    for family in (
        Family(
            name="sd15",
            title="Stable Diffusion 1 and 2",
            pipeline="StableDiffusionPipeline",
            denoiser="unet",
            parts=(Part("unet", ("UNet2DConditionModel",)), _VAE, _CLIP),
            plain=("scheduler", "tokenizer"),
            reference="stable-diffusion-v1-5/stable-diffusion-v1-5",
        ),
        Family(
            name="sdxl",
            title="Stable Diffusion XL",
            pipeline="StableDiffusionXLPipeline",
            denoiser="unet",
            parts=(
                Part("unet", ("UNet2DConditionModel",)),
                _VAE,
                _CLIP,
                Part("text_encoder_2", ("CLIPTextModelWithProjection",)),
            ),
            plain=("scheduler", "tokenizer", "tokenizer_2"),
            reference="stabilityai/stable-diffusion-xl-base-1.0",
        ),
        Family(
            name="zimage",
            title="Z-Image",
            pipeline="ZImagePipeline",
            denoiser="transformer",
            parts=(
                Part("transformer", ("ZImageTransformer2DModel",)),
                _VAE,
                Part("text_encoder", ("Qwen3Model", "Qwen3ForCausalLM")),
            ),
            plain=("scheduler", "tokenizer"),
            reference="Tongyi-MAI/Z-Image-Turbo",
        ),
    )
}


def family_of(directory: Path) -> Family:
    """Tell the family of a directory in diffusers' layout by its model_index.json. Raises UnknownBaseError."""
    kind = read_json(directory / INDEX, directory).get("_class_name")
    for family in FAMILIES.values():
        if family.pipeline == kind:
            return family
    known = ", ".join(family.pipeline for family in FAMILIES.values())
    raise UnknownBaseError(
        str(directory), f"it is a {kind}, and limner paints with {known}", "Choose a model of one of these kinds."
    )


def read_json(file: Path, directory: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object. Raises UnknownBaseError, which names the directory."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IncompleteBaseError(str(directory), f"{file.relative_to(directory)} is missing in {directory}") from None
    except (OSError, ValueError) as error:
        raise IncompleteBaseError(str(directory), f"{file} cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise IncompleteBaseError(str(directory), f"{file} holds no JSON object")
    return found
