"""A LoRA file gets other names for its layers and keeps its numbers."""

import json

import numpy as np
import pytest
from safetensors.numpy import load, save

from limner.engine.alphas import CONFIG
from limner.engine.errors import BadLoraError
from limner.engine.models.interchange import to_kohya
from limner.engine.models.lora import read_notes

A, B = "unet.mid_block.attentions.0.to_q.lora_A.weight", "unet.mid_block.attentions.0.to_q.lora_B.weight"
PAIR = {A: np.full((4, 32), 0.5, np.float16), B: np.full((32, 4), 0.25, np.float16)}
NAME = "lora_unet_mid_block_attentions_0_to_q"


def _file(**config: object) -> bytes:
    return save(PAIR, metadata={"sitter": "sks woman", CONFIG: json.dumps({f"unet.{k}": v for k, v in config.items()})})


def test_layers_are_renamed() -> None:
    """Down and up keep their numbers and types; each layer gets an alpha of its own."""
    found = load(to_kohya(_file(lora_alpha=6)))
    assert found.keys() == {f"{NAME}.lora_down.weight", f"{NAME}.lora_up.weight", f"{NAME}.alpha"}
    np.testing.assert_array_equal(found[f"{NAME}.lora_down.weight"], PAIR[A])
    assert found[f"{NAME}.lora_up.weight"].dtype == np.float16
    assert float(found[f"{NAME}.alpha"]) == 6.0


def test_alpha_of_one_layer_counts_before_that_of_all() -> None:
    """Peft's pattern of alphas is followed."""
    data = to_kohya(_file(lora_alpha=6, alpha_pattern={"attentions.0.to_q": 2}))
    assert float(load(data)[f"{NAME}.alpha"]) == 2.0


def test_without_alpha_it_is_the_rank() -> None:
    """A file that says nothing of alpha is drawn at full strength, which kohya's programs call the rank."""
    assert float(load(to_kohya(save(PAIR)))[f"{NAME}.alpha"]) == 4.0


def test_notes_are_kept() -> None:
    """What was noted stays in the metadata; diffusers' own configuration goes."""
    notes = read_notes(to_kohya(_file(lora_alpha=6)))
    assert notes == {"sitter": "sks woman", "ss_network_module": "networks.lora"}


@pytest.mark.parametrize("data", [b"", b"no safetensors", to_kohya(save(PAIR)), save({"text.to_q.weight": PAIR[A]})])
def test_what_is_none_is_refused(data: bytes) -> None:
    """Neither bytes that are no LoRA nor one with other keys are written anew."""
    with pytest.raises(BadLoraError):
        to_kohya(data)
