"""Words and pictures to tensors, and latents back to pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from PIL import Image

from limner.engine.models.base import BaseModel
from limner.engine.models.prompts import Prompts, stack
from limner.engine.models.vae import vae_shift

#: Pixels that pass the VAE at once: more gains nothing on a processor and costs memory.
VAE_PIXELS = 8 * 128 * 128


@torch.no_grad()
def encode_prompts(base: BaseModel, texts: Sequence[str]) -> Prompts:
    """Encode prompts; the same text is encoded once a process."""
    unknown = [text for text in dict.fromkeys(texts) if text not in base.prompts]
    if unknown:
        base.on_device(lambda: _encode(base, unknown))
    return stack([base.prompts[text] for text in texts])


@torch.no_grad()
def encode_images(base: BaseModel, images: np.ndarray) -> torch.Tensor:
    """Encode (n, height, width, 3) uint8 pictures to scaled latents (n, c, h, w) float32: each posterior's mode."""
    batch = _vae_batch(images.shape[1] * images.shape[2])
    parts = [images[start : start + batch] for start in range(0, len(images), batch)]
    with base.present(base.vae):
        return torch.cat([base.on_device(partial(_to_latents, base, part)) for part in parts])


@torch.no_grad()
def decode_latents(base: BaseModel, latents: torch.Tensor) -> np.ndarray:
    """Decode scaled latents (n, c, h, w) to (n, height, width, 3) uint8 pictures."""
    factor = base.size // base.latent_shape[1]
    parts = latents.split(_vae_batch(latents.shape[2] * latents.shape[3] * factor**2))
    with base.present(base.vae):
        pictures = [base.on_device(partial(_to_pictures, base, part)) for part in parts]
    return np.ascontiguousarray(np.concatenate(pictures))


def fit(image: np.ndarray, size: int) -> np.ndarray:
    """Bring a square picture to a base's size."""
    if len(image) == size:
        return image
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS))


@torch.no_grad()
def _encode(base: BaseModel, texts: Sequence[str]) -> None:
    with base.present(*base.family.text_encoders, alone=True):
        for text in texts:
            base.prompts[text] = base.family.encode_prompt(text, base.device)


@torch.no_grad()
def _to_latents(base: BaseModel, images: np.ndarray) -> torch.Tensor:
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    pixels = pixels.to(base.device, base.vae.dtype) / 127.5 - 1
    mode = base.vae.encode(pixels.contiguous(memory_format=torch.channels_last)).latent_dist.mode()
    latents: torch.Tensor = (mode.float() - vae_shift(base.vae)) * base.vae.config.scaling_factor
    return latents


@torch.no_grad()
def _to_pictures(base: BaseModel, latents: torch.Tensor) -> np.ndarray:
    scaled = latents / base.vae.config.scaling_factor + vae_shift(base.vae)
    scaled = scaled.to(base.device, base.vae.dtype).contiguous(memory_format=torch.channels_last)
    pixels = base.vae.decode(scaled).sample.float()
    whole = ((pixels.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.asarray(whole.permute(0, 2, 3, 1).cpu().numpy())


def _vae_batch(pixels: int) -> int:
    return max(1, VAE_PIXELS // pixels)
