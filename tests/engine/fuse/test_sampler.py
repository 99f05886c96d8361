"""Drawing: each sample by its own seed, from noise or from a picture, as diffusers' pipeline would."""

from pathlib import Path

import pytest
import torch
from diffusers import DDIMScheduler, LCMScheduler, StableDiffusionPipeline

from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.sampler import Sampling, sample, steps_taken
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_prompts
from limner.engine.models.lora import fresh_lora


def _sample(base: BaseModel, seeds: list[int], how: Sampling | None = None, **more: object) -> torch.Tensor:
    words = encode_prompts(base, ["photo of sks person", "drawing"])
    count = len(seeds)
    text, negative = words.rows(slice(0, 1)).repeat(count), words.rows(slice(1, 2)).repeat(count)
    return sample(Fusion(base), text, negative, how or Sampling(4, 3.0), seeds=seeds, **more)  # type: ignore[arg-type]  # its optional arguments


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_equals_diffusers_pipeline(tiny_base: BaseModel, tiny_directory: Path, guidance: float) -> None:
    """The same noise, words, steps and guidance give the latents of StableDiffusionPipeline."""
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_directory)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.randn((4, 8, 8), generator=torch.Generator().manual_seed(9))[None]
    expected = pipeline(
        "photo of sks person",
        negative_prompt="drawing",
        num_inference_steps=4,
        guidance_scale=guidance,
        latents=noise,
        output_type="latent",
    ).images
    torch.testing.assert_close(_sample(tiny_base, [9], Sampling(4, guidance)), expected, atol=1e-4, rtol=1e-4)


def test_company_does_not_matter(either_base: BaseModel) -> None:
    """A sample is the same alone and in a batch."""
    together = _sample(either_base, [1, 2, 3])
    torch.testing.assert_close(_sample(either_base, [2]), together[1:2], atol=1e-4, rtol=1e-4)


def test_same_seeds_same_latents(either_base: BaseModel) -> None:
    """The same call gives the same numbers, to the last bit."""
    assert torch.equal(_sample(either_base, [1, 2]), _sample(either_base, [1, 2]))


def test_full_strength_forgets_the_start(tiny_base: BaseModel) -> None:
    """From noise means from noise: at strength 1 a start plays no part."""
    start = torch.full((1, 4, 8, 8), 3.0)
    assert torch.equal(_sample(tiny_base, [1], start=start, strength=1.0), _sample(tiny_base, [1]))


def test_weak_start_stays_near(either_base: BaseModel) -> None:
    """The lower the strength, the nearer the picture stays to its start."""
    start = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(4)) * 2
    how = Sampling(10, 1.0)
    near, far = (
        float((_sample(either_base, [1], how, start=start, strength=strength) - start).norm())
        for strength in (0.2, 0.9)
    )
    assert near < far


def test_steps_are_told(tiny_base: BaseModel) -> None:
    """Every step is told as it is done, of as many as the strength takes."""
    told: list[tuple[int, int]] = []
    start = torch.zeros((1, 4, 8, 8))
    _sample(tiny_base, [1], Sampling(10, 1.0), start=start, strength=0.4, on_step=lambda n, of: told.append((n, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_any_strength_takes_a_step() -> None:
    """A start is never handed back as it came."""
    assert steps_taken(20, 0.01) == 1
    assert steps_taken(20, 0.6) == 12
    assert steps_taken(20, 1.0) == 20


def test_guidance_leads_away_from_the_base_alone(tiny_base: BaseModel) -> None:
    """The other side of guidance is what the base without any LoRA says to the negative prompt."""
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=["to_q", "conv1"], seed=1) as parameters:
        for weight in parameters.values():
            weight.data = torch.randn(weight.shape, generator=torch.Generator().manual_seed(3)) * 0.3
        guided = _sample(tiny_base, [4], Sampling(1, 3.0))
        towards = _sample(tiny_base, [4], Sampling(1, 1.0))
    words = encode_prompts(tiny_base, ["drawing"])
    away = sample(Fusion(tiny_base), words, words, Sampling(1, 1.0), seeds=[4])
    torch.testing.assert_close(guided, away + 3 * (towards - away), atol=1e-4, rtol=1e-4)


def test_what_is_masked_stays_the_start(either_base: BaseModel) -> None:
    """Outside of the mask the start comes out to the last bit; inside, what is drawn knows what surrounds it."""
    start = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(4))
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:6, 2:6] = 1
    drawn = _sample(either_base, [1, 2], start=start, strength=0.75, mask=mask)
    kept = (mask == 0).expand_as(drawn)
    assert torch.equal(drawn[kept], start.expand_as(drawn)[kept])
    free = _sample(either_base, [1, 2], start=start, strength=0.75)
    assert not torch.equal(drawn[~kept], free[~kept])


def test_a_full_mask_changes_nothing(either_base: BaseModel) -> None:
    """Where all is drawn, a mask makes no difference."""
    start = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(4))
    free = _sample(either_base, [1], start=start, strength=0.5)
    assert torch.equal(_sample(either_base, [1], start=start, strength=0.5, mask=torch.ones(1, 1, 8, 8)), free)


def test_few_steps_are_lcms(epsilon_base: BaseModel, epsilon_directory: Path) -> None:
    """In a few steps the latents are those of StableDiffusionPipeline with LCMScheduler, fresh noise included."""
    pipeline = StableDiffusionPipeline.from_pretrained(epsilon_directory)
    pipeline.scheduler = LCMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    chance = torch.Generator().manual_seed(9)
    noise = torch.randn((4, 8, 8), generator=chance)[None]
    expected = pipeline(
        "photo of sks person",
        num_inference_steps=4,
        guidance_scale=1.0,
        latents=noise,
        generator=[chance],
        output_type="latent",
    ).images
    few = Sampling(4, 1.0, "lcm")
    torch.testing.assert_close(_sample(epsilon_base, [9], few), expected, atol=1e-4, rtol=1e-4)
    together = _sample(epsilon_base, [8, 9], few)
    torch.testing.assert_close(together[1:2], expected, atol=1e-4, rtol=1e-4)


def test_classifier_free_guidance_keeps_the_lora_on_both_sides(tiny_base: BaseModel, tiny_directory: Path) -> None:
    """It draws what diffusers' pipeline draws with the same LoRA; away from the base is another picture."""
    pipeline = StableDiffusionPipeline.from_pretrained(tiny_directory)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.randn((4, 8, 8), generator=torch.Generator().manual_seed(9))[None]
    with fresh_lora(tiny_base, "face", rank=4, alpha=4, targets=["to_q", "to_v"], seed=0) as parameters:
        for weight in parameters.values():
            weight.data.normal_(generator=torch.Generator().manual_seed(1))
        pipeline.unet = tiny_base.denoiser
        expected = pipeline(
            "photo of sks person",
            negative_prompt="drawing",
            num_inference_steps=4,
            guidance_scale=3.0,
            latents=noise,
            output_type="latent",
        ).images
        both = _sample(tiny_base, [9], Sampling(4, 3.0, classifier_free=True))
        away = _sample(tiny_base, [9], Sampling(4, 3.0))
    torch.testing.assert_close(both, expected, atol=1e-4, rtol=1e-4)
    assert (away - both).abs().max() > 1e-2
