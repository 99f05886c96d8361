"""A random Stable Diffusion directory of a few thousand weights, and faces and an analyser to go with it.

The same classes as nano and Stable Diffusion 1.5; its pictures mean nothing, its arithmetic is theirs.
"""

from __future__ import annotations

import colorsys
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig, CLIPImageProcessor, CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from limner.engine.faces import Detection, EmbeddingSpace, Face, Quality
from limner.engine.figures import RECIPE_FILE

SIZE = 64

#: Of colours as embeddings, with dlib's width and lines.
SPACE = EmbeddingSpace(width=128, same_person=0.6, same_photo=0.1)

#: So few steps that a training takes a second or two, and a drawing less.
QUICK_RECIPE = {
    "rank": 4,
    "alpha": 4,
    "targets": ["to_q", "to_v", "conv1", "ff.net.2"],
    "batch": 4,
    "max_steps": 8,
    "finish_steps": 3,
    "warmup": 2,
    "judge_every": 4,
    "judge_samples": 2,
    "judge_steps": 2,
    "checkpoint_every": 2,
    "augmentation": {"variants": 3},
}
QUICK_RENDER = {"steps": 6, "batch": 4}
QUICK_STYLE = {"rank": 4, "alpha": 4, "targets": ["to_q", "to_v", "conv1"], "batch": 4, "lr": 1e-3, "max_steps": 4}


def save_tiny_base(directory: Path, prediction_type: str = "v_prediction") -> Path:
    """Write the directory (64 px, 8 x 8 latents of 4 channels) and return it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pipeline = StableDiffusionPipeline(
            vae=tiny_vae(),
            text_encoder=_text_encoder(),
            tokenizer=clip_tokenizer(),
            unet=_unet(),
            scheduler=_scheduler(prediction_type),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    pipeline.save_pretrained(str(directory), safe_serialization=True)
    (directory / RECIPE_FILE).write_text(json.dumps(QUICK_RECIPE | {"render": QUICK_RENDER, "style": QUICK_STYLE}))
    return directory


def add_safety_checker(directory: Path) -> Path:
    """Give a tiny Stable Diffusion a safety checker of its own, with random weights, and return its directory."""
    vision = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPConfig(vision_config=vision | {"image_size": 32, "patch_size": 16}, projection_dim=16)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        checker = StableDiffusionSafetyChecker(config)
    pipeline = StableDiffusionPipeline.from_pretrained(
        str(directory),
        safety_checker=checker,
        feature_extractor=CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32),
        local_files_only=True,
    )
    pipeline.save_pretrained(str(directory), safe_serialization=True)
    return directory


class ColourAnalyser:
    """Finds one face in every picture that is not flat, and tells people apart by their mean colours."""

    space = SPACE

    def detect(self, image: np.ndarray) -> list[Detection]:
        """Find one face in the middle of the picture."""
        if float(image.std()) < 1.0:
            return []
        height, width = image.shape[:2]
        box = (width // 4, height // 4, 3 * width // 4, 3 * height // 4)
        return [Detection(box=box, landmarks=np.zeros((68, 2), np.float32), confidence=1.0)]

    def embed(self, image: np.ndarray, detection: Detection) -> np.ndarray:
        """Embed the box as its mean colour in the first three of 128 numbers."""
        left, top, right, bottom = detection.box
        found = np.zeros(128, np.float32)
        found[:3] = image[top:bottom, left:right].mean(axis=(0, 1)) / 255
        return found


def make_faces(count: int = 3, size: int = SIZE, hue: float = 0.1) -> list[Face]:
    """Paint crops of one made-up person: an oval of one hue before a background that changes."""
    return [_face(number, size, hue) for number in range(count)]


def _face(number: int, size: int, hue: float) -> Face:
    rows, columns = np.mgrid[0:size, 0:size] / size - 0.5
    oval = (rows**2 / 0.16 + columns**2 / 0.09 < 1).astype(np.float32)
    skin = np.array(colorsys.hsv_to_rgb(hue, 0.5, 0.8 - 0.05 * number)) * 255
    ground = np.array(colorsys.hsv_to_rgb((hue + 0.3 * number) % 1, 0.9, 0.5)) * 255
    image = (oval[..., None] * skin + (1 - oval[..., None]) * ground).astype(np.uint8)
    image[size // 2 - 4 : size // 2, size // 3 : 2 * size // 3] = 30
    box = (size // 4, size // 4, 3 * size // 4, 3 * size // 4)
    analyser = ColourAnalyser()
    return Face(
        image=image,
        mask=oval,
        embedding=analyser.embed(image, analyser.detect(image)[0]),
        caption="photo of sks person, smiling" if number % 2 else "photo of sks person, dark hair",
        box=box,
        quality=Quality(face_px=size // 2, sharpness=0.5, highlight=200.0, clipped=0.0, yaw=0.0, pitch=0.0, roll=0.0),
    )


def tiny_vae(latent_channels: int = 4, **settings: Any) -> AutoencoderKL:
    """Make a codec that shrinks by eight."""
    blocks = 4
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        block_out_channels=(8,) * blocks,
        layers_per_block=1,
        latent_channels=latent_channels,
        norm_num_groups=4,
        sample_size=SIZE,
        **settings,
    )


def _unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=SIZE // 8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(16, 32),
        layers_per_block=(2, 1),  # as nano's: diffusers' own set_adapters fails on it
        norm_num_groups=4,
        cross_attention_dim=16,
        attention_head_dim=4,
    )


def _text_encoder() -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(clip_vocabulary()),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=24,
        projection_dim=16,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    return CLIPTextModel(config)


def clip_vocabulary() -> dict[str, int]:
    """Give each letter two numbers: inside a word and at its end."""
    letters = "abcdefghijklmnopqrstuvwxyz,"
    entries = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    return {entry: number for number, entry in enumerate(entries)}


def clip_tokenizer() -> CLIPTokenizer:
    """Make a tokenizer that spells every word."""
    return CLIPTokenizer(vocab=clip_vocabulary(), merges=[], model_max_length=24)


def _scheduler(prediction_type: str) -> DDIMScheduler:
    velocity = prediction_type == "v_prediction"
    return DDIMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        prediction_type=prediction_type,
        rescale_betas_zero_snr=velocity,
        set_alpha_to_one=False,
        timestep_spacing="trailing" if velocity else "leading",
        steps_offset=1,
    )
