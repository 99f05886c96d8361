"""However a base is run, it predicts what it predicts, and a LoRA can be trained on it."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from limner.engine.errors import UnknownBaseError
from limner.engine.fuse.safety import safe_for
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.coding import encode_images, encode_prompts
from limner.engine.models.lora import fresh_lora
from limner.engine.models.running import Running
from limner.tests.fakes.base import add_safety_checker, make_faces, save_tiny_base
from limner.tests.fakes.bases import write_sd15, write_sdxl, write_zimage

WRITERS: dict[str, Callable[[Path], Path]] = {"sd15": write_sd15, "sdxl": write_sdxl, "zimage": write_zimage}


@pytest.fixture(name="directory", scope="module", params=list(WRITERS))
def _directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return WRITERS[request.param](tmp_path_factory.mktemp("running") / request.param)


def _predict(base: BaseModel) -> torch.Tensor:
    latents = torch.randn(base.latent_shape, generator=torch.Generator().manual_seed(1))[None]
    with torch.no_grad():
        return base.predict(latents, torch.tensor([500]), encode_prompts(base, ["photo of sks person"]))


@pytest.mark.parametrize(
    "running, apart",
    [
        (Running(offload=True), 0.0),
        (Running(precision="bfloat16"), 0.05),
        (Running(quantise="int8"), 0.05),
    ],
    ids=["offload", "bfloat16", "int8"],
)
def test_predictions_stay(directory: Path, running: Running, apart: float) -> None:
    """Offloaded weights predict the same; fewer bits move a prediction by a twentieth at most."""
    plain = _predict(load_base(directory))
    found = _predict(load_base(directory, running))
    assert float((found - plain).abs().max()) <= apart * float(plain.abs().max())


@pytest.mark.parametrize("running", [Running(precision="bfloat16"), Running(quantise="int8")], ids=["bfloat16", "int8"])
def test_lora_learns_in_full_precision(directory: Path, running: Running) -> None:
    """Whatever the base's bits, the LoRA's weights are float32 and have gradients."""
    base = load_base(directory, running)
    with fresh_lora(base, "face", rank=2, alpha=2, targets=["to_q"], seed=1) as parameters:
        latents = torch.zeros(1, *base.latent_shape)
        words = encode_prompts(base, ["photo"])
        base.predict(latents, torch.tensor([500]), words).square().mean().backward()
        assert {weight.dtype for weight in parameters.values()} == {torch.float32}
        assert any(weight.grad is not None and bool(weight.grad.abs().sum() > 0) for weight in parameters.values())


def test_encoders_wait_elsewhere(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With offload, text encoders and VAE come to the device for their work and leave it; the denoiser makes room."""
    base = load_base(directory, Running(offload=True))
    moves: list[str] = []

    def watch(name: str) -> Callable[[object], None]:
        return lambda where: moves.append(f"{name} {where}")

    for model in (base.denoiser, base.vae, *base.family.text_encoders):
        monkeypatch.setattr(model, "to", watch(type(model).__name__))
    encode_prompts(base, ["drawing"])
    encode_images(base, make_faces(1)[0].image[None])
    denoiser, names = type(base.denoiser).__name__, [type(model).__name__ for model in base.family.text_encoders]
    expected = [denoiser, *names, *names, denoiser, "AutoencoderKL", "AutoencoderKL"]
    assert moves == [f"{name} cpu" for name in expected]


def test_the_safety_checker_is_where_the_pictures_go(tmp_path: Path) -> None:
    """A directory's own checker is frozen, and lies on the device and in the type that it is asked in."""
    directory = add_safety_checker(save_tiny_base(tmp_path / "checked"))
    base = load_base(directory, Running(device="meta"))
    assert base.safety is not None
    weights = list(base.safety[0].parameters())
    assert {weight.device.type for weight in weights} == {"meta"}
    assert not any(weight.requires_grad for weight in weights)


@pytest.mark.parametrize("offload", [False, True])
def test_the_safety_checker_answers_in_any_precision(tmp_path: Path, *, offload: bool) -> None:
    """However the base is run, a picture gets an answer."""
    directory = add_safety_checker(save_tiny_base(tmp_path / "checked"))
    base = load_base(directory, Running(device="cpu", precision="bfloat16", offload=offload))
    assert safe_for(base)(np.zeros((64, 64, 3), np.uint8)) in {True, False}


# torch's own compiler still uses what torch calls deprecated.
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_repeated_blocks_are_compiled(directory: Path) -> None:
    """Asked to compile, each of the denoiser's repeated blocks is, and none without being asked."""
    for wanted in (False, True):
        denoiser = load_base(directory, Running(device="cpu", compile=wanted)).denoiser
        blocks = [one for one in denoiser.modules() if type(one).__name__ in denoiser._repeated_blocks]
        assert blocks
        assert all((one._compiled_call_impl is not None) is wanted for one in blocks)


def test_missing_library_is_named(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without torchao 8-bit weights are refused in one sentence."""
    monkeypatch.setitem(sys.modules, "torchao.quantization", None)
    with pytest.raises(UnknownBaseError, match="torchao"):
        load_base(directory, Running(quantise="int8"))
