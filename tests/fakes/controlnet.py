"""A small random ControlNet for a small random base, in diffusers' own layout."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers import ControlNetModel, UNet2DConditionModel


def write_controlnet(base: Path, place: Path) -> Path:
    """Write a ControlNet for the UNet of a base's directory and return its folder.

    Its last layers are not nought, as they are before a training, so that what it sees can be seen.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        net = ControlNetModel.from_unet(UNet2DConditionModel.from_pretrained(str(base / "unet")))
        last = [*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out]
        for layer in last:
            torch.nn.init.normal_(layer.weight, std=0.3)
    net.save_pretrained(str(place), safe_serialization=True)
    return place
