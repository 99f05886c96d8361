"""The guide for owners of a GPU is followed from nothing to a first portrait, on small stand-ins for its models."""

import os
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from limner.tests.fakes.model_server import COMMIT, ModelServer, files_below
from limner.tests.fakes.photos import selfie, three_photos
from limner.tests.journey.guides import commands, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(name="stand_ins")
def _stand_ins(tmp_path: Path) -> dict[str, str]:
    """Say what stands for the guide's names: small models of the same classes, photos of a fictional person."""
    from limner.tests.fakes.bases import write_sdxl
    from limner.tests.fakes.controlnet import write_controlnet
    from limner.tests.fakes.single_file import write_sd15_file, write_sd15_of_four_levels

    folder = write_sd15_of_four_levels(tmp_path / "stable-diffusion-v1-5")
    file = write_sd15_file(folder, tmp_path / "realistic.safetensors")
    net = write_controlnet(write_sdxl(tmp_path / "xl"), tmp_path / "openpose")
    photos = [tmp_path / f"{name}.jpg" for name in ("one", "two", "three", "pose")]
    for path, data in zip(photos, [*three_photos("P007"), selfie("P009")], strict=True):
        path.write_bytes(data)
    return {
        "/models/stable-diffusion-v1-5": str(folder),
        "/models/realistic.safetensors": str(file),
        "LIMNER_CONTROLNET=/models/openpose": f"LIMNER_CONTROLNET={net}",
        "stabilityai/stable-diffusion-xl-base-1.0": "owner/model",
        "modelscope://Tongyi-MAI/Z-Image": "modelscope://owner/model",
        "owner/model@REVISION": f"owner/model@{COMMIT}",
        "NAME": "owner/model",
        **{path.name: str(path) for path in photos},
    }


@pytest.fixture(name="server")
async def _server(tmp_path: Path) -> AsyncIterator[ModelServer]:
    from limner.tests.fakes.bases import write_sdxl

    async with ModelServer(files_below(write_sdxl(tmp_path / "served"))) as running:
        yield running


async def test_each_command_of_the_guide_runs(server: ModelServer, stand_ins: dict[str, str], tmp_path: Path) -> None:
    """In their order, as they stand there, all of them end well; the last ones leave portraits and a Face LoRA."""
    here = tmp_path / "here"
    here.mkdir()
    hub = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "0"}
    own = {"LIMNER_HOME": str(tmp_path / "home"), "MODELSCOPE_ENDPOINT": server.url, "LIMNER_DEVICE": "cpu"}
    followed = commands("models.md")
    assert len(followed) >= 10
    for command in followed:
        words = [stand_ins.get(word, word) for word in shlex.split(command)]
        code, said = await run(words, {**os.environ, **hub, **own, "HF_HUB_DISABLE_XET": "1"}, here)
        assert code == 0, f"{command}\n{said}"
    assert len(list((here / "portraits").glob("photo-*.png"))) == 8
    assert (here / "portraits" / "face-lora-kohya.safetensors").is_file()
    assert len(list((here / "upright").glob("photo-*.png"))) == 4
    assert len(list((here / "posed").glob("photo-*.png"))) == 4
