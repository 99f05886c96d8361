"""Train nano's AutoencoderKL and hold its round trip against the linear codec of the same size.

``python -m limner.engine.nano.vae DIR --minutes 30`` trains on ``DIR/pictures-*.npz``, keeps a checkpoint in
``DIR/vae.pt`` (run again to go on), writes ``DIR/vae/`` in diffusers' layout and ``DIR/vae.png``: photos above their
round trips.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional as F

from limner.engine.nano.codec import identity_moves, linear_codec, sheet, unseen_photos
from limner.engine.nano.optimizer import fast_bf16, optimizers

LATENT_CHANNELS = 32
#: Small crops first (more steps for the same pixels), whole pictures for the last fifth: sides and batch sizes.
CROP, CROP_BATCH, BATCH = 64, 16, 8
CROP_SHARE = 0.8
PEAK_RATE = 2e-3
#: Enough to keep the latents near unit scale; more blurs.
KL_WEIGHT = 1e-4


def build() -> AutoencoderKL:
    """Make the untrained autoencoder: 8x smaller, 32 channels, every residual branch silent at first."""
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(24, 48, 96, 160),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        mid_block_add_attention=False,
        sample_size=128,
    )
    for module in vae.modules():  # residual branches that begin at zero train faster (Zhang et al., Fixup, 2019)
        if type(module).__name__ == "ResnetBlock2D":
            nn.init.zeros_(module.conv2.weight)
            nn.init.zeros_(module.conv2.bias)
    return vae.to(memory_format=torch.channels_last)


def face_weight(size: int = 128) -> Tensor:
    """Return the weight of each pixel's error, mean 1, three times more on the aligned face; (1, 1, size, size)."""
    axis = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    inside = torch.exp(-((((x - 0.5) / 0.22) ** 2 + ((y - 0.56) / 0.28) ** 2) ** 2))
    weight = 1 + 2.5 * inside
    return (weight / weight.mean())[None, None]


def _edges(pictures: Tensor) -> tuple[Tensor, Tensor]:
    return pictures[..., 1:, :] - pictures[..., :-1, :], pictures[..., 1:] - pictures[..., :-1]


def reconstruction_loss(made: Tensor, true: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted L1 distance of pixels and of their differences, for pictures in [-1, 1]."""
    loss = ((made - true).abs() * weight).mean()
    for a, b in zip(_edges(made), _edges(true), strict=True):
        loss = loss + 1.0 * ((a - b).abs() * weight[..., : a.shape[-2], : a.shape[-1]]).mean()
    halves = F.avg_pool2d(made - true, 4).abs()
    return loss + 0.5 * halves.mean()


def load_pictures(directory: Path) -> np.ndarray:
    """Return all pictures made so far; (n, 128, 128, 3) uint8."""
    chunks = []
    for path in sorted(directory.glob("pictures-???.npz")):
        with np.load(path) as data:
            chunks.append(data["images"])
    return np.concatenate(chunks)


def to_tensor(images: np.ndarray) -> Tensor:
    """Turn (n, H, W, 3) uint8 into (n, 3, H, W) float32 in [-1, 1], channels last in memory."""
    return (torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(
        memory_format=torch.channels_last
    )


def round_trip(vae: AutoencoderKL, images: np.ndarray) -> np.ndarray:
    """Encode and decode (n, 128, 128, 3) uint8 pictures."""
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


class _Trainer:
    def __init__(self, directory: Path, total: int) -> None:
        torch.manual_seed(0)
        self.directory, self.total, self.step = directory, total, 0
        self.vae, self.average = build(), build()
        self.optimizers = optimizers(self.vae, PEAK_RATE)
        self.weight = face_weight()
        self.fast_bf16 = fast_bf16()
        self.frozen = False
        if (directory / "vae.pt").exists():
            kept = torch.load(directory / "vae.pt", weights_only=True)
            self.step = kept["step"]
            self.vae.load_state_dict(kept["vae"])
            self.average.load_state_dict(kept["average"])
            for optimizer, state in zip(self.optimizers, kept["optimizers"], strict=True):
                optimizer.load_state_dict(state)
        else:
            self.average.load_state_dict(self.vae.state_dict())

    def freeze_encoder(self) -> None:
        """Settle the latents on the averaged encoder, so that a UNet can begin to learn them; the decoder goes on."""
        self.vae.encoder.load_state_dict(self.average.encoder.state_dict())
        self.vae.quant_conv.load_state_dict(self.average.quant_conv.state_dict())
        self.vae.encoder.requires_grad_(requires_grad=False)
        self.vae.quant_conv.requires_grad_(requires_grad=False)
        self.frozen = True

    def rate(self) -> float:
        warm = min(1.0, self.step / 50)
        return PEAK_RATE * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / self.total))))

    def batch(self, pictures: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Draw pictures or, early, crops of them, with the weights of their pixels."""
        if self.step >= CROP_SHARE * self.total:
            return to_tensor(pictures[rng.integers(len(pictures), size=BATCH)]), self.weight
        corners = rng.integers(0, (128 - CROP) // 8 + 1, (CROP_BATCH, 2)) * 8
        chosen = rng.integers(len(pictures), size=CROP_BATCH)
        crops = [pictures[n, y : y + CROP, x : x + CROP] for n, (y, x) in zip(chosen, corners, strict=True)]
        weights = [self.weight[0, :, y : y + CROP, x : x + CROP] for y, x in corners]
        return to_tensor(np.stack(crops)), torch.stack(weights)

    def train_step(self, true: Tensor, weight: Tensor) -> float:
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.rate()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.fast_bf16):
            posterior = self.vae.encode(true).latent_dist
            made = self.vae.decode(posterior.sample()).sample.float()
        loss = reconstruction_loss(made, true, weight)
        kl = posterior.kl().mean() / posterior.mean[0].numel()
        self.vae.zero_grad(set_to_none=True)
        (loss + KL_WEIGHT * kl).backward()
        nn.utils.clip_grad_norm_(self.vae.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        decay = min(0.998, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.vae.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)
        return loss.item()

    def keep(self) -> None:
        state = {"step": self.step, "vae": self.vae.state_dict(), "average": self.average.state_dict()}
        partial = self.directory / "vae.pt.partial"
        torch.save({**state, "optimizers": [optimizer.state_dict() for optimizer in self.optimizers]}, partial)
        partial.rename(self.directory / "vae.pt")
        self.average.save_pretrained(self.directory / "vae")


def main() -> None:
    """Train for the steps that the command line asks for, and report every 500 of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--freeze-encoder-at", type=int, default=1800, help="the step from which latents are settled")
    options = parser.parse_args()
    pictures = load_pictures(options.directory)
    photos = unseen_photos(options.directory)
    for channels in (LATENT_CHANNELS,):
        moves = identity_moves(photos, linear_codec(pictures[:600], channels)(photos))
        print(
            f"linear codec, {channels} channels: moves {np.median(moves):.3f} (studio {np.median(moves[:4]):.3f})",
            flush=True,
        )
    trainer = _Trainer(options.directory, options.steps)
    rng = np.random.default_rng(trainer.step)
    started, first, mean = time.monotonic(), trainer.step, 0.0
    while trainer.step < options.steps:
        if trainer.step >= options.freeze_encoder_at and not trainer.frozen:
            trainer.freeze_encoder()
            trainer.average.save_pretrained(options.directory / "vae-settled")
            print(f"step {trainer.step}: the encoder is settled", flush=True)
        loss = trainer.train_step(*trainer.batch(pictures, rng))
        mean = loss if mean == 0 else 0.99 * mean + 0.01 * loss
        if trainer.step % 50 == 0:
            rate = (trainer.step - first) / (time.monotonic() - started)
            left = (options.steps - trainer.step) / rate
            print(f"step {trainer.step}: loss {mean:.4f}, {rate:.2f} steps/s, {left:.0f} s left", flush=True)
        if trainer.step % 500 == 0 or trainer.step == options.steps:
            trainer.keep()
            pictures = load_pictures(options.directory)
            print(report(trainer.average, options.directory), flush=True)


if __name__ == "__main__":
    main()
