"""Stable Diffusion 1 and 2, and nano: a UNet and one CLIP text encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

from limner.engine.models.controlnet import residuals
from limner.engine.models.family import Loading, Parts, State, face_conditions
from limner.engine.models.prompts import Prompts
from limner.engine.models.schedule import DiffusionSchedule
from limner.engine.models.vae import vae_scale_factor


@dataclass(frozen=True, slots=True, eq=False)
class StableDiffusion:
    """Fulfils `limner.engine.models.family.Family`."""

    tokenizer: Any
    text_encoder: Any
    name: str = "sd15"
    prefix: str = "unet"

    @property
    def text_encoders(self) -> Sequence[Any]:
        """See `Family`."""
        return (self.text_encoder,)

    def encode_prompt(self, text: str, device: torch.device) -> Prompts:
        """See `Family`; (1, 77, 768) with Stable Diffusion 1."""
        tokens = self.tokenizer(
            text,
            padding="max_length",
            max_length=self.tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        return Prompts(self.text_encoder(tokens.input_ids.to(device))[0].float())

    def knows(self, word: str) -> bool:
        """See `Family`."""
        return len(self.tokenizer(word, add_special_tokens=False).input_ids) == 1

    def predict(self, denoiser: Any, latents: torch.Tensor, timesteps: torch.Tensor, prompts: Prompts) -> torch.Tensor:
        """See `Family`."""
        hidden = prompts.hidden.to(latents.device, latents.dtype)
        faces = face_conditions(prompts, latents)
        posed = residuals(prompts.pose, latents, timesteps, hidden, {})
        found = denoiser(latents, timesteps, hidden, added_cond_kwargs=faces, return_dict=False, **posed)
        return cast("torch.Tensor", found[0])

    def grid(self, denoiser: Any) -> int:
        """See `Family`: each block of the UNet but the last halves them."""
        return int(2 ** (len(denoiser.config.down_block_types) - 1))

    def read_lora(self, tensors: State, denoiser: Any) -> tuple[State, Mapping[str, float] | None]:
        """See `Family`."""
        state, alphas = StableDiffusionPipeline.lora_state_dict(tensors, unet_config=denoiser.config)
        return state, alphas or None


def load(directory: Path, how: Loading) -> Parts:
    """Load a directory in the layout of StableDiffusionPipeline. Raises what diffusers raises."""
    pipeline = StableDiffusionPipeline.from_pretrained(**how.arguments(directory, "unet"))
    return Parts(
        family=StableDiffusion(pipeline.tokenizer, pipeline.text_encoder),
        denoiser=pipeline.unet,
        vae=pipeline.vae,
        schedule=DiffusionSchedule(DDIMScheduler.from_config(pipeline.scheduler.config), how.device),
        size=int(pipeline.unet.config.sample_size) * vae_scale_factor(pipeline.vae),
        safety=(pipeline.safety_checker, pipeline.feature_extractor) if pipeline.safety_checker else None,
    )
