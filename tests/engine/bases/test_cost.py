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
from limner.tests.fakes.true_size import SIDES, TARGETS, counted, denoiser, filled, header, hollow, predict, vae

FAMILIES = ["sd15", "sdxl", "zimage"]
PUBLISHED = {"sd15": 859_520_964, "sdxl": 2_567_463_684, "zimage": 6_154_908_736}

# Quantisation of another library is looked for by peft, and that library's files do not fit every torch.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def cost(family: str, weights: Mapping[str, Tensor], model: Any, targets: tuple[str, ...] = ()) -> Cost:
    """Ask for the cost of a pass."""
    if family == "zimage":
        return zimage_cost(weights, SIDES[family], targets)
    return unet_cost(weights, dict(model.config), SIDES[family], targets)


def kept_bytes(model: Any, family: str) -> int:
    """Count the bytes that autograd keeps in one prediction, each storage once and the weights not at all."""
    own = {id(weight.untyped_storage()) for weight in model.parameters()}
    seen: dict[int, tuple[Any, int]] = {}

    def note(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage._cdata not in own:
            seen[storage._cdata] = (tensor, storage.nbytes())
        return tensor

    own = {weight.untyped_storage()._cdata for weight in model.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        predict(model, family)
    return sum(size for _, size in seen.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_operations_are_those_that_torch_counts(family: str) -> None:
    """A forward pass and a decoding take within a hundredth of the operations that torch counts."""
    model, codec = denoiser(family), vae(family)
    weights = header(model)
    assert sum(weight.count for weight in weights.values()) == PUBLISHED[family]
    with hollow():
        filled(model, torch.empty_like), filled(codec, torch.empty_like)
