"""A LoRA file is looked into before anything uses it."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from limner.engine.errors import BadLoraError
from limner.engine.styles import check_lora, load_styles

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
    header: dict[str, object] = {
        half: {"dtype": "BF16", "shape": [1, 1], "data_offsets": [at, at + 2]} for half, at in ((A, 0), (B, 2))
    }
    facts = check_lora(_handmade(header, one + one))
    assert (facts.rank, facts.types, facts.added) == (1, ("BF16",), 1.0)
    with pytest.raises(BadLoraError, match="not finite"):
        check_lora(_handmade(header, one + nan))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 20000.0])
def test_numbers_out_of_bounds(value: float) -> None:
    """Numbers that are none, or far too large, are refused."""
    with pytest.raises(BadLoraError, match="not finite or far too large"):
        check_lora(save(_pair(value)))


def _normed(down: np.ndarray, up: np.ndarray) -> float:
    """Give the gain of a layer by its whole product, as the definition has it."""
    product = up.reshape(len(up), -1) @ down.reshape(len(down), -1)
    return float(np.linalg.norm(product) / np.sqrt(len(up)))


@pytest.mark.parametrize("shapes", [((4, 32), (16, 4)), ((4, 8, 3, 3), (16, 4, 1, 1))])
def test_gain_is_that_of_the_product(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """How much a layer adds is worked out without its product, and is the product's all the same."""
    chance = np.random.default_rng(0)
    down, up = (chance.normal(0, 0.1, shape).astype(np.float32) for shape in shapes)
    assert check_lora(save({A: down, B: up})).added == pytest.approx(_normed(down, up), rel=1e-5)


def test_alpha_multiplies_the_gain() -> None:
    """An alpha counts in both forms: as kohya's tensor, and in the configuration that diffusers writes."""
    plain = check_lora(save(_pair())).added
    beside = {**_pair(), "unet.mid.to_q.alpha": np.array(1.0, np.float32)}
    assert check_lora(save(beside)).added == pytest.approx(plain / 4)
    config = {"lora_adapter_metadata": json.dumps({"unet.lora_alpha": 8})}
    assert check_lora(save(_pair(), metadata=config)).added == pytest.approx(plain * 2)


def test_huge_update() -> None:
    """Numbers that are each harmless, and together would leave nothing of the base, are refused with their layer."""
    with pytest.raises(BadLoraError, match=r"'unet\.mid\.to_q' would add \d+ times what goes in"):
        check_lora(save(_pair(3.0)))
    with pytest.raises(BadLoraError, match="would add nan times"):
        check_lora(save(_pair(), metadata={"lora_adapter_metadata": '{"unet.lora_alpha": NaN}'}))


def test_built_in_styles_add_little() -> None:
    """The limit is far from what sound styles add."""
    loras = [style.lora for style in load_styles().values() if style.lora]
    assert max(check_lora(lora.read_bytes()).added for lora in loras) < 1


def test_halves_that_do_not_belong_together() -> None:
    """A layer with one half, or with halves of two ranks, is refused."""
    with pytest.raises(BadLoraError, match="lacks one of its halves"):
        check_lora(save({A: np.zeros((4, 32), np.float16)}))
    with pytest.raises(BadLoraError, match="ranks 4 and 2"):
        check_lora(save({A: np.zeros((4, 32), np.float16), B: np.zeros((32, 2), np.float16)}))


@pytest.mark.parametrize("config", ["{", "[]", '{"unet.lora_alpha": "much"}', '{"unet.alpha_pattern": 5}'])
def test_damaged_configuration(config: str) -> None:
    """A configuration that says nothing sensible is refused in a sentence."""
    with pytest.raises(BadLoraError, match="configuration is damaged"):
        check_lora(save(_pair(), metadata={"lora_adapter_metadata": config}))


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
        {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 0]},
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
