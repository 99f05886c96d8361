"""nano's AutoencoderKL: how it is built, what its training makes small, and what its round trip does to a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional as F

from limner.engine.nano.augment import SIZE
from limner.engine.nano.codec import identity_moves, linear_codec, sheet, unseen_photos

LATENT_CHANNELS = 48


def build() -> AutoencoderKL:
    """Make the untrained autoencoder: 16x smaller, 48 channels, every residual branch silent at first."""
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 5,
        up_block_types=("UpDecoderBlock2D",) * 5,
        block_out_channels=(24, 24, 48, 96, 160),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=SIZE,
    )
    for module in vae.modules():  # residual branches that begin at zero train faster (Zhang et al., Fixup, 2019)
        if type(module).__name__ == "ResnetBlock2D":
            nn.init.zeros_(module.conv2.weight)
            nn.init.zeros_(module.conv2.bias)
    return vae.to(memory_format=torch.channels_last)


def face_weight(size: int = SIZE) -> Tensor:
    """Return the weight of each pixel's error, mean 1, three times more on the aligned face; (1, 1, size, size)."""
    axis = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    inside = torch.exp(-((((x - 0.5) / 0.22) ** 2 + ((y - 0.56) / 0.28) ** 2) ** 2))
    weight = 1 + 2.5 * inside
    return (weight / weight.mean())[None, None]


def _edges(pictures: Tensor) -> tuple[Tensor, Tensor]:
    return pictures[..., 1:, :] - pictures[..., :-1, :], pictures[..., 1:] - pictures[..., :-1]


def reconstruction_loss(made: Tensor, true: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted L1 distance of pixels and of their differences, for pictures in [-1, 1], at three sizes."""
    error, loss = made - true, torch.zeros(())
    for _ in range(3):
        loss = loss + (error.abs() * weight).mean()
        for edges in _edges(error):
            loss = loss + (edges.abs() * weight[..., : edges.shape[-2], : edges.shape[-1]]).mean()
        error, weight = F.avg_pool2d(error, 2), F.avg_pool2d(weight, 2)
    return loss


def to_tensor(images: np.ndarray) -> Tensor:
    """Turn (n, H, W, 3) uint8 into (n, 3, H, W) float32 in [-1, 1], channels last in memory."""
    return (torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(
        memory_format=torch.channels_last
    )


def round_trip(vae: AutoencoderKL, images: np.ndarray) -> np.ndarray:
    """Encode and decode (n, 256, 256, 3) uint8 pictures."""
    vae.eval()
    with torch.no_grad():
        made = [
            vae.decode(vae.encode(to_tensor(part)).latent_dist.mode()).sample
            for part in np.array_split(images, max(1, len(images) // 8))
        ]
    vae.train()
    return ((torch.cat(made).clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def report(vae: AutoencoderKL, directory: Path) -> str:
    """Judge a round trip of the unseen sitters, draw it to ``vae.png`` and say what it does to identity."""
    photos = unseen_photos(directory)
    made = round_trip(vae, photos)
    sheet([photos[:12], made[:12]]).save(directory / "vae.png")
    moves = identity_moves(photos, made)
    error = np.abs(made.astype(float) - photos).mean() / 127.5
    return f"unseen people: L1 {error:.4f}, identity moves {np.median(moves):.3f} (studio {np.median(moves[:4]):.3f})"


def report_linear(pictures: np.ndarray, directory: Path) -> str:
    """Say what the linear codec of the same size, fitted to 600 pictures, does to the unseen sitters' identity."""
    photos = unseen_photos(directory)
    moves = identity_moves(photos, linear_codec(pictures[:600], LATENT_CHANNELS)(photos))
    return f"linear codec: identity moves {np.median(moves):.3f} (studio {np.median(moves[:4]):.3f})"
