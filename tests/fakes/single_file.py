"""Small bases as one .safetensors file, with the names that their makers' own programs give to tensors.

The reverse of what diffusers' `single_file_utils` does when it reads such a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from limner.tests.fakes.bases import write_sd15

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_TRANSFORMER = {
    "all_": "",
    ".2-1.": ".",
    ".to_out.0.": ".out.",
    ".norm_q.": ".q_norm.",
    ".norm_k.": ".k_norm.",
}
_LEVELS = 4
_EACH = 3


def write_sd15_of_four_levels(directory: Path) -> Path:
    """Write a small Stable Diffusion whose UNet has as many blocks as the real one."""
    write_sd15(directory)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        unet = UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(8, 8, 16, 16),
            norm_num_groups=4,
            cross_attention_dim=16,
            attention_head_dim=2,
        )
    unet.save_pretrained(str(directory / "unet"))
    return directory


def write_sd15_file(directory: Path, file: Path) -> Path:
    """Write the parts of a directory of four levels into one file."""
    pipeline: Any = StableDiffusionPipeline.from_pretrained(str(directory), local_files_only=True)
    tensors = {f"model.diffusion_model.{_unet(name)}": value for name, value in pipeline.unet.state_dict().items()}
    tensors |= {
        f"first_stage_model.{_vae(name)}": _as_conv(name, value) for name, value in pipeline.vae.state_dict().items()
    }
    for name, value in pipeline.text_encoder.state_dict().items():
        inner = name.removeprefix("text_model.")
        tensors[f"cond_stage_model.transformer.text_model.{inner}"] = value
    save_file({name: value.half().contiguous() for name, value in tensors.items()}, str(file))
    return file


def write_zimage_file(directory: Path, file: Path) -> Path:
    """Write the transformer of a Z-Image into one file: its layers for queries, keys and values are one there."""
    tensors = load_file(str(directory / "transformer" / "diffusion_pytorch_model.safetensors"))
    written: dict[str, torch.Tensor] = {}
    for name, value in tensors.items():
        if ".to_q." in name:
            three = [tensors[name.replace(".to_q.", f".to_{one}.")] for one in "qkv"]
            written[name.replace(".to_q.", ".qkv.")] = torch.cat(three)
        elif ".to_k." not in name and ".to_v." not in name:
            written[_zimage(name)] = value
    save_file({name: value.bfloat16().contiguous() for name, value in written.items()}, str(file))
    return file


def _zimage(name: str) -> str:
    for new, old in _TRANSFORMER.items():
        name = name.replace(new, old)
    return name


def _unet(name: str) -> str:
    for new, old in _ENDS.items():
        if name.startswith(f"{new}."):
            return name.replace(new, old, 1)
    parts = name.split(".")
    if parts[0] == "mid_block":
        place = 1 if parts[1] == "attentions" else 2 * int(parts[2])
        return f"middle_block.{place}.{_inner(parts[1], parts[3:])}"
    level, kind, number = int(parts[1]), parts[2], int(parts[3])
    if parts[0] == "down_blocks":
        place = 1 + _EACH * level + (2 if kind == "downsamplers" else number)
        slot = "0.op" if kind == "downsamplers" else ("1" if kind == "attentions" else "0")
        return f"input_blocks.{place}.{slot}.{_inner(kind, parts[4:])}"
    place = _EACH * level + (2 if kind == "upsamplers" else number)
    # The lowest level has no attention, so its upsampler comes one place earlier.
    slot = ("1" if level == 0 else "2") if kind == "upsamplers" else ("1" if kind == "attentions" else "0")
    return f"output_blocks.{place}.{slot}.{'conv.' if kind == 'upsamplers' else ''}{_inner(kind, parts[4:])}"


def _inner(kind: str, rest: list[str]) -> str:
    if kind == "resnets":
        return f"{_RESNET[rest[0]]}.{rest[1]}"
    return ".".join(rest[1:]) if kind in {"downsamplers", "upsamplers"} else ".".join(rest)


def _vae(name: str) -> str:
    name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
    for new, old in (
        ("mid_block.resnets.0", "mid.block_1"),
        ("mid_block.resnets.1", "mid.block_2"),
        ("mid_block.attentions.0.group_norm", "mid.attn_1.norm"),
        ("mid_block.attentions.0.to_q", "mid.attn_1.q"),
        ("mid_block.attentions.0.to_k", "mid.attn_1.k"),
        ("mid_block.attentions.0.to_v", "mid.attn_1.v"),
        ("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out"),
        (".resnets.", ".block."),
        (".downsamplers.0.", ".downsample."),
        (".upsamplers.0.", ".upsample."),
        ("down_blocks.", "down."),
    ):
        name = name.replace(new, old)
    for level in range(_LEVELS):
        name = name.replace(f"up_blocks.{level}.", f"up.{_LEVELS - 1 - level}.")
    return name


def _as_conv(name: str, value: torch.Tensor) -> torch.Tensor:
    """Give the linear layers of the codec's attention the shape of a convolution, which they had."""
    return value[:, :, None, None] if ".attentions." in name and value.ndim == 2 else value
