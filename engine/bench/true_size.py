"""The networks of the three families at their true size, by the configurations that their makers published.

Without numbers they take no memory: `hollow` gives them shapes, so that what they cost is counted and not paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel, ZImageTransformer2DModel
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, Qwen3Config, Qwen3Model

from limner.engine.bases.headers import Tensor

#: The sides of the latents that each was trained for.
SIDES = {"sd15": 64, "sdxl": 128, "zimage": 128}

#: What a Face LoRA goes on.
TARGETS = {
    "sd15": ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in", "proj_out"),
    "sdxl": ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in", "proj_out"),
    "zimage": ("to_q", "to_k", "to_v", "to_out.0", "feed_forward.w1", "feed_forward.w2", "feed_forward.w3"),
}

_TYPES = {torch.float32: "F32", torch.bfloat16: "BF16"}


def denoiser(family: str, dtype: torch.dtype = torch.float32, device: str = "meta") -> Any:
    """Make the network that a LoRA is trained for, frozen; without numbers, or on a device with numbers of chance."""
    with _default(dtype), torch.device(device):
        model = {"sd15": _sd15, "sdxl": _sdxl, "zimage": ZImageTransformer2DModel}[family]()
    return model.eval().requires_grad_(requires_grad=False)


def vae(family: str, dtype: torch.dtype = torch.float32, device: str = "meta") -> Any:
    """Make the codec, frozen; without numbers, or on a device with numbers of chance."""
    latents = {"latent_channels": 16, "use_quant_conv": False, "use_post_quant_conv": False}
    with _default(dtype), torch.device(device):
        model = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
            sample_size=8 * SIDES[family],
            **(latents if family == "zimage" else {}),
        )
    return model.eval().requires_grad_(requires_grad=False)


def text_encoders(family: str, dtype: torch.dtype = torch.float32, device: str = "meta") -> dict[str, Any]:
    """Make the text encoders by their folders, frozen; without numbers, or on a device with numbers of chance."""
    with _default(dtype), torch.device(device):
        if family == "zimage":
            return {"text_encoder": Qwen3Model(_qwen3_4b()).eval().requires_grad_(requires_grad=False)}
        made = {
            "text_encoder": CLIPTextModel(
                CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)
            )
        }
        if family == "sdxl":
            made["text_encoder_2"] = CLIPTextModelWithProjection(
                CLIPTextConfig(
                    hidden_size=1280,
                    intermediate_size=5120,
                    num_hidden_layers=32,
                    num_attention_heads=20,
                    projection_dim=1280,
                )
            )
    return {folder: model.eval().requires_grad_(requires_grad=False) for folder, model in made.items()}


def header(model: Any) -> dict[str, Tensor]:
    """Give what the header of the model's safetensors would say."""
    return {name: Tensor(_TYPES[weight.dtype], tuple(weight.shape)) for name, weight in model.state_dict().items()}


def filled(model: Any, make: Callable[[Any], Any]) -> Any:
    """Put what `make` makes of each shape in the place of weights without numbers."""
    for module in model.modules():
        for name, weight in list(module.named_parameters(recurse=False)):
            setattr(module, name, torch.nn.Parameter(make(weight), requires_grad=weight.requires_grad))
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, make(buffer))
    return model


@contextmanager
def hollow() -> Iterator[None]:
    """Let tensors have shapes and types of a processor's, and no numbers."""
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield


def predict(model: Any, family: str, pictures: int = 1, side: int | None = None) -> Any:
    """Let a network predict, for so many pictures with a prompt each; `side` is that of their latents."""
    side, dtype = side or SIDES[family], model.dtype
    steps = torch.ones(pictures)
    if family == "zimage":
        each = [torch.randn(16, 1, side, side, dtype=dtype) for _ in range(pictures)]
        prompts = [torch.randn(64, 2560, dtype=dtype) for _ in range(pictures)]
        return torch.stack(model(each, steps.to(dtype), prompts, return_dict=False)[0])
    latents = torch.randn(pictures, 4, side, side, dtype=dtype)
    words = torch.randn(pictures, 77, model.config.cross_attention_dim, dtype=dtype)
    more: dict[str, Any] = {}
    if family == "sdxl":
        pooled, sizes = torch.randn(pictures, 1280, dtype=dtype), torch.ones(pictures, 6, dtype=dtype)
        more["added_cond_kwargs"] = {"text_embeds": pooled, "time_ids": sizes}
    return model(latents, steps, words, **more).sample


def counted(run: Callable[[], Any]) -> int:
    """Count floating-point operations as torch does, and attention on a processor, which it leaves out."""
    attention = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001  it has no other name
    counter: Any = FlopCounterMode(display=False, custom_mapping={attention: _attention})
    with torch.no_grad(), counter:
        run()
    return int(counter.get_total_flops())


def _attention(query: Any, key: Any, value: Any, *_: Any, out_val: Any = None, **__: Any) -> int:
    return int(sdpa_flop_count(query, key, value))


@contextmanager
def _default(dtype: torch.dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _sd15() -> UNet2DConditionModel:
    return UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8)


def _sdxl() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=128,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(320, 640, 1280),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )


def _qwen3_4b() -> Qwen3Config:
    return Qwen3Config(
        vocab_size=151_936,
        hidden_size=2560,
        intermediate_size=9728,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
    )
