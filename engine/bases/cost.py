"""What one forward pass costs, read from the shapes of the weights. Loads no torch.

Every weight is applied at a number of places: a convolution at each pixel of its output, a linear layer at each token.
Two floating-point operations a weight and place, and attention beside them, are the operations that torch's
FlopCounterMode counts. What autograd keeps follows from the same shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from limner.engine.bases.headers import Tensor


@dataclass(frozen=True, slots=True)
class Cost:
    """What one picture costs in one pass.

    `flops` are floating-point operations. `peak` are the numbers alive at once without gradients. `kept` are those that
    the base's own layers keep for the way back of a training. `read` are the inputs of LoRA layers that nobody has kept
    yet, each once; `cast` are all of their inputs, of which peft makes copies in float32 where the base has another
    type.
    """

    flops: int = 0
    peak: int = 0
    kept: int = 0
    read: int = 0
    cast: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Do one after the other."""
        return Cost(
            self.flops + other.flops,
            max(self.peak, other.peak),
            self.kept + other.kept,
            self.read + other.read,
            self.cast + other.cast,
        )

    def training_bytes(self, size: int) -> int:
        """Count the bytes that a training keeps, with weights of `size` bytes a number and LoRA layers in float32."""
        return 4 * (self.kept + self.read) if size == 4 else size * self.kept + 4 * self.cast


def total(costs: Iterable[Cost]) -> Cost:
    """Add up passes that follow each other."""
    found = Cost()
    for cost in costs:
        found += cost
    return found


def applied(weight: Tensor, places: int) -> int:
    """Count the operations of a linear layer or a convolution."""
    return 2 * weight.count * places


def attention(queries: int, keys: int, width: int) -> int:
    """Count the operations of comparing queries with keys and mixing the values, over all heads."""
    return 4 * queries * keys * width


def lora_size(weights: Mapping[str, Tensor], targets: Iterable[str], rank: int) -> int:
    """Count the numbers of a LoRA of this rank on the layers that `targets` name, as peft matches them."""
    return sum(rank * _sides(weights[name]) for name in adapted_layers(weights, targets))


def adapted_layers(weights: Mapping[str, Tensor], targets: Iterable[str]) -> list[str]:
    """Name the weights that a LoRA goes beside: those of layers whose name is, or ends with, a target."""
    endings = tuple(f".{target}.weight" for target in targets)
    return [name for name, weight in weights.items() if len(weight.shape) >= 2 and f".{name}".endswith(endings)]


def _sides(weight: Tensor) -> int:
    # A of a convolution has its kernel, B is 1 x 1.
    outputs, inputs = weight.shape[:2]
    return outputs + weight.count // outputs if len(weight.shape) == 4 else outputs + inputs
