"""Train nano's UNet and text encoder together on cached latents.

``python -m limner.engine.nano.unet DIR --steps 4000`` needs ``DIR/pictures-*.npz`` and the codec in ``DIR/vae``. It
keeps a checkpoint in ``DIR/unet.pt`` (run again to go on), draws ``DIR/unet.png`` and writes the whole pipeline to
``DIR/nano/`` in diffusers' layout. ``--begin NANO`` takes what fits from an earlier nano where there is no checkpoint.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from limner.engine.nano.assemble import draw_sheet, save_pipeline
from limner.engine.nano.autoencoder import LATENT_CHANNELS, to_tensor
from limner.engine.nano.grow import begin_with
from limner.engine.nano.optimizer import fast_bf16, optimizers
from limner.engine.nano.words import LENGTH, build_tokenizer, vary

BATCH = 32
PEAK_RATE = 8e-4
#: Min-SNR weighting (Hang et al., 2023, section 3.4) in the form that still learns at zero SNR.
GAMMA = 5.0
AVERAGE_DECAY = 0.999


def build_unet() -> UNet2DConditionModel:
    """Make the untrained UNet: 13 M parameters on 16 x 16 latents, words heard at 8 x 8 and 4 x 4."""
    unet = UNet2DConditionModel(
        sample_size=16,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        block_out_channels=(160, 192, 128),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=128,
        attention_head_dim=4,
        norm_num_groups=16,
    )
    return unet.to(memory_format=torch.channels_last)


def build_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Make the untrained text encoder: two layers of 128."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        projection_dim=128,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)


def build_scheduler() -> DDIMScheduler:
    """Make the noise schedule: v-prediction down to zero SNR (Lin et al., 2024)."""
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        steps_offset=1,
        clip_sample=False,
        set_alpha_to_one=True,
    )


def cached_latents(directory: Path) -> tuple[Tensor, list[str]]:
    """Encode every chunk of pictures once with ``DIR/vae``; (n, C, 16, 16) float16 unscaled latents and captions.

    Latents that are older than the codec are made again.
    """
    vae = AutoencoderKL.from_pretrained(directory / "vae")
    settled = max(file.stat().st_mtime for file in (directory / "vae").iterdir())
    latents, captions = [], []
    for path in sorted(directory.glob("pictures-???.npz")):
        with np.load(path) as data:
            captions += data["captions"].tolist()
            kept = directory / f"{path.stem}.latents.pt"
            if not kept.exists() or kept.stat().st_mtime < settled:
                images = data["images"]
                parts = [images[n : n + 16] for n in range(0, len(images), 16)]
                with torch.no_grad():
                    encoded = torch.cat([vae.encode(to_tensor(part)).latent_dist.mode() for part in parts])
                torch.save(encoded.half().contiguous(), kept)
        latents.append(torch.load(kept, weights_only=True))
    return torch.cat(latents), captions


class Trainer:
    """The UNet, the text encoder, their averages and the optimiser, one step at a time."""

    def __init__(self, directory: Path, total: int) -> None:
        torch.manual_seed(0)
        self.directory, self.total, self.step = directory, total, 0
        self.tokenizer = build_tokenizer(directory / "tokenizer")
        self.models = nn.ModuleDict({"unet": build_unet(), "text": build_text_encoder(self.tokenizer)})
        self.averages = nn.ModuleDict({"unet": build_unet(), "text": build_text_encoder(self.tokenizer)})
        self.averages.load_state_dict(self.models.state_dict())
        self.averages.eval().requires_grad_(requires_grad=False)
        self.optimizers = optimizers(self.models, PEAK_RATE)
        self.scheduler = build_scheduler()
        self.alphas = self.scheduler.alphas_cumprod
        self.scale = 0.0
        self.fast_bf16 = fast_bf16()
        if (directory / "unet.pt").exists():
            self._load(torch.load(directory / "unet.pt", weights_only=True))

    def _load(self, kept: dict[str, Any]) -> None:
        self.step, self.scale = kept["step"], kept["scale"]
        self.models.load_state_dict(kept["models"])
        self.averages.load_state_dict(kept["averages"])
        for optimizer, state in zip(self.optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)

    def keep(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {"step": self.step, "scale": self.scale, "models": self.models.state_dict()}
        state |= {"averages": self.averages.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers]}
        partial = self.directory / "unet.pt.partial"
        torch.save(state, partial)
        partial.rename(self.directory / "unet.pt")

    def rate(self) -> float:
        """Return the learning rate of this step: 100 steps of warm-up, then a cosine down to a fiftieth."""
        falling = 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / self.total)))
        return PEAK_RATE * min(1.0, (self.step + 1) / 100) * (0.02 + 0.98 * falling)

    def train_step(self, latents: Tensor, captions: list[str]) -> float:
        """Take one step on scaled latents (n, C, 16, 16) and return the loss."""
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.rate()
        count = len(latents)
        # Stratified timesteps: each batch sees the whole range, which steadies the gradient.
        places = (torch.randperm(count) + torch.rand(count)) / count
        steps = (places * len(self.alphas)).long().clamp(max=len(self.alphas) - 1)
        noise = torch.randn_like(latents)
        noisy = self.scheduler.add_noise(latents, noise, steps)
        target = self.scheduler.get_velocity(latents, noise, steps)
        tokens = self.tokenizer(captions, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt")
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.fast_bf16):
            words = self.models["text"](tokens.input_ids).last_hidden_state
            made = self.models["unet"](noisy.contiguous(memory_format=torch.channels_last), steps, words).sample.float()
        snr = self.alphas[steps] / (1 - self.alphas[steps]).clamp(min=1e-8)
        weight = (snr + 1).clamp(max=GAMMA) / (snr + 1)
        loss = (F.mse_loss(made, target, reduction="none").mean((1, 2, 3)) * weight).mean()
        self.models.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.models.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        decay = min(AVERAGE_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.averages.parameters(), self.models.parameters(), strict=True):
                mean.lerp_(now, 1 - decay)
        return loss.item()

    def save(self) -> Path:
        """Write the averaged models, with the codec, as a pipeline."""
        vae = AutoencoderKL.from_pretrained(self.directory / "vae")
        vae.register_to_config(scaling_factor=self.scale)
        out = self.directory / "nano"
        save_pipeline(out, vae, self.averages["unet"], self.averages["text"], self.tokenizer, self.scheduler)
        return out


def main() -> None:
    """Train for the steps that the command line asks for; every 500 draw a sheet and count the faces on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--begin", type=Path, default=None)
    options = parser.parse_args()
    trainer = Trainer(options.directory, options.steps)
    if options.begin and trainer.step == 0:
        begin_with(trainer.models, trainer.tokenizer, options.begin)
        trainer.averages.load_state_dict(trainer.models.state_dict())
    latents, captions = cached_latents(options.directory)
    trainer.scale = trainer.scale or 1 / latents.float().std().item()
    rng = np.random.default_rng(trainer.step)
    torch.manual_seed(trainer.step)
    print(f"{len(latents)} pictures, latents scaled by {trainer.scale:.3f}", flush=True)
    started, first, mean = time.monotonic(), trainer.step, 0.0
    while trainer.step < options.steps:
        chosen = rng.integers(len(latents), size=BATCH)
        batch = latents[chosen].float() * trainer.scale
        loss = trainer.train_step(batch, [vary(captions[n], rng) for n in chosen])
        mean = loss if mean == 0 else 0.99 * mean + 0.01 * loss
        if trainer.step % 50 == 0:
            rate = (trainer.step - first) / (time.monotonic() - started)
            left = (options.steps - trainer.step) / rate
            print(f"step {trainer.step}: loss {mean:.4f}, {rate * BATCH:.1f} pictures/s, {left:.0f} s left", flush=True)
        if trainer.step % 500 == 0 or trainer.step == options.steps:
            trainer.keep()
            print(draw_sheet(trainer.save(), options.directory / "unet.png"), flush=True)
            latents, captions = cached_latents(options.directory)  # chunks that were made meanwhile join in


if __name__ == "__main__":
    main()
