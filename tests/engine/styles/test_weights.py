"""A LoRA file is looked into before anything uses it."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from limner.engine.errors import BadLoraError
from limner.engine.styles import check_lora

A, B = "unet.mid.to_q.lora_A.weight", "unet.mid.to_q.lora_B.weight"


def _pair(value: float = 0.1, kind: type[np.floating] = np.float16) -> dict[str, np.ndarray]:
    return {A: np.full((4, 32), value, kind), B: np.full((32, 4), value, kind)}


def _handmade(header: dict[str, object], body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def test_sound_file() -> None:
    """A sound file tells its layers, its rank and the base it is for."""
    facts = check_lora(save(_pair(), metadata={"base": "nano"}))
    assert (facts.layers, facts.rank, facts.base) == (1, 4, "nano")


def test_convolutions_are_sound() -> None:
    """Layers of four dimensions are LoRA layers too."""
    file = {A: np.zeros((4, 8, 3, 3), np.float32), B: np.zeros((8, 4, 1, 1), np.float32)}
    assert check_lora(save(file)).rank == 4


def test_bfloat16_is_read() -> None:
    """The numbers of bfloat16, which numpy does not know, are checked all the same."""
    one, nan = b"\x80\x3f", b"\xc0\x7f"
    entry = {"dtype": "BF16", "shape": [2, 1], "data_offsets": [0, 4]}
    assert check_lora(_handmade({A: entry}, one + one)).rank == 1
    with pytest.raises(BadLoraError, match="not finite"):
        check_lora(_handmade({A: entry}, one + nan))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 20000.0])
def test_numbers_out_of_bounds(value: float) -> None:
    """Numbers that are none, or far too large, are refused."""
    with pytest.raises(BadLoraError, match="not finite or far too large"):
        check_lora(save(_pair(value)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        (1 << 40).to_bytes(8, "little") + b"{}",
        _handmade({})[:8] + b"{",
        (2).to_bytes(8, "little") + b"[]",
    ],
)
def test_not_safetensors(data: bytes) -> None:
    """Bytes that are no safetensors file are refused, whatever length they claim."""
    with pytest.raises(BadLoraError, match="not a safetensors"):
        check_lora(data)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "I64", "shape": [2, 1], "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [2, 2, 2], "data_offsets": [0, 32]},
        {"dtype": "F32", "shape": [-2, 1], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 9]},
        {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [4, 1], "data_offsets": [0, 16]},
        {"dtype": "F32"},
        5,
    ],
)
def test_wrong_header(entry: object) -> None:
    """A type, shape or place that cannot be is refused before a number is read."""
    with pytest.raises(BadLoraError):
        check_lora(_handmade({A: entry}, b"\0" * 8))


def test_no_layers() -> None:
    """An empty file is no LoRA."""
    with pytest.raises(BadLoraError, match="no layers"):
        check_lora(_handmade({}))


def test_other_tensors() -> None:
    """A whole model, or anything else that is no LoRA, is refused by its names."""
    with pytest.raises(BadLoraError, match=r"model\.weight"):
        check_lora(save({"model.weight": np.zeros((2, 2), np.float32)}))
