"""What a VAE's configuration says."""

from __future__ import annotations

from typing import Any


def vae_scale_factor(vae: Any) -> int:
    """Tell how many pixels one latent stands for, along one side."""
    return int(2 ** (len(vae.config.block_out_channels) - 1))


def vae_shift(vae: Any) -> float:
    """Tell by how much latents are centred; Stable Diffusion's own VAE has no such entry."""
    return float(getattr(vae.config, "shift_factor", None) or 0.0)
