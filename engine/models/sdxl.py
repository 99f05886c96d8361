"""Stable Diffusion XL: a UNet, two CLIP text encoders, and a picture's sizes as conditions.

Podell et al. 2023, arXiv 2307.01952, section 2.2. The refiner is not used: it knows no LoRA.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import DDIMScheduler, StableDiffusionXLPipeline

from limner.engine.models.controlnet import residuals
from limner.engine.models.family import Loading, Parts, State, face_conditions
from limner.engine.models.prompts import Prompts
from limner.engine.models.schedule import DiffusionSchedule
from limner.engine.models.vae import vae_scale_factor


@dataclass(frozen=True, slots=True, eq=False)
class StableDiffusionXL:
    """Fulfils `limner.engine.models.family.Family`."""

    tokenizers: tuple[Any, Any]
    text_encoders: Sequence[Any]
    zeros_for_nothing: bool
    """Whether the empty prompt is nought (`force_zeros_for_empty_prompt` of the directory)."""
    scale_factor: int
    """Pixels that one latent stands for, along one side."""
    name: str = "sdxl"
    prefix: str = "unet"

    def encode_prompt(self, text: str, device: torch.device) -> Prompts:
        """See `Family`; (1, 77, 2048) and (1, 1280) with Stable Diffusion XL."""
        read = [
            _read(tokenizer, encoder, text, device)
            for tokenizer, encoder in zip(self.tokenizers, self.text_encoders, strict=True)
        ]
        # The last layer but one of both, and the summary of the second alone, which has a projection.
        hidden = torch.cat([one.hidden_states[-2] for one in read], dim=-1).float()
        pooled = read[1].text_embeds.float()
        if not text and self.zeros_for_nothing:
            return Prompts(torch.zeros_like(hidden), torch.zeros_like(pooled))
        return Prompts(hidden, pooled)

    def knows(self, word: str) -> bool:
        """See `Family`."""
        return len(self.tokenizers[0](word, add_special_tokens=False).input_ids) == 1

    def predict(self, denoiser: Any, latents: torch.Tensor, timesteps: torch.Tensor, prompts: Prompts) -> torch.Tensor:
        """See `Family`. Every picture says that it was never larger and never cut."""
        assert prompts.pooled is not None
        height, width = (side * self.scale_factor for side in latents.shape[2:])
        sizes = torch.tensor([height, width, 0, 0, height, width], device=latents.device, dtype=latents.dtype)
        conditions = {
            "text_embeds": prompts.pooled.to(latents.device, latents.dtype),
            "time_ids": sizes.expand(len(latents), 6),
            **face_conditions(prompts, latents),
        }
        hidden = prompts.hidden.to(latents.device, latents.dtype)
        posed = residuals(prompts.pose, latents, timesteps, hidden, conditions)
        found = denoiser(latents, timesteps, hidden, added_cond_kwargs=conditions, return_dict=False, **posed)
        return cast("torch.Tensor", found[0])

    def grid(self, denoiser: Any) -> int:
        """See `Family`: each block of the UNet but the last halves them."""
        return int(2 ** (len(denoiser.config.down_block_types) - 1))

    def read_lora(self, tensors: State, denoiser: Any) -> tuple[State, Mapping[str, float] | None]:
        """See `Family`."""
        state, alphas = StableDiffusionXLPipeline.lora_state_dict(tensors, unet_config=denoiser.config)
        return state, alphas or None


def load(directory: Path, how: Loading) -> Parts:
    """Load a directory in the layout of StableDiffusionXLPipeline. Raises what diffusers raises."""
    pipeline = StableDiffusionXLPipeline.from_pretrained(**how.arguments(directory, "unet"), add_watermarker=False)
    if how.dtype == torch.float16 and pipeline.vae.config.force_upcast:
        pipeline.vae.to(torch.float32)  # its activations leave the range of float16
    factor = vae_scale_factor(pipeline.vae)
    return Parts(
        family=StableDiffusionXL(
            (pipeline.tokenizer, pipeline.tokenizer_2),
            (pipeline.text_encoder, pipeline.text_encoder_2),
            bool(pipeline.config.force_zeros_for_empty_prompt),
            factor,
        ),
        denoiser=pipeline.unet,
        vae=pipeline.vae,
        schedule=DiffusionSchedule(DDIMScheduler.from_config(pipeline.scheduler.config), how.device),
        size=int(pipeline.unet.config.sample_size) * factor,
    )


def _read(tokenizer: Any, encoder: Any, text: str, device: torch.device) -> Any:
    tokens = tokenizer(
        text, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    )
    return encoder(tokens.input_ids.to(device), output_hidden_states=True)
