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
from transformers import CLIPTextModel, CLIPTokenizer

from limner.engine.nano.autoencoder import build, to_tensor
from limner.engine.nano.linear import begin_linear
from limner.engine.nano.scenes import Scenes
from limner.engine.nano.vae import load_pictures

#: Where a text encoder's words are.
EMBEDDINGS = "embeddings.token_embedding.weight"
#: Faces and, as many again, cuts of photos that kernels are fitted to.
FITTED = 24


def copy_first(large: Tensor, small: Tensor) -> None:
    """Put ``small`` into the first places of ``large`` along every axis."""
    large[tuple(slice(n) for n in small.shape)] = small


def _solve(kernel: nn.Conv2d, inputs: Tensor, outputs: Tensor, every: int = 1) -> None:
    """Set a 3 x 3 kernel to the least-squares map from (n, C, H, W) to ``outputs``, from one in ``every`` places."""
    around = F.unfold(inputs, 3, stride=kernel.stride).transpose(1, 2).flatten(0, 1)[::every].double()
    wanted = outputs.flatten(2).transpose(1, 2).flatten(0, 1)[::every].double()
    around = torch.cat([around, torch.ones(len(around), 1)], 1)
    ridge = 1e-6 * len(around) * torch.eye(around.shape[1])
    found = torch.linalg.solve(around.T @ around + ridge, around.T @ wanted).float()
    kernel.weight.copy_(found[:-1].T.unflatten(1, (-1, 3, 3)))
    if kernel.bias is not None:
        kernel.bias.copy_(found[-1])


def _inner_decoder(large: AutoencoderKL, small: AutoencoderKL, latents: Tensor, pictures: Tensor) -> None:
    """Copy the levels that both have, and fit the first kernel to what it said of the same pictures."""
    weights = large.decoder.state_dict()
    for place, given in small.decoder.state_dict().items():
        if not place.startswith("conv_in"):
            copy_first(weights[place], given)
    nn.init.dirac_(large.post_quant_conv.weight)
    nn.init.zeros_(large.post_quant_conv.bias)
    known = small.encode(F.avg_pool2d(pictures, 2)).latent_dist.mode()
    wanted = small.decoder.conv_in(small.post_quant_conv(known))
    _solve(large.decoder.conv_in, F.pad(latents, (1, 1, 1, 1)), wanted)


def _outer_decoder(large: AutoencoderKL, latents: Tensor, pictures: Tensor) -> None:
    """Let the smaller decoder's channels through, each pixel four times, and fit the last kernel to ``pictures``."""
    decoder = large.decoder
    nn.init.dirac_(decoder.up_blocks[-2].upsamplers[0].conv.weight)
    nn.init.zeros_(decoder.up_blocks[-2].upsamplers[0].conv.bias)
    kept: list[Tensor] = []
    hook = decoder.conv_act.register_forward_hook(lambda _, __, output: kept.append(output))
    large.decode(latents)
    hook.remove()
    _solve(decoder.conv_out, F.pad(kept[0], (1, 1, 1, 1)), pictures, every=7)


@torch.no_grad()
def grow(small: AutoencoderKL, pictures: Tensor) -> AutoencoderKL:
    """Return nano's autoencoder: a linear encoder, and the decoder of ``small`` fitted to it and to ``pictures``.

    ``pictures`` are (n, 3, 256, 256) in [-1, 1], many enough to fit a kernel of 3 x 3 x 48 numbers to 256 places each.
    """
    torch.manual_seed(0)
    large = build()
    begin_linear(large, pictures)
    latents = large.encode(pictures).latent_dist.mode()
    _inner_decoder(large, small, latents, pictures)
    _outer_decoder(large, latents[:16], pictures[:16])
    return large


@torch.no_grad()
def begin_with(models: nn.ModuleDict, tokenizer: CLIPTokenizer, earlier: Path) -> None:
    """Give ``unet`` and ``text`` the weights of an earlier nano wherever they have its shape, and its known words.

    Other latents are another language: kernels that read or write them begin at random.
    """
    unet = UNet2DConditionModel.from_pretrained(earlier / "unet", torch_dtype=torch.float32)
    text = CLIPTextModel.from_pretrained(earlier / "text_encoder", torch_dtype=torch.float32)
    for model, given in ((models["unet"], unet), (models["text"], text)):
        weights = model.state_dict()
        for place, weight in given.state_dict().items():
            if weights[place].shape == weight.shape:
                weights[place].copy_(weight)
    known = CLIPTokenizer.from_pretrained(earlier / "tokenizer").get_vocab()
    both = [word for word in tokenizer.get_vocab() if word in known]
    ours, theirs = ([vocabulary[word] for word in both] for vocabulary in (tokenizer.get_vocab(), known))
    models["text"].state_dict()[EMBEDDINGS][ours] = text.state_dict()[EMBEDDINGS][theirs]


def main() -> None:
    """Write ``DIR/vae``, grown from the smaller autoencoder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("small", type=Path)
    parser.add_argument("directory", type=Path)
    options = parser.parse_args()
    small = AutoencoderKL.from_pretrained(options.small, torch_dtype=torch.float32)
    faces = load_pictures(options.directory)[:FITTED]
    cuts = Scenes().draw(FITTED, np.random.default_rng(0))
    pictures = to_tensor(np.concatenate([faces, cuts])[np.random.default_rng(1).permutation(2 * FITTED)])
    grow(small, pictures).save_pretrained(options.directory / "vae")


if __name__ == "__main__":
    main()
