"""Train nano's decoder further on latents that are settled: ``python -m limner.engine.nano.decoder DIR --minutes 45``.

The encoder is that of ``DIR/vae-settled``, so a UNet can learn the same latents meanwhile. Begins with the decoder in
``DIR/vae``, keeps ``DIR/decoder.pt`` (run again to go on) and writes the better decoder to ``DIR/vae``.
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

from limner.engine.nano.optimizer import fast_bf16, optimizers
from limner.engine.nano.scenes import Scenes
from limner.engine.nano.vae import face_weight, load_pictures, reconstruction_loss, report, to_tensor

PEAK_RATE = 1e-3
BATCH = 4


class Trainer:
    """The decoder, its average and its optimisers; the schedule runs over a share of the time, not over steps."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.vae = AutoencoderKL.from_pretrained(directory / "vae").to(memory_format=torch.channels_last)
        self.average = AutoencoderKL.from_pretrained(directory / "vae").to(memory_format=torch.channels_last)
        settled = AutoencoderKL.from_pretrained(directory / "vae-settled").state_dict()
        kept = {name: value for name, value in settled.items() if name.startswith(("encoder.", "quant_conv."))}
        for vae in (self.vae, self.average):
            vae.load_state_dict(kept, strict=False)
            vae.requires_grad_(requires_grad=False)
        self.trained = nn.ModuleList([self.vae.decoder, self.vae.post_quant_conv])
        self.trained.requires_grad_(requires_grad=True)
        self.averaged = nn.ModuleList([self.average.decoder, self.average.post_quant_conv])
        self.optimizers = optimizers(self.trained, PEAK_RATE)
        self.weight = face_weight()
        self.scenes = Scenes()
        self.fast_bf16 = fast_bf16()
        self.step = 0

    def batch(self, pictures: np.ndarray, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Draw latents, the pictures that they are of, and the weights of their pixels: faces and scenes in halves."""
        faces = pictures[rng.integers(len(pictures), size=BATCH // 2)]
        true = to_tensor(np.concatenate([faces, self.scenes.draw(BATCH - len(faces), rng)]))
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.fast_bf16):
            codes = self.vae.encode(true).latent_dist.mode().float()
        return (
            codes,
            true,
            torch.cat([self.weight] * len(faces) + [torch.ones_like(self.weight)] * (BATCH - len(faces))),
        )

    def train_step(self, codes: Tensor, true: Tensor, weight: Tensor, share: float) -> float:
        """Take one step at ``share`` in [0, 1] of the schedule and return the loss."""
        rate = PEAK_RATE * min(1.0, (self.step + 1) / 50) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.fast_bf16):
            made = self.vae.decode(codes.contiguous(memory_format=torch.channels_last)).sample.float()
        loss = reconstruction_loss(made, true, weight)
        self.trained.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.trained.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        with torch.no_grad():
            for mean, now in zip(self.averaged.parameters(), self.trained.parameters(), strict=True):
                mean.lerp_(now, 1 - 0.998)
        return loss.item()

    def keep(self, share: float) -> None:
        """Write the checkpoint and the averaged decoder."""
        state = {"share": share, "step": self.step, "trained": self.trained.state_dict()}
        state |= {"averaged": self.averaged.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers]}
        partial = self.directory / "decoder.pt.partial"
        torch.save(state, partial)
        partial.rename(self.directory / "decoder.pt")
        self.average.save_pretrained(self.directory / "vae")

    def load(self) -> float:
        """Take up the checkpoint, if there is one; returns its share of the schedule."""
        if not (self.directory / "decoder.pt").exists():
            return 0.0
        kept = torch.load(self.directory / "decoder.pt", weights_only=True)
        self.step = kept["step"]
        self.trained.load_state_dict(kept["trained"])
        self.averaged.load_state_dict(kept["averaged"])
        for optimizer, state in zip(self.optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        return float(kept["share"])


def main() -> None:
    """Train for the minutes that the command line allows, and report every 500 steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--minutes", type=float, default=45)
    options = parser.parse_args()
    trainer = Trainer(options.directory)
    begun = trainer.load()
    pictures = load_pictures(options.directory)
    rng = np.random.default_rng(trainer.step)
    started, first, mean, share = time.monotonic(), trainer.step, 0.0, begun
    while share < 1:
        loss = trainer.train_step(*trainer.batch(pictures, rng), share)
        mean = loss if mean == 0 else 0.99 * mean + 0.01 * loss
        passed = time.monotonic() - started
        share = min(1.0, begun + passed / (60 * options.minutes))
        if trainer.step % 100 == 0:
            rate = (trainer.step - first) / passed
            left = (1 - share) * 60 * options.minutes
            print(f"step {trainer.step}: loss {mean:.4f}, {rate:.2f} steps/s, {left:.0f} s left", flush=True)
        if trainer.step % 500 == 0 or share == 1:
            trainer.keep(share)
            print(report(trainer.average, options.directory), flush=True)


if __name__ == "__main__":
    main()
