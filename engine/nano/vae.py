"""Train the decoder of nano's AutoencoderKL and hold its round trip against the linear codec of the same size.

``python -m limner.engine.nano.vae DIR --steps 9000`` trains on ``DIR/pictures-*.npz`` and cuts of whole photos, keeps
a checkpoint in ``DIR/vae.pt`` (run again to go on), writes ``DIR/vae/`` in diffusers' layout and ``DIR/vae.png``:
photos above their round trips. Without a checkpoint it begins with the codec in ``DIR/vae`` (limner.engine.nano.grow).
The encoder is a linear code and stays it: trained at the decoder's rate it lost within 100 steps what it knew.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from limner.engine.nano.augment import SIZE
from limner.engine.nano.autoencoder import build, face_weight, reconstruction_loss, report, report_linear, to_tensor
from limner.engine.nano.optimizer import fast_bf16, optimizers
from limner.engine.nano.scenes import Scenes, recolour

#: Small crops first (more places for the same pixels), then whole pictures: sides and batch sizes. Half of each batch
#: are faces and half are cuts of whole photos: faces alone teach the codec six people, and it fails on others.
CROP, CROP_BATCH, BATCH = 128, 4, 2
CROP_SHARE = 0.6
PEAK_RATE = 1e-3


def load_pictures(directory: Path) -> np.ndarray:
    """Return all pictures made so far; (n, 256, 256, 3) uint8."""
    chunks = []
    for path in sorted(directory.glob("pictures-???.npz")):
        with np.load(path) as data:
            chunks.append(data["images"])
    return np.concatenate(chunks)


class _Trainer:
    def __init__(self, directory: Path, total: int) -> None:
        torch.manual_seed(0)
        self.directory, self.total, self.step = directory, total, 0
        self.vae, self.average = build(), build()
        self.learner = nn.ModuleList([self.vae.post_quant_conv, self.vae.decoder])
        self.optimizers = optimizers(self.learner, PEAK_RATE)
        self.weight = face_weight()
        self.scenes = Scenes()
        self.fast_bf16 = fast_bf16()
        if (directory / "vae.pt").exists():
            self._load(torch.load(directory / "vae.pt", weights_only=True))
        else:
            self.vae.load_state_dict(AutoencoderKL.from_pretrained(directory / "vae").float().state_dict())
            self.average.load_state_dict(self.vae.state_dict())

    def _load(self, kept: dict[str, Any]) -> None:
        self.step = kept["step"]
        self.vae.load_state_dict(kept["vae"])
        self.average.load_state_dict(kept["average"])
        for optimizer, state in zip(self.optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)

    def rate(self) -> float:
        warm = min(1.0, self.step / 50)
        return PEAK_RATE * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / self.total))))

    def batch(self, pictures: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Draw pictures or, early, crops of them, with the weights of their pixels."""
        early = self.step < CROP_SHARE * self.total
        count, size = (CROP_BATCH, CROP) if early else (BATCH, SIZE)
        images, weights = [], []
        for n in range(count):
            face = n < count // 2
            image = pictures[rng.integers(len(pictures))] if face else self.scenes.draw(1, rng)[0]
            if face and rng.random() < 0.5:
                image = recolour(image, rng)
            y, x = rng.integers(0, SIZE - size + 1, 2)
            images.append(image[y : y + size, x : x + size])
            weight = self.weight if face else torch.ones_like(self.weight)
            weights.append(weight[0, :, y : y + size, x : x + size])
        return to_tensor(np.stack(images)), torch.stack(weights)

    def train_step(self, true: Tensor, weight: Tensor) -> float:
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.rate()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.fast_bf16):
            with torch.no_grad():
                latents = self.vae.encode(true).latent_dist.sample()
            made = self.vae.decode(latents).sample.float()
        loss = reconstruction_loss(made, true, weight)
        self.learner.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
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
    parser.add_argument("--steps", type=int, default=9000)
    options = parser.parse_args()
    pictures = load_pictures(options.directory)
    trainer = _Trainer(options.directory, options.steps)
    if trainer.step == 0:
        print(report_linear(pictures, options.directory), flush=True)
    rng = np.random.default_rng(trainer.step)
    started, first, mean = time.monotonic(), trainer.step, 0.0
    while trainer.step < options.steps:
        loss = trainer.train_step(*trainer.batch(pictures, rng))
        mean = loss if mean == 0 else 0.99 * mean + 0.01 * loss
        if trainer.step % 50 == 0:
            rate = (trainer.step - first) / (time.monotonic() - started)
            left = (options.steps - trainer.step) / rate
            print(f"step {trainer.step}: loss {mean:.4f}, {rate:.2f} steps/s, {left:.0f} s left", flush=True)
        if trainer.step % 100 == 0 or trainer.step == options.steps:
            trainer.keep()
        if trainer.step % 500 == 0 or trainer.step == options.steps:
            print(report(trainer.average, options.directory), flush=True)
            pictures = load_pictures(options.directory)  # chunks that were made meanwhile join in


if __name__ == "__main__":
    main()
