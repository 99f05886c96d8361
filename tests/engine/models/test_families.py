"""One promise for every family: it says, draws and learns what diffusers' own pipeline of that family would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DiffusionPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    ZImagePipeline,
)
from safetensors.torch import load

from limner.engine.errors import BadLoraError
from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.sampler import Sampling, sample
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.coding import decode_latents, encode_images, encode_prompts
from limner.engine.models.interchange import to_kohya
from limner.engine.models.lora import attached, dump, fresh_lora
from limner.engine.train.dataset import dataset_of_faces
from limner.engine.train.learner import Trainer
from limner.engine.train.loop import draw, masked_losses
from limner.engine.train.recipe import Augmentation, FaceRecipe
from limner.tests.fakes.base import make_faces
from limner.tests.fakes.bases import write_sd15, write_sdxl, write_zimage

WRITERS: dict[str, Callable[[Path], Path]] = {"sd15": write_sd15, "sdxl": write_sdxl, "zimage": write_zimage}
PIPELINES: dict[str, type[DiffusionPipeline]] = {
    "sd15": StableDiffusionPipeline,
    "sdxl": StableDiffusionXLPipeline,
    "zimage": ZImagePipeline,
}
TARGETS = ("to_q", "to_k", "to_v", "to_out.0")
WORDS = ["photo of sks person", "drawing"]


@pytest.fixture(name="directory", scope="module", params=list(WRITERS))
def _directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return WRITERS[request.param](tmp_path_factory.mktemp("families") / request.param)


@pytest.fixture(name="base", scope="module")
def _base(directory: Path) -> BaseModel:
    return load_base(directory)


@pytest.fixture(name="pipeline")
def _pipeline(directory: Path, base: BaseModel) -> Any:
    """Give diffusers' own pipeline, drawing as limner does: DDIM for what diffuses."""
    pipeline = PIPELINES[base.family.name].from_pretrained(str(directory))
    if base.family.prefix == "unet":
        pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config, clip_sample=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _noise(base: BaseModel) -> torch.Tensor:
    return torch.randn(base.latent_shape, generator=torch.Generator().manual_seed(9))[None]


def _drawn_by_diffusers(pipeline: Any, base: BaseModel, guidance: float) -> torch.Tensor:
    # A flow's pipeline counts guidance from the words' side, and starts at nought.
    scale = guidance if base.family.prefix == "unet" else guidance - 1
    found: torch.Tensor = pipeline(
        WORDS[0],
        negative_prompt=WORDS[1],
        num_inference_steps=4,
        guidance_scale=scale,
        height=base.size,
        width=base.size,
        latents=_noise(base),
        output_type="latent",
    ).images
    return found


def _drawn(base: BaseModel, guidance: float) -> torch.Tensor:
    words = encode_prompts(base, WORDS)
    return sample(Fusion(base), words.rows(slice(0, 1)), words.rows(slice(1, 2)), Sampling(4, guidance), seeds=[9])


def _lora(base: BaseModel, seed: int = 1) -> bytes:
    with fresh_lora(base, "face", rank=3, alpha=6, targets=TARGETS, seed=seed) as parameters:
        chance = torch.Generator().manual_seed(seed)
        for weight in parameters.values():
            weight.data = torch.randn(weight.shape, generator=chance) * 0.1
        return dump(base, "face", dtype=torch.float32)


def test_names_and_sizes(base: BaseModel, directory: Path) -> None:
    """A family is recognised by its directory, and says how large its pictures are."""
    assert base.family.name == directory.name
    assert base.size == 64
    assert base.latent_shape[1:] == (8, 8)


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_draws_what_diffusers_draws(base: BaseModel, pipeline: Any, guidance: float) -> None:
    """The same noise, words, steps and guidance give the latents of the family's own pipeline."""
    expected = _drawn_by_diffusers(pipeline, base, guidance)
    torch.testing.assert_close(_drawn(base, guidance), expected, atol=1e-4, rtol=1e-3)


def test_company_does_not_matter(base: BaseModel) -> None:
    """A sample is the same alone and beside others with shorter and longer prompts."""
    words = encode_prompts(base, [*WORDS, "photo of sks person, smiling, dark hair"])
    nothing = encode_prompts(base, [""]).repeat(3)
    together = sample(Fusion(base), words, nothing, Sampling(3, 2.0), seeds=[1, 2, 3])
    alone = sample(Fusion(base), words.rows(slice(1, 2)), nothing.rows(slice(0, 1)), Sampling(3, 2.0), seeds=[2])
    torch.testing.assert_close(together[1:2], alone, atol=1e-4, rtol=1e-3)


def test_pictures_pass_the_codec(base: BaseModel) -> None:
    """A picture becomes latents of the base's shape, and a picture of its own size again."""
    latents = encode_images(base, make_faces(1)[0].image[None])
    assert latents.shape == (1, *base.latent_shape)
    assert decode_latents(base, latents).shape == (1, 64, 64, 3)


def test_face_lora_is_read_by_diffusers(base: BaseModel, pipeline: Any, tmp_path: Path) -> None:
    """`load_lora_weights` of the family's pipeline gives the picture that limner gives."""
    data = _lora(base)
    plain = _drawn(base, 1.0)
    with attached(base, {"face": data}):
        ours = _drawn(base, 1.0)
    assert not torch.allclose(ours, plain, atol=1e-3)
    (tmp_path / "face.safetensors").write_bytes(data)
    pipeline.load_lora_weights(str(tmp_path), weight_name="face.safetensors")
    torch.testing.assert_close(_drawn_by_diffusers(pipeline, base, 1.0), ours, atol=1e-4, rtol=1e-3)


def test_exported_lora_is_the_same(base: BaseModel) -> None:
    """In kohya's keys a LoRA, with its alpha, draws what it drew, and none of diffusers' keys are left."""
    data = _lora(base)
    kohya = to_kohya(data)
    assert all(key.startswith("lora_unet_") for key in load(kohya))
    with attached(base, {"face": data}):
        ours = _drawn(base, 1.0)
    with attached(base, {"face": kohya}):
        torch.testing.assert_close(_drawn(base, 1.0), ours, atol=1e-4, rtol=1e-3)


def test_training_learns(base: BaseModel) -> None:
    """Steps on one sitter's faces lower the loss on the same samples, and leave the base as it was."""
    recipe = FaceRecipe(rank=4, alpha=4, targets=TARGETS, lr=1e-2, batch=4, warmup=1, max_steps=30)
    before = {name: value.clone() for name, value in base.denoiser.state_dict().items()}
    data = dataset_of_faces(base, make_faces(2), Augmentation(variants=1), plain=WORDS[0], seed=0)
    with fresh_lora(base, "face", rank=4, alpha=4, targets=TARGETS, seed=0) as parameters:
        trainer = Trainer(base, parameters, recipe, seed=0)
        same = draw(base, data, recipe, seed=7, step=0)
        with torch.no_grad():
            first = float(masked_losses(base, same, None).mean())
            for _ in range(30):
                with torch.enable_grad():
                    trainer.advance(data, recipe.lr)
            last = float(masked_losses(base, same, None).mean())
    assert last < first
    after = base.denoiser.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_lora_of_another_family_is_refused(base: BaseModel, tmp_path: Path) -> None:
    """A LoRA that was made for another family is refused in one sentence that names the base."""
    other = "sdxl" if base.family.name != "sdxl" else "zimage"
    data = _lora(load_base(WRITERS[other](tmp_path / other)))
    with pytest.raises(BadLoraError, match=base.name), attached(base, {"face": data}):
        pass
