"""Words and pictures to tensors, and latents back to pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from limner.engine.models.base import BaseModel

#: Pictures that pass the VAE at once: more gains nothing on a processor and costs memory.
VAE_BATCH = 8


@torch.no_grad()
def encode_prompt(base: BaseModel, text: str) -> torch.Tensor:
    """Encode one prompt to (tokens, width) float32; the same text is encoded once a process.

    What does not fit into the tokenizer's length is cut off, as diffusers does.
    """
    if text not in base.prompts:
        tokens = base.tokenizer(
            text,
            padding="max_length",
            max_length=base.tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        hidden = base.text_encoder(tokens.input_ids.to(base.device))[0]
        base.prompts[text] = hidden[0].float()
    return base.prompts[text]


def encode_prompts(base: BaseModel, texts: Sequence[str]) -> torch.Tensor:
    """Encode prompts to (n, tokens, width) float32."""
    return torch.stack([encode_prompt(base, text) for text in texts])


@torch.no_grad()
def encode_images(base: BaseModel, images: np.ndarray) -> torch.Tensor:
    """Encode (n, size, size, 3) uint8 pictures to scaled latents (n, c, h, w) float32, the mode of each posterior."""
    parts = []
    for start in range(0, len(images), VAE_BATCH):
        pixels = torch.from_numpy(np.ascontiguousarray(images[start : start + VAE_BATCH])).permute(0, 3, 1, 2)
        pixels = pixels.to(base.device, base.vae.dtype) / 127.5 - 1
        mode = base.vae.encode(pixels.contiguous(memory_format=torch.channels_last)).latent_dist.mode()
        parts.append((mode.float() - _shift(base)) * base.vae.config.scaling_factor)
    return torch.cat(parts)


@torch.no_grad()
def decode_latents(base: BaseModel, latents: torch.Tensor) -> np.ndarray:
    """Decode scaled latents (n, c, h, w) to (n, size, size, 3) uint8 pictures."""
    parts = []
    for chunk in latents.split(VAE_BATCH):
        scaled = chunk / base.vae.config.scaling_factor + _shift(base)
        scaled = scaled.to(base.device, base.vae.dtype).contiguous(memory_format=torch.channels_last)
        pixels = base.vae.decode(scaled).sample.float()
        parts.append(((pixels.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy())
    return np.ascontiguousarray(np.concatenate(parts))


def fit(image: np.ndarray, size: int) -> np.ndarray:
    """Bring a square picture to the base's size."""
    if len(image) == size:
        return image
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS))


def _shift(base: BaseModel) -> float:
    """Newer VAEs centre their latents; Stable Diffusion's own has no such entry."""
    return float(getattr(base.vae.config, "shift_factor", None) or 0.0)
