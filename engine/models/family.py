"""The narrow seam between the engine and a family of base models; one file a family fulfils it.

sd15      Stable Diffusion 1 and 2 and nano       UNet, one CLIP text encoder
sdxl      Stable Diffusion XL                     UNet, two CLIP text encoders, sizes as conditions
zimage    Z-Image and Z-Image-Turbo               flow transformer, Qwen3 as its text encoder
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from diffusers import PipelineQuantizationConfig, TorchAoConfig

from limner.engine.models.prompts import Prompts
from limner.engine.models.schedule import Schedule

State = dict[str, torch.Tensor]


class Family(Protocol):
    """What differs from one family to the next. The models in it are frozen and in evaluation mode."""

    @property
    def name(self) -> str:
        """One word: `sd15`, `sdxl` or `zimage`."""

    @property
    def prefix(self) -> str:
        """The denoiser's name in diffusers' pipeline and LoRA keys: `unet` or `transformer`."""

    @property
    def text_encoders(self) -> Sequence[Any]:
        """The text encoders, which are only needed for a prompt that was never said before."""

    def encode_prompt(self, text: str, device: torch.device) -> Prompts:
        """Encode one prompt. What does not fit into the tokenizer's length is cut off, as diffusers does."""

    def knows(self, word: str) -> bool:
        """Tell whether a word is one token of the vocabulary, and so one that the training has met."""

    def predict(self, denoiser: Any, latents: torch.Tensor, timesteps: torch.Tensor, prompts: Prompts) -> torch.Tensor:
        """Call the denoiser for (n, c, h, w) latents in its type at (n,) timesteps; what its schedule calls target."""

    def grid(self, denoiser: Any) -> int:
        """Tell of what number the height and width of latents must be multiples."""

    def read_lora(self, tensors: State, denoiser: Any) -> tuple[State, Mapping[str, float] | None]:
        """Bring a LoRA file's keys, diffusers' or kohya's, into diffusers' form; with the alphas it names, if any."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a family loads from a directory, on the processor."""

    family: Family
    denoiser: Any
    vae: Any
    schedule: Schedule
    size: int
    """The side of the pictures that the base was made for, in pixels."""
    safety: tuple[Any, Any] | None = None
    """A safety checker and its feature extractor."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How to load: the type of the weights, where the work will be done, whether the denoiser is in 8-bit integers."""

    dtype: torch.dtype
    device: torch.device
    int8: bool = False
    variant: str | None = None
    """Which set of weights is loaded where there are several, in diffusers' word: fp16."""

    def arguments(self, directory: Path, denoiser: str) -> dict[str, Any]:
        """Give what `from_pretrained` is told: only safetensors, only what is on this machine.

        Only the denoiser is quantised: the VAE is small, and a text encoder is used once for a prompt.
        """
        told: dict[str, Any] = {
            "use_safetensors": True,
            "local_files_only": True,
            "dtype": self.dtype,
            "variant": self.variant,
        }
        if self.int8:
            told["quantization_config"] = PipelineQuantizationConfig(quant_mapping={denoiser: _int8()})
        return {"pretrained_model_name_or_path": str(directory), **told}


def face_conditions(prompts: Prompts, latents: torch.Tensor) -> dict[str, list[torch.Tensor]]:
    """Give what a UNet with an IP-Adapter is told of faces: one list entry, (n, 1, width); nothing without faces."""
    if prompts.face is None:
        return {}
    return {"image_embeds": [prompts.face.unsqueeze(1).to(latents.device, latents.dtype)]}


def _int8() -> TorchAoConfig:
    # Here, not above: torchao is an extra of its own.
    from torchao.quantization import Int8WeightOnlyConfig

    return TorchAoConfig(Int8WeightOnlyConfig())
