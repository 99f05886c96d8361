"""Put nano's parts together in diffusers' layout, and draw from it to see what it can do."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from limner.engine.nano.codec import enlarge, sheet
from limner.engine.nano.people import finder

_CAPTIONS = (
    "photo of a woman, short curly black hair, neutral, grey background",
    "photo of a man, short black hair, beard, neutral, grey background",
    "photo of a woman, long straight brown hair, smiling, outside",
    "photo of a person, dark hair, neutral",
    "photo of a woman, curly blond hair, smiling, coloured background",
    "pencil drawing of a person, dark hair, neutral",
    "oil painting of a woman, curly black hair, neutral",
    "comic drawing of a man, short black hair, beard, neutral",
)


def save_pipeline(
    out: Path,
    vae: AutoencoderKL,
    unet: UNet2DConditionModel,
    text_encoder: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    scheduler: DDIMScheduler,
) -> None:
    """Write a directory that ``StableDiffusionPipeline.from_pretrained`` loads: float16 safetensors."""
    pipeline = StableDiffusionPipeline(
        vae=copy.deepcopy(vae).half(),
        unet=copy.deepcopy(unet).half(),
        text_encoder=copy.deepcopy(text_encoder).half(),
        tokenizer=tokenizer,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(out, safe_serialization=True)


def draw_sheet(directory: Path, path: Path, seeds: int = 4) -> str:
    """Draw each caption from several seeds into a contact sheet and say on how many pictures a face is found."""
    pipeline = StableDiffusionPipeline.from_pretrained(directory, dtype=torch.float32, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    rows = []
    for seed in range(seeds):
        generator = torch.Generator().manual_seed(seed)
        made = pipeline(
            list(_CAPTIONS), num_inference_steps=20, guidance_scale=2.5, generator=generator, output_type="np"
        ).images
        rows.append((made * 255).round().astype(np.uint8))
    sheet(rows).save(path)
    find = finder()
    found = sum(find.embedding(enlarge(picture)) is not None for row in rows for picture in row)
    return f"faces found on {found} of {seeds * len(_CAPTIONS)} pictures from noise"
