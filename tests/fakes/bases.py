"""Random base models of a few thousand weights, one for each family, in diffusers' own layout.

The same classes as the real ones; their pictures mean nothing, their arithmetic is theirs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3Model,
)

from limner.engine.figures import RECIPE_FILE
from limner.tests.fakes.base import (
    QUICK_RECIPE,
    QUICK_RENDER,
    SIZE,
    clip_tokenizer,
    clip_vocabulary,
    save_tiny_base,
    tiny_vae,
)

__all__ = ["SIZE", "write_sd15", "write_sdxl", "write_zimage"]

#: What Qwen3's own template makes of one message, without its tools and its thoughts.
CHAT_TEMPLATE = (
    "{%- for message in messages -%}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{%- endfor -%}{%- if add_generation_prompt -%}<|im_start|>assistant\n{%- endif -%}"
)


def write_sd15(directory: Path) -> Path:
    """Write a tiny Stable Diffusion that predicts noise (64 px, 4 latent channels) and return its directory."""
    return save_tiny_base(directory, "epsilon")


def write_sdxl(directory: Path) -> Path:
    """Write a tiny Stable Diffusion XL (64 px, 4 latent channels, two text encoders) and return its directory."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pipeline = StableDiffusionXLPipeline(
            vae=tiny_vae(scaling_factor=0.13025),
            text_encoder=CLIPTextModel(_clip_config()),
            text_encoder_2=CLIPTextModelWithProjection(_clip_config()),
            tokenizer=clip_tokenizer(),
            tokenizer_2=clip_tokenizer(),
            unet=_sdxl_unet(),
            scheduler=EulerDiscreteScheduler(
                beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1
            ),
            add_watermarker=False,
        )
    return _save(pipeline, directory, QUICK_RECIPE)


def write_zimage(directory: Path) -> Path:
    """Write a tiny Z-Image (64 px, 16 latent channels, a Qwen3 that reads the prompt) and return its directory."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pipeline = ZImagePipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=_flow_vae(),
            text_encoder=Qwen3Model(_qwen_config()),
            tokenizer=qwen_tokenizer(),
            transformer=_transformer(),
        )
    return _save(pipeline, directory, QUICK_RECIPE | {"targets": ["to_q", "to_v", "feed_forward.w2"]})


def qwen_tokenizer() -> Qwen2Tokenizer:
    """Make a tokenizer that spells every byte and knows the marks of a chat."""
    tokenizer = Qwen2Tokenizer(vocab=_byte_vocabulary(), merges=[], model_max_length=512)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def _save(pipeline: Any, directory: Path, recipe: dict[str, Any]) -> Path:
    pipeline.save_pretrained(str(directory), safe_serialization=True)
    (directory / RECIPE_FILE).write_text(json.dumps(recipe | {"render": QUICK_RENDER}))
    return directory


def _clip_config() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(clip_vocabulary()),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=24,
        projection_dim=16,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _sdxl_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=SIZE // 8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(16, 32),
        layers_per_block=1,
        transformer_layers_per_block=(1, 2),
        attention_head_dim=(2, 4),
        norm_num_groups=4,
        cross_attention_dim=32,  # both text encoders beside each other
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 16,  # six numbers of sizes and crops, and the pooled words
    )


def _flow_vae() -> AutoencoderKL:
    return tiny_vae(
        latent_channels=16, scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False
    )


def _transformer() -> ZImageTransformer2DModel:
    return ZImageTransformer2DModel(
        in_channels=16,
        dim=32,
        n_layers=2,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[8, 4, 4],
        axes_lens=[1024, 64, 64],
    )


def _qwen_config() -> Qwen3Config:
    return Qwen3Config(
        vocab_size=len(qwen_tokenizer()),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=1024,
    )


def _byte_vocabulary() -> dict[str, int]:
    letters = [*sorted(ByteLevel.alphabet()), "<|endoftext|>"]
    return {letter: number for number, letter in enumerate(letters)}
