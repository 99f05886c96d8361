"""Words and pictures become tensors and come back."""

import numpy as np
import torch

from limner.engine.models.base import BaseModel
from limner.engine.models.coding import decode_latents, encode_images, encode_prompts, fit


def test_prompt_is_encoded_once(tiny_base: BaseModel) -> None:
    """The same words are asked of the text encoder once, and two prompts are two rows."""
    first = encode_prompts(tiny_base, ["photo of sks person"])
    known = tiny_base.prompts["photo of sks person"]
    again = encode_prompts(tiny_base, ["drawing", "photo of sks person"])
    assert tiny_base.prompts["photo of sks person"] is known
    assert torch.equal(again.hidden[1:], first.hidden)
    assert again.hidden.shape == (2, 24, 16)
    assert again.hidden.dtype == torch.float32


def test_long_prompt_is_cut_off(tiny_base: BaseModel) -> None:
    """A prompt beyond the tokenizer's length has the shape of any other."""
    assert encode_prompts(tiny_base, ["photo " * 50, ""]).hidden.shape == (2, 24, 16)


def test_pictures_pass_the_codec(either_base: BaseModel) -> None:
    """More pictures than a batch become latents and pictures again, each by itself."""
    pictures = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), np.uint8)
    latents = encode_images(either_base, pictures)
    assert latents.shape == (9, 4, 8, 8)
    torch.testing.assert_close(encode_images(either_base, pictures[8:]), latents[8:], atol=1e-4, rtol=1e-4)
    decoded = decode_latents(either_base, latents)
    assert decoded.shape == (9, 64, 64, 3)
    assert decoded.dtype == np.uint8


def test_latents_are_scaled_as_diffusers_does(tiny_base: BaseModel) -> None:
    """Latents are the mode of the posterior times the VAE's scaling factor."""
    picture = np.full((1, 64, 64, 3), 200, np.uint8)
    pixels = torch.full((1, 3, 64, 64), 200 / 127.5 - 1)
    with torch.no_grad():
        mode = tiny_base.vae.encode(pixels).latent_dist.mode()
    torch.testing.assert_close(encode_images(tiny_base, picture), mode * tiny_base.vae.config.scaling_factor)


def test_fit_brings_any_square_to_size() -> None:
    """A crop of another size is resized, one of the right size is handed through."""
    picture = np.zeros((32, 32, 3), np.uint8)
    assert fit(picture, 32) is picture
    assert fit(picture, 64).shape == (64, 64, 3)
