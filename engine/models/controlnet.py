"""ControlNet: a condition picture that a UNet draws after, beside its words; here a face's pose.

A copy of the UNet's first half sees the picture, and what it says is added to what the UNet's blocks pass on. Zhang,
Rao and Agrawala 2023, arXiv 2302.05543, section 3.1; the arithmetic is that of diffusers'
StableDiffusionControlNetPipeline without its guess mode: both sides of guidance see the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import ControlNetModel

from limner.engine.bases.beside import check_controlnet
from limner.engine.errors import PoseError


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A ControlNet and what it shall see: (1, 3, height, width) float32 in [0, 1], of the size of what is drawn."""

    net: Any
    condition: torch.Tensor
    scale: float = 1.0
    """By what its word is multiplied: `controlnet_conditioning_scale` of diffusers."""


def load_controlnet(place: Path, directory: Path, name: str, dtype: torch.dtype, device: torch.device) -> Any:
    """Load a ControlNet for the base `name` in `directory`, frozen, in evaluation mode. Raises PoseError."""
    variant = check_controlnet(place, directory, name)
    try:
        net = ControlNetModel.from_pretrained(
            str(place), use_safetensors=True, local_files_only=True, torch_dtype=dtype, variant=variant
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise PoseError(
            f"The ControlNet in {place} cannot be loaded: its weights are not those that its config.json describes; "
            "fetch both again."
        ) from error
    return net.to(device).to(memory_format=torch.channels_last).eval().requires_grad_(requires_grad=False)


def residuals(
    pose: Pose | None,
    latents: torch.Tensor,
    timesteps: torch.Tensor,
    hidden: torch.Tensor,
    conditions: Mapping[str, Any],
) -> dict[str, Any]:
    """Give what a UNet is told of a pose, by the names of its arguments; nothing without one.

    `hidden` and `conditions` are what the UNet itself is told of words and sizes.
    """
    if pose is None:
        return {}
    down, mid = pose.net(
        latents,
        timesteps,
        hidden,
        pose.condition.to(latents.device, latents.dtype),
        conditioning_scale=pose.scale,
        added_cond_kwargs=conditions,
        return_dict=False,
    )
    return {"down_block_additional_residuals": down, "mid_block_additional_residual": mid}
