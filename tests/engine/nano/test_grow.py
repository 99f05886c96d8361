"""Growing the autoencoder: it keeps what was learned on small pictures."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch.nn.functional import avg_pool2d, interpolate, unfold
from transformers import CLIPTextModel, CLIPTokenizer

from limner.engine.bases import NANO
from limner.engine.nano.autoencoder import LATENT_CHANNELS, build, to_tensor
from limner.engine.nano.grow import EMBEDDINGS, begin_with, copy_first, grow
from limner.engine.nano.linear import begin_linear
from limner.engine.nano.scenes import Scenes
from limner.engine.nano.unet import Trainer

BEGUN = Path(__file__).parents[3] / "docs" / "nano-next" / "vae"


@pytest.fixture(scope="module")
def small() -> AutoencoderKL:
    """Load a trained autoencoder of 128 px."""
    return AutoencoderKL.from_pretrained(NANO / "vae", torch_dtype=torch.float32)


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    """Cut some pictures out of photos."""
    return to_tensor(Scenes(["P001"]).draw(8, np.random.default_rng(0)))


def test_an_encoder_begins_as_a_linear_code(pictures: torch.Tensor) -> None:
    """Half the light gives half the latents, and they hold nearly as much of a picture as its principal components."""
    vae = build()
    begin_linear(vae, pictures)
    with torch.no_grad():
        latents, half = (vae.encode(given).latent_dist.mode() for given in (pictures, pictures / 2))
    assert (half - latents / 2).std() < 0.02 * latents.std()
    seen = latents.flatten(2).transpose(1, 2).flatten(0, 1)
    places = unfold(pictures, 16, stride=16).transpose(1, 2).flatten(0, 1)
    lost = places - seen @ torch.linalg.lstsq(seen, places).solution
    best = torch.linalg.svdvals(places)[LATENT_CHANNELS:].square().sum()
    assert best < lost.square().sum() < 1.5 * best


def test_what_was_learned_on_small_pictures_stays(small: AutoencoderKL, pictures: torch.Tensor) -> None:
    """Without any training the larger autoencoder brings pictures back at most half as far again as the smaller one."""
    large = grow(small, pictures)
    with torch.no_grad():
        known = small.decode(small.encode(avg_pool2d(pictures, 2)).latent_dist.mode()).sample
        made = large.decode(large.encode(pictures).latent_dist.mode()).sample
    blurred = interpolate(known, scale_factor=2)
    assert (made - pictures).abs().mean() < 1.5 * (blurred - pictures).abs().mean()


def test_what_does_not_fit_goes_into_the_first_places() -> None:
    """A smaller kernel fills the first channels of a larger one and leaves the others alone."""
    large = torch.zeros(4, 3)
    copy_first(large, torch.ones(2, 3))
    assert large.sum(1).tolist() == [3, 3, 0, 0]


def test_a_unet_begins_with_what_the_earlier_one_knew(tmp_path: Path) -> None:
    """All but the kernels of other latents is the earlier nano's, and a word means what it meant there."""
    trainer = Trainer(tmp_path, total=1)
    begin_with(trainer.models, trainer.tokenizer, NANO)
    earlier = UNet2DConditionModel.from_pretrained(NANO / "unet", torch_dtype=torch.float32).state_dict()
    begun = trainer.models["unet"].state_dict()
    other = {place for place, weight in earlier.items() if begun[place].shape != weight.shape}
    assert other == {"conv_in.weight", "conv_out.weight", "conv_out.bias"}
    assert all(torch.equal(begun[place], weight) for place, weight in earlier.items() if place not in other)
    known = CLIPTextModel.from_pretrained(NANO / "text_encoder", torch_dtype=torch.float32)
    places = [
        tokenizer.convert_tokens_to_ids("woman</w>")
        for tokenizer in (trainer.tokenizer, CLIPTokenizer.from_pretrained(NANO / "tokenizer"))
    ]
    embeddings = [model.state_dict()[EMBEDDINGS] for model in (trainer.models["text"], known)]
    assert torch.equal(embeddings[0][places[0]], embeddings[1][places[1]])


def test_what_was_begun_is_a_plain_autoencoder() -> None:
    """The next nano's codec, as far as it was trained, loads in diffusers and has the shape that the recipe builds."""
    begun = AutoencoderKL.from_pretrained(BEGUN, torch_dtype=torch.float32)
    built = build().state_dict()
    assert {name: value.shape for name, value in begun.state_dict().items()} == {
        name: value.shape for name, value in built.items()
    }
