"""Let an untrained encoder begin as a linear code: principal components of pixels, of their parts, and so on.

A convolution that halves the picture takes 2 x 2 places of what it has and hands their main parts on; with silent
residual branches nothing else happens on the way. At the end stand a norm and a SiLU, which are not linear: there each
number goes through twice, with both signs, since silu(x) - silu(-x) = x; so every group has mean zero, and a pair of
large steady channels in each group keeps its spread, by which the norm divides, nearly still.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional as F

_STEADY = 50.0
#: Logarithm of the variance that latents of spread 1 begin with.
_QUIET = -8.0


def _main_parts(maps: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the main parts of 2 x 2 places of (n, C, H, W) maps, largest first, (count, C, 2, 2), and their powers."""
    places = F.unfold(maps, 2, stride=2).transpose(1, 2).flatten(0, 1).double()
    powers, parts = torch.linalg.eigh(places.T @ places / len(places))
    kept = parts.flip(1)[:, :count].T.float()
    return kept.unflatten(1, (-1, 2, 2)), powers.flip(0)[:count].float()


def _pass_on(kernel: Any, used: int) -> None:
    """Let a 1 x 1 or 3 x 3 kernel pass its first ``used`` channels on; what else it makes, nobody hears yet."""
    middle = kernel.kernel_size[0] // 2
    kernel.weight[:used] = 0
    for channel in range(used):
        kernel.weight[channel, channel, middle, middle] = 1
    kernel.bias[:used] = 0


def _both_signs(encoder: Any, shortcut: Any, powers: Tensor, count: int) -> None:
    """Carry ``count`` numbers with both signs past the last norm, and join them in the last kernel."""
    norm, last = encoder.conv_norm_out, encoder.conv_out
    width = shortcut.out_channels // norm.num_groups
    share = count // norm.num_groups
    # Powers fall a thousandfold: halfway between the numbers' own spread and an equal one for all.
    scales = powers[:count] ** -0.25
    scales = scales / (powers[:count] * scales**2).mean().sqrt()
    nn.init.zeros_(shortcut.weight)
    nn.init.zeros_(shortcut.bias)
    nn.init.zeros_(last.weight)
    last.bias[:count], last.bias[count:] = 0, _QUIET
    for group in range(norm.num_groups):
        begin = group * width
        for n in range(share):
            number, place = group * share + n, begin + 2 * n
            shortcut.weight[place, number], shortcut.weight[place + 1, number] = scales[number], -scales[number]
            last.weight[number, place, 1, 1], last.weight[number, place + 1, 1, 1] = 1, -1
        steady = begin + 2 * share
        shortcut.bias[steady], shortcut.bias[steady + 1] = _STEADY, -_STEADY
        inside = slice(group * share, (group + 1) * share)
        square = 2 * (_STEADY**2 + (powers[inside] * scales[inside] ** 2).sum())
        norm.weight[begin : begin + width] = (square / width).sqrt()


@torch.no_grad()
def begin_linear(vae: AutoencoderKL, pictures: Tensor) -> None:
    """Make the encoder of an untrained ``vae`` (silent branches) the linear code of ``pictures`` (n, 3, H, W)."""
    encoder, maps = vae.encoder, pictures
    _pass_on(encoder.conv_in, 3)
    powers = torch.ones(3)
    for block in encoder.down_blocks:
        used, shortcut = maps.shape[1], block.resnets[0].conv_shortcut
        if block.downsamplers is None:
            _both_signs(encoder, shortcut, powers, vae.config.latent_channels)
            break
        if shortcut is not None:
            _pass_on(shortcut, used)
        kernel = block.downsamplers[0].conv
        parts, powers = _main_parts(maps, min(kernel.out_channels, 4 * used))
        kernel.weight[: len(parts)] = 0
        kernel.weight[: len(parts), :used, :2, :2] = parts
        kernel.bias[: len(parts)] = 0
        maps = F.conv2d(maps, parts, stride=2)
    nn.init.dirac_(vae.quant_conv.weight)
    nn.init.zeros_(vae.quant_conv.bias)
