"""`limner export` writes a Face LoRA for other programs, or says why not."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.numpy import load, save

from limner.deploy.cli import main

PAIR = {
    "unet.mid.to_q.lora_A.weight": np.ones((2, 8), np.float16),
    "unet.mid.to_q.lora_B.weight": np.ones((8, 2), np.float16),
}


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    file = tmp_path / "face-lora.safetensors"
    file.write_bytes(save(PAIR))
    return file


def test_kohya_is_the_default(file: Path) -> None:
    """Without more words a file in kohya's keys lies beside the Face LoRA, and its path is told."""
    done = CliRunner().invoke(main, ["export", str(file)])
    assert done.exit_code == 0, done.output
    target = file.with_name("face-lora-kohya.safetensors")
    assert done.output.strip() == str(target)
    assert "lora_unet_mid_to_q.lora_up.weight" in load(target.read_bytes())


def test_diffusers_keys_are_its_own(file: Path, tmp_path: Path) -> None:
    """Diffusers reads a Face LoRA as it is."""
    target = tmp_path / "there.safetensors"
    done = CliRunner().invoke(main, ["export", str(file), "--keys", "diffusers", "--out", str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_bytes() == file.read_bytes()


def test_what_is_no_lora_is_refused(tmp_path: Path) -> None:
    """A file that is no LoRA is refused in one sentence, and nothing is written."""
    file = tmp_path / "notes.safetensors"
    file.write_bytes(b"just words")
    done = CliRunner().invoke(main, ["export", str(file)])
    assert done.exit_code != 0
    assert "notes.safetensors cannot be exported" in done.output
    assert list(tmp_path.iterdir()) == [file]
