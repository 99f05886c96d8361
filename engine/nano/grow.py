"""Grow a trained autoencoder outwards: one level more, so that the same latents stand for a picture of twice the side.

``python -m limner.engine.nano.grow SMALL DIR`` reads an autoencoder of nano's inner widths that shrinks 128 px by 8,
and writes ``DIR/vae``, which shrinks 256 px by 16 and has more channels. It draws at once what SMALL drew, somewhat
blurred; training (:mod:`limner.engine.nano.vae`) goes on from there. Growing is Karras et al., 2018, section 2, for
an autoencoder: what is coarse was learned on small pictures, which cost a quarter.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import CLIPTextModel

from limner.engine.nano.autoencoder import build, to_tensor
from limner.engine.nano.scenes import Scenes
from limner.engine.nano.vae import load_pictures

_LATENT = ("encoder.conv_out", "decoder.conv_in", "post_quant_conv")


def copy_first(large: Tensor, small: Tensor) -> None:
    """Put ``small`` into the first places of ``large`` along every axis."""
    large[tuple(slice(n) for n in small.shape)] = small


def _inner(large: AutoencoderKL, small: AutoencoderKL) -> None:
    """Copy every weight of the levels that both have; what is new of the latents changes nothing yet."""
    weights = large.state_dict()
    for module in (large.encoder.conv_out, large.decoder.conv_in, large.quant_conv, large.post_quant_conv):
        nn.init.zeros_(module.bias)
    nn.init.zeros_(large.decoder.conv_in.weight)
    nn.init.zeros_(large.quant_conv.weight)
    nn.init.dirac_(large.post_quant_conv.weight)
    for name, given in small.state_dict().items():
        place = name
        if name.startswith("encoder.down_blocks."):
            level, rest = name.removeprefix("encoder.down_blocks.").split(".", 1)
            place = f"encoder.down_blocks.{int(level) + 1}.{rest}"
        if place.startswith("quant_conv"):  # half of the outputs are means, half logarithms of variances
            for half, given_half in zip(weights[place].chunk(2), given.chunk(2), strict=True):
                copy_first(half, given_half)
        elif weights[place].shape == given.shape or place.startswith(_LATENT):
            copy_first(weights[place], given)
    old, channels = small.config.latent_channels, large.config.latent_channels
    for n in range(channels - old):
        large.quant_conv.weight[old + n, 2 * old + n] = 1
    large.quant_conv.bias[channels + old :] = -6  # the new channels' noise begins small


def _solve(kernel: nn.Conv2d, inputs: Tensor, outputs: Tensor) -> None:
    """Set a 3 x 3 kernel to the least-squares map from (n, C, H, W) to ``outputs``, from a seventh of the places."""
    around = F.unfold(inputs, 3, stride=kernel.stride).transpose(1, 2).flatten(0, 1)[::7].double()
    wanted = outputs.flatten(2).transpose(1, 2).flatten(0, 1)[::7].double()
    around = torch.cat([around, torch.ones(len(around), 1)], 1)
    ridge = 1e-6 * len(around) * torch.eye(around.shape[1])
    found = torch.linalg.solve(around.T @ around + ridge, around.T @ wanted).float()
    kernel.weight.copy_(found[:-1].T.unflatten(1, (-1, 3, 3)))
    if kernel.bias is not None:
        kernel.bias.copy_(found[-1])


def _outer_encoder(large: AutoencoderKL, small: AutoencoderKL, pictures: Tensor) -> None:
    """Hand eight neighbours of each pixel on, and fit the kernel that halves the picture to ``small``'s first."""
    first, down = large.encoder.conv_in, large.encoder.down_blocks[0].downsamplers[0].conv
    nn.init.zeros_(first.weight)
    nn.init.zeros_(first.bias)
    for channel in range(24):
        place, colour = divmod(channel, 3)
        first.weight[channel, colour, place // 3, place % 3] = 1
    _solve(down, F.pad(first(pictures), (0, 1, 0, 1)), small.encoder.conv_in(F.avg_pool2d(pictures, 2)))


def _outer_decoder(large: AutoencoderKL, pictures: Tensor) -> None:
    """Let the smaller decoder's channels through, each pixel four times, and fit the last kernel to ``pictures``."""
    decoder = large.decoder
    nn.init.dirac_(decoder.up_blocks[-2].upsamplers[0].conv.weight)
    nn.init.zeros_(decoder.up_blocks[-2].upsamplers[0].conv.bias)
    kept: list[Tensor] = []
    hook = decoder.conv_act.register_forward_hook(lambda _, __, output: kept.append(output))
    large.decode(large.encode(pictures).latent_dist.mode())
    hook.remove()
    _solve(decoder.conv_out, F.pad(kept[0], (1, 1, 1, 1)), pictures)


@torch.no_grad()
def grow(small: AutoencoderKL, pictures: Tensor) -> AutoencoderKL:
    """Return nano's autoencoder grown from ``small``, its new ends fitted to ``pictures`` (n, 3, 256, 256)."""
    torch.manual_seed(0)
    large = build()
    _inner(large, small)
    _outer_encoder(large, small, pictures)
    _outer_decoder(large, pictures)
    return large


@torch.no_grad()
def begin_with(models: nn.ModuleDict, earlier: Path) -> None:
    """Give ``unet`` and ``text`` the weights of an earlier nano; its latent channels are the first of theirs."""
    unet = UNet2DConditionModel.from_pretrained(earlier / "unet", torch_dtype=torch.float32)
    text = CLIPTextModel.from_pretrained(earlier / "text_encoder", torch_dtype=torch.float32)
    for model, given in ((models["unet"], unet), (models["text"], text)):
        weights = model.state_dict()
        for place, weight in given.state_dict().items():
            copy_first(weights[place], weight)


def main() -> None:
    """Write ``DIR/vae``, grown from the smaller autoencoder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path)
    parser.add_argument("directory", type=Path)
    options = parser.parse_args()
    small = AutoencoderKL.from_pretrained(options.small, torch_dtype=torch.float32)
    cuts = Scenes().draw(8, np.random.default_rng(0))
    pictures = to_tensor(np.concatenate([load_pictures(options.directory)[:8], cuts]))
    grow(small, pictures).save_pretrained(options.directory / "vae")


if __name__ == "__main__":
    main()
