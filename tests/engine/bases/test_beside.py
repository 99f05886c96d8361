"""What is named beside a base is looked at before anything is loaded: what fits, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from limner.engine.bases import NANO
from limner.engine.bases.beside import check_controlnet, check_few_step_lora
from limner.engine.errors import BadLoraError, PoseError
from limner.tests.fakes.bases import write_sdxl, write_zimage
from limner.tests.fakes.controlnet import write_controlnet
from limner.tests.fakes.single_file import write_sd15_of_four_levels

WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture(name="base", scope="module")
def _base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sd15_of_four_levels(tmp_path_factory.mktemp("beside") / "tiny")


@pytest.fixture(name="net")
def _net(base: Path, tmp_path: Path) -> Path:
    return write_controlnet(base, tmp_path / "net")


def test_a_controlnet_that_fits(base: Path, net: Path) -> None:
    """The usual weights are taken, and where there are only those in half precision, they are."""
    assert check_controlnet(net, base, "tiny") is None
    (net / WEIGHTS).rename(net / "diffusion_pytorch_model.fp16.safetensors")
    assert check_controlnet(net, base, "tiny") == "fp16"


def _not_a_folder(net: Path) -> None:
    (net / WEIGHTS).unlink()
    (net / "config.json").unlink()
    net.rmdir()
    net.write_bytes(b"one file")


def _pickle_alone(net: Path) -> None:
    (net / WEIGHTS).rename(net / "diffusion_pytorch_model.bin")


def _cut_off(net: Path) -> None:
    (net / WEIGHTS).write_bytes((net / WEIGHTS).read_bytes()[:-9])


def _changed(net: Path, **changes: object) -> None:
    config = json.loads((net / "config.json").read_text())
    (net / "config.json").write_text(json.dumps(config | changes))


@pytest.mark.parametrize(
    "change, words",
    [
        (_not_a_folder, "it is not a folder in diffusers' layout"),
        (lambda net: (net / "config.json").unlink(), r"it has no config\.json"),
        (lambda net: (net / "config.json").write_text("[]"), "not that of a ControlNetModel"),
        (lambda net: _changed(net, _class_name="FluxControlNetModel"), "not that of a ControlNetModel"),
        (
            lambda net: _changed(net, cross_attention_dim=2048),
            r"another base than tiny \(cross_attention_dim differs\)",
        ),
        (lambda net: _changed(net, block_out_channels=[8, 8]), r"\(block_out_channels differs\)"),
        (_pickle_alone, "its weights are a pickle"),
        (lambda net: (net / WEIGHTS).unlink(), f"{WEIGHTS} is missing"),
        (_cut_off, "was cut off"),
    ],
)
def test_a_controlnet_that_does_not_fit(change: Callable[[Path], object], words: str, base: Path, net: Path) -> None:
    """Each fault is one sentence that says what to set."""
    change(net)
    with pytest.raises(PoseError, match=rf"{words}.*; set LIMNER_CONTROLNET to .* for Stable Diffusion 1 or 2\.$"):
        check_controlnet(net, base, "tiny")


def test_a_pose_needs_a_controlnet(base: Path, tmp_path: Path) -> None:
    """Without one, the sentence says which kind to take."""
    with pytest.raises(PoseError, match=r"set LIMNER_CONTROLNET to the folder of one for Stable Diffusion 1 or 2\.$"):
        check_controlnet(None, base, "tiny")
    with pytest.raises(PoseError, match=r"for SDXL\.$"):
        check_controlnet(None, write_sdxl(tmp_path / "xl"), "xl")


def test_nano_and_transformers_take_none(net: Path, tmp_path: Path) -> None:
    """They are refused with what would work, whether a ControlNet is set or not."""
    for directory, name in ((NANO, "nano"), (write_zimage(tmp_path / "flow"), "flow")):
        for place in (net, None):
            with pytest.raises(PoseError, match=rf"^{name} takes no pose: .*--base, .* in LIMNER_CONTROLNET\.$"):
                check_controlnet(place, directory, name)


@pytest.mark.parametrize(
    "key",
    [
        "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight",
        "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.lora.down.weight",
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight",
    ],
)
def test_a_lora_reads_the_bases_words(key: str, base: Path, tmp_path: Path) -> None:
    """A LoRA for words as wide as the base's fits, in every maker's keys; one for others is refused."""
    save_file({key: torch.zeros(2, 16)}, tmp_path / "lcm.safetensors")
    check_few_step_lora(tmp_path / "lcm.safetensors", base)
    save_file({key: torch.zeros(2, 2048)}, tmp_path / "lcm.safetensors")
    with pytest.raises(BadLoraError, match="made for another kind of base; set LIMNER_FEW_STEP_LORA"):
        check_few_step_lora(tmp_path / "lcm.safetensors", base)


def test_what_is_no_lora_is_refused(base: Path, net: Path, tmp_path: Path) -> None:
    """A folder, a damaged file and the weights of something else are no LoRA."""
    (tmp_path / "damaged.safetensors").write_bytes(b"no tensors")
    for file in (tmp_path, tmp_path / "damaged.safetensors", net / WEIGHTS):
        with pytest.raises(BadLoraError, match="is no LoRA in safetensors; set LIMNER_FEW_STEP_LORA"):
            check_few_step_lora(file, base)
