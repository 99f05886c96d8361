"""The base that the floor's bench measures on, and copies of it that peers may change, on the same weights."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

from limner.engine.bases import NANO
from limner.engine.bench.true_size import denoiser, text_encoders, vae
from limner.engine.models.base import BaseModel
from limner.engine.models.running import Running, device_of
from limner.engine.models.schedule import DiffusionSchedule
from limner.engine.models.sd15 import StableDiffusion

#: Pixels a side, of Stable Diffusion's size: what a processor can still draw, and what a GPU does.
SMALL_SIDE, FULL_SIDE = 256, 512


def sd15_sized(running: Running) -> BaseModel:
    """Make a base of Stable Diffusion 1.5's networks with weights of chance: its pictures mean nothing, its work does.

    The tokenizer is nano's, since that of the original is not in the package: the text encoder's work is the same.
    """
    device = device_of(running)
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet, codec = denoiser("sd15", dtype, device), vae("sd15", dtype, device)
        encoder = text_encoders("sd15", dtype, device)["text_encoder"]
    for model in (unet, codec):
        model.to(memory_format=torch.channels_last)
    schedule = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1,
    )  # fmt: skip
    return BaseModel(
        family=StableDiffusion(_tokenizer(), encoder),
        denoiser=unet,
        vae=codec,
        schedule=DiffusionSchedule(schedule, torch.device(device)),
        size=SMALL_SIDE if device == "cpu" else FULL_SIDE,
        name="random-sd15",
        directory=Path("random-sd15"),
        fingerprint="random",
        device=torch.device(device),
    )


def twin(base: BaseModel) -> BaseModel:
    """Give a base with modules of its own on the same weights: what is hung on one of them, the other does not know."""
    with torch.device("meta"):
        other = type(base.denoiser).from_config(base.denoiser.config)
    other.load_state_dict(base.denoiser.state_dict(), assign=True)
    other.eval().requires_grad_(requires_grad=False)
    return replace(base, denoiser=other, prompts={})


def in_float32(base: BaseModel) -> BaseModel:
    """Give a copy of a Stable Diffusion, with weights of its own but for the codec's, that computes in float32."""
    other, family = twin(base), base.family
    assert isinstance(family, StableDiffusion)
    other.denoiser.float()
    return replace(other, family=replace(family, text_encoder=deepcopy(family.text_encoder).float()))


def pipeline_of(base: BaseModel) -> Any:
    """Give diffusers' own pipeline on a base of the Stable Diffusion family."""
    family, schedule = base.family, base.schedule
    assert isinstance(family, StableDiffusion)
    assert isinstance(schedule, DiffusionSchedule)
    pipeline = StableDiffusionPipeline(
        vae=base.vae,
        text_encoder=family.text_encoder,
        tokenizer=family.tokenizer,
        unet=base.denoiser,
        scheduler=DDIMScheduler.from_config(schedule.scheduler.config, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _tokenizer() -> Any:
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(str(NANO / "tokenizer"), local_files_only=True)
