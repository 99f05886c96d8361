"""The guide to styles of one's own is followed: by words, by a LoRA, by pictures."""

import os
import shlex
from pathlib import Path

import pytest
from PIL import Image

from limner.engine.styles import load_styles
from limner.tests.fakes.photos import three_photos
from limner.tests.journey.guides import blocks, commands, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(name="base")
def _base(tmp_path: Path) -> Path:
    from limner.tests.fakes.base import save_tiny_base

    return save_tiny_base(tmp_path / "tiny")


@pytest.fixture(name="here")
def _here(tmp_path: Path, base: Path) -> Path:
    """Make a folder with all files that the guide names."""
    from limner.engine.models.base import load_base
    from limner.tests.engine.fuse.test_adapters import make_lora
    from limner.tests.fakes.styles import folder_of_pictures

    here = tmp_path / "here"
    folder_of_pictures(here / "pictures")
    for name, data in zip(("one", "two", "three"), three_photos("P007"), strict=True):
        (here / f"{name}.jpg").write_bytes(data)
    lora = make_lora(load_base(base), "style", rank=2, seed=1, targets=("to_q", "conv1"))
    (here / "ink.safetensors").write_bytes(lora)
    Image.new("RGB", (400, 400), "ivory").save(here / "ink.jpg")
    return here


async def test_each_command_of_the_guide_runs(here: Path, base: Path, limner_home: Path) -> None:
    """In their order, as they stand there, all of them end well, and there are three styles and portraits in two."""
    (limner_home / "styles").mkdir(parents=True)
    (limner_home / "styles/gouache.yaml").write_text(blocks("styles.md", "yaml")[0])
    followed = commands("styles.md")
    assert len(followed) >= 6
    for command in followed:
        code, said = await run(shlex.split(command), {**os.environ, "LIMNER_BASE_MODEL": str(base)}, here)
        assert code == 0, f"{command}\n{said}"
    styles = load_styles(limner_home / "styles")
    assert styles["gouache"].lora is None
    assert styles["ink"].style_scale == 0.6
    assert styles["mine"].lora
    assert len(list((here / "portraits").glob("gouache-*.png"))) == 2
    assert len(list((here / "mine").glob("mine-*.png"))) == 2
