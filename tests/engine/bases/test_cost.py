"""What a pass is said to cost is what torch counts, for each family at its true size.

The networks have shapes and no numbers, so that a test of a model of six billion weights takes no memory.
"""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from peft import LoraConfig

from limner.engine.bases.cost import Cost, lora_size
from limner.engine.bases.cost_unet import unet_cost
from limner.engine.bases.cost_vae import decoder_cost
from limner.engine.bases.cost_zimage import zimage_cost
from limner.engine.bases.headers import Tensor
from limner.engine.bench.true_size import SIDES, TARGETS, counted, denoiser, filled, header, hollow, predict, vae

FAMILIES = ["sd15", "sdxl", "zimage"]
PUBLISHED = {"sd15": 859_520_964, "sdxl": 2_567_463_684, "zimage": 6_154_908_736}

# Quantisation of another library is looked for by peft, and that library's files do not fit every torch.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def cost(family: str, weights: Mapping[str, Tensor], model: Any, targets: tuple[str, ...] = ()) -> Cost:
    """Ask for the cost of a pass."""
    if family == "zimage":
        return zimage_cost(weights, SIDES[family], targets)
    return unet_cost(weights, dict(model.config), SIDES[family], targets)


def shapes(weight: Any) -> Any:
    """Make a tensor of a processor's, of this shape."""
    return torch.empty(weight.shape, dtype=weight.dtype)


def kept_bytes(model: Any, family: str) -> int:
    """Count the bytes that autograd keeps in one prediction, each storage once and the weights not at all."""
    own = {weight.untyped_storage()._cdata for weight in model.parameters()}
    seen: dict[int, Any] = {}

    def note(tensor: Any) -> Any:
        if tensor.untyped_storage()._cdata not in own:
            seen[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        predict(model, family)
    return sum(tensor.untyped_storage().nbytes() for tensor in seen.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_operations_are_those_that_torch_counts(family: str) -> None:
    """A forward pass and a decoding take within a hundredth of the operations that torch counts."""
    model, codec = denoiser(family), vae(family)
    weights, side = header(model), SIDES[family]
    assert sum(weight.count for weight in weights.values()) == PUBLISHED[family]
    with hollow():
        filled(model, shapes)
        filled(codec, shapes)
        forward = counted(lambda: predict(model, family))
        decoding = counted(lambda: codec.decode(torch.randn(1, codec.config.latent_channels, side, side)))
    assert cost(family, weights, model).flops == pytest.approx(forward, rel=0.01)
    assert decoder_cost(header(codec), side).flops == pytest.approx(decoding, rel=0.01)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_training_keeps_what_autograd_keeps(family: str, dtype: torch.dtype) -> None:
    """What a step of a Face LoRA keeps for its way back is told within a twentieth, and its parameters exactly."""
    model, targets = denoiser(family, dtype), TARGETS[family]
    weights = header(model)
    with torch.device("meta"):
        model.add_adapter(LoraConfig(r=16, lora_alpha=16, target_modules=list(targets)))
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    with hollow():
        kept = kept_bytes(filled(model, shapes), family)
    said = cost(family, weights, model, targets).training_bytes(dtype.itemsize)
    assert lora_size(weights, targets, 16) == trained
    assert said == pytest.approx(kept, rel=0.05)
