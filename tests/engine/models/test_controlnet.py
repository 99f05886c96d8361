"""A ControlNet beside a base: it draws what diffusers' own pipelines with a ControlNet draw."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DiffusionPipeline,
    StableDiffusionControlNetPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLControlNetPipeline,
    StableDiffusionXLPipeline,
)
from PIL import Image

from limner.engine.errors import PoseError
from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.pose import face_dots
from limner.engine.fuse.sampler import Sampling, sample
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.coding import encode_prompts
from limner.engine.models.controlnet import Pose
from limner.engine.models.running import Running
from limner.tests.fakes.bases import write_sdxl
from limner.tests.fakes.controlnet import write_controlnet
from limner.tests.fakes.single_file import write_sd15_of_four_levels

WRITERS: dict[str, Callable[[Path], Path]] = {"sd15": write_sd15_of_four_levels, "sdxl": write_sdxl}
PIPELINES: dict[str, tuple[type[DiffusionPipeline], Any]] = {
    "sd15": (StableDiffusionPipeline, StableDiffusionControlNetPipeline),
    "sdxl": (StableDiffusionXLPipeline, StableDiffusionXLControlNetPipeline),
}
WORDS = ["photo of sks person", "drawing"]
DOTS = face_dots(np.array([[10, 20], [40, 30], [32, 50]], np.float32), 64, 64)


@pytest.fixture(name="directory", scope="module", params=list(WRITERS))
def _directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return WRITERS[request.param](tmp_path_factory.mktemp("posed") / request.param)


@pytest.fixture(name="base", scope="module")
def _base(directory: Path) -> BaseModel:
    return load_base(directory, Running(controlnet=write_controlnet(directory, directory.parent / "net")))


def _drawn(base: BaseModel, pose: Pose | None, guidance: float = 3.0) -> torch.Tensor:
    words = replace(encode_prompts(base, WORDS), pose=pose)
    return sample(Fusion(base), words.rows(slice(0, 1)), words.rows(slice(1, 2)), Sampling(4, guidance), seeds=[9])


def _pose(base: BaseModel, picture: np.ndarray = DOTS, scale: float = 1.0) -> Pose:
    return Pose(base.controlnet, torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255, scale)


@pytest.mark.parametrize("guidance, scale", [(1.0, 1.0), (3.0, 1.0), (3.0, 0.4)])
def test_draws_what_diffusers_draws(directory: Path, base: BaseModel, guidance: float, scale: float) -> None:
    """The same noise, words, guidance, condition and scale give the latents of the pipeline with a ControlNet."""
    plain, steered = PIPELINES[base.family.name]
    pipeline = steered(**plain.from_pretrained(str(directory)).components, controlnet=base.controlnet)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config, clip_sample=False)
    pipeline.set_progress_bar_config(disable=True)
    expected = pipeline(
        WORDS[0],
        image=Image.fromarray(DOTS),
        negative_prompt=WORDS[1],
        num_inference_steps=4,
        guidance_scale=guidance,
        controlnet_conditioning_scale=scale,
        latents=torch.randn(base.latent_shape, generator=torch.Generator().manual_seed(9))[None],
        output_type="latent",
    ).images
    found = _drawn(base, _pose(base, scale=scale), guidance)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def test_another_pose_is_another_picture(base: BaseModel) -> None:
    """What the ControlNet sees shows in what is drawn."""
    mirrored = np.ascontiguousarray(DOTS[:, ::-1])
    assert not torch.allclose(_drawn(base, _pose(base)), _drawn(base, _pose(base, mirrored)), atol=1e-3)


def test_without_a_pose_nothing_changes(directory: Path, base: BaseModel) -> None:
    """A base with a ControlNet draws to the last bit what it draws without one, if there is no pose."""
    assert torch.equal(_drawn(base, None), _drawn(load_base(directory), None))


def test_company_does_not_matter(base: BaseModel) -> None:
    """One pose serves all samples of a batch: each is the same alone."""
    words = replace(encode_prompts(base, WORDS), pose=_pose(base))
    together = sample(Fusion(base), words, words, Sampling(2, 2.0), seeds=[1, 2])
    alone = sample(Fusion(base), words.rows(slice(1, 2)), words.rows(slice(1, 2)), Sampling(2, 2.0), seeds=[2])
    torch.testing.assert_close(together[1:], alone, atol=1e-4, rtol=1e-3)


def test_it_is_frozen(base: BaseModel) -> None:
    """No training changes a ControlNet."""
    assert not base.controlnet.training
    assert not any(weight.requires_grad for weight in base.controlnet.parameters())


def test_one_for_another_base_is_refused(directory: Path, tmp_path: Path) -> None:
    """A base is not loaded with a ControlNet that does not fit it."""
    other = next(write for kind, write in WRITERS.items() if kind != directory.name)
    net = write_controlnet(other(tmp_path / "other"), tmp_path / "net")
    with pytest.raises(PoseError, match="made for another base"):
        load_base(directory, Running(controlnet=net))


def test_other_weights_than_described_are_refused(tmp_path: Path) -> None:
    """Weights that are not those of config.json are told in one sentence, and nothing is drawn with them."""
    directory = write_sd15_of_four_levels(tmp_path / "base")
    net = write_controlnet(directory, tmp_path / "net")
    config = net / "config.json"
    config.write_text(config.read_text().replace('"conditioning_channels": 3', '"conditioning_channels": 4'))
    with pytest.raises(PoseError, match=r"cannot be loaded: .*fetch both again\."):
        load_base(directory, Running(controlnet=net))
