"""LoRA layers for several people in one batch: stacked weights, and for each sample the slot that it is in.

A layer of the denoiser with weights W says W x; here each sample also gets B[k] A[k] x of its own slot k. The stacks
hang on the layers as hooks: the base's modules and weights stay as they are, and where no rows are set they do
nothing. Samples of one slot lie side by side, so that a batch is two grouped products a layer however many people are
in it (Punica's SGMV, Chen et al. 2023, arXiv 2310.18547, for a denoiser; with its gradients).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.engine.errors import FloorError

Weights = Mapping[str, tuple[Tensor, Tensor]]
"""By the layer's name in the denoiser: A (r, in) or (r, in, height, width), and B (out, r), its multiplier in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The slots of a batch's first samples, `each` samples in a row a slot; those after them get the base alone."""

    slots: Tensor
    each: int

    @classmethod
    def of(cls, slots: Sequence[int], device: torch.device | str = "cpu") -> Rows:
        """Say which slot each sample is in; where every slot has as many in a row, they are taken together."""
        runs = [(slot, len(list(run))) for slot, run in groupby(slots)]
        lengths = {length for _, length in runs}
        each = lengths.pop() if len(lengths) == 1 else 1
        named = [slot for slot, _ in runs] if each > 1 else list(slots)
        return cls(torch.tensor(named, dtype=torch.long, device=device), each)

    def __len__(self) -> int:
        """Count the samples that are in slots."""
        return len(self.slots) * self.each


@dataclass(frozen=True, slots=True, eq=False)
class StackedLayer:
    """One layer's LoRAs: `down` (K, r, in) or (K, r, in, height, width), `up` (K, out, r), float32."""

    module: nn.Linear | nn.Conv2d
    down: nn.Parameter
    up: nn.Parameter

    def delta(self, x: Tensor, rows: Rows, scales: Tensor) -> Tensor:
        """Give what the LoRAs add for `x`, the samples that are in slots; `scales` (K,) are multipliers."""
        down, up = self.down[rows.slots], self.up[rows.slots] * scales[rows.slots, None, None]
        x = x.to(down.dtype)
        if isinstance(self.module, nn.Conv2d):
            return _convolved(x, down, up, self.module, rows.each)
        flat = x.reshape(len(rows.slots), -1, x.shape[-1])
        return (flat @ down.mT @ up.mT).reshape(*x.shape[:-1], up.shape[1])


class Stack:
    """K slots of LoRAs on a denoiser, all of them nought at first.

    A slot of a lower rank than `rank` leaves the rest of its rows at nought. `using` says who is in the batch; outside
    of it the denoiser is the plain base. Several stacks may hang on one denoiser. Raises FloorError when a target is
    neither linear nor a convolution of one group.
    """

    def __init__(self, denoiser: nn.Module, targets: Sequence[str], *, slots: int, rank: int) -> None:
        self.slots, self.rank = slots, rank
        self.layers: dict[str, StackedLayer] = {}
        self._rows: Rows | None = None
        self._hooks: list[Any] = []
        for name, module in targeted(denoiser, targets):
            self.layers[name] = _stacked(name, module, slots, rank)
        if not self.layers:
            raise FloorError(f"The base model has none of the layers {', '.join(targets)}.")
        device = next(iter(self.layers.values())).down.device
        self.scales = torch.ones(slots, device=device)
        """What is multiplied with a slot's B when it speaks: a training's alpha / rank; `load` sets it to 1."""
        for layer in self.layers.values():
            self._hooks.append(layer.module.register_forward_hook(self._hook(layer)))

    @contextmanager
    def using(self, rows: Rows) -> Iterator[None]:
        """Let the LoRAs of a batch's samples speak within the block."""
        before, self._rows = self._rows, rows if len(rows) else None
        try:
            yield
        finally:
            self._rows = before

    def parameters(self) -> list[nn.Parameter]:
        """List the stacked weights, downs and ups by turns."""
        return [weight for layer in self.layers.values() for weight in (layer.down, layer.up)]

    @torch.no_grad()
    def load(self, slot: int, weights: Weights) -> None:
        """Copy a LoRA into a slot, and nought wherever it has nothing. Raises FloorError and then changes nothing."""
        self._check(weights)
        self.scales[slot] = 1.0
        for name, layer in self.layers.items():
            down, up = weights.get(name, (None, None))
            _fill(layer.down[slot], down, dim=0)
            _fill(layer.up[slot], up, dim=1)

    @torch.no_grad()
    def read(self, slot: int) -> dict[str, tuple[Tensor, Tensor]]:
        """Copy a slot's LoRA out of the stack."""
        return {name: (layer.down[slot].clone(), layer.up[slot].clone()) for name, layer in self.layers.items()}

    def remove(self) -> None:
        """Take the hooks off the denoiser."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()

    def _hook(self, layer: StackedLayer) -> Any:
        def add(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
            rows = self._rows
            if rows is None:
                return None
            count = len(rows)
            if count == len(output):
                return output + layer.delta(inputs[0], rows, self.scales).to(output.dtype)
            found = layer.delta(inputs[0][:count], rows, self.scales).to(output.dtype)
            return torch.cat([output[:count] + found, output[count:]])

        return add

    def _check(self, weights: Weights) -> None:
        if unknown := sorted(weights.keys() - self.layers.keys()):
            raise FloorError(f"The floor has no layer {unknown[0]}; it was laid out for other targets.")
        for name, (down, up) in weights.items():
            layer = self.layers[name]
            if len(down) > self.rank:
                raise FloorError(f"A LoRA of rank {len(down)} does not fit into slots of rank {self.rank}.")
            if down.shape[1:] != layer.down.shape[2:] or up.shape[0] != layer.up.shape[1]:
                raise FloorError(f"{name} has another shape in the LoRA than in the base model.")


def targeted(denoiser: nn.Module, targets: Sequence[str]) -> list[tuple[str, nn.Module]]:
    """List the modules that targets name, whole or by their end, as peft's `target_modules` do."""
    named = denoiser.named_modules()
    return [(name, one) for name, one in named if any(name == end or name.endswith(f".{end}") for end in targets)]


def joined(*parts: tuple[Weights, float]) -> dict[str, tuple[Tensor, Tensor]]:
    """Put LoRAs, each with its multiplier, one above the other: together they add what all of them add.

    m1 B1 A1 + m2 B2 A2 = [m1 B1, m2 B2] [A1; A2], exactly; the ranks add up.
    """
    names = dict.fromkeys(name for weights, _ in parts for name in weights)
    whole = {}
    for name in names:
        found = [(*weights[name], scale) for weights, scale in parts if name in weights]
        down = torch.cat([down for down, _, _ in found])
        whole[name] = (down, torch.cat([scale * up for _, up, scale in found], dim=1))
    return whole


def _stacked(name: str, module: nn.Module, slots: int, rank: int) -> StackedLayer:
    if not isinstance(module, nn.Linear) and not (isinstance(module, nn.Conv2d) and module.groups == 1):
        kind = type(module).__name__
        raise FloorError(f"{name} is a {kind}, and the floor has LoRAs for linear layers and convolutions.")
    weight = module.weight
    down = nn.Parameter(torch.zeros(slots, rank, *weight.shape[1:], device=weight.device), requires_grad=False)
    up = nn.Parameter(torch.zeros(slots, weight.shape[0], rank, device=weight.device), requires_grad=False)
    return StackedLayer(module, down, up)


def _fill(place: Tensor, given: Tensor | None, *, dim: int) -> None:
    place.zero_()
    if given is not None:
        place.narrow(dim, 0, given.shape[dim]).copy_(given)


def _convolved(x: Tensor, down: Tensor, up: Tensor, module: nn.Conv2d, each: int) -> Tensor:
    """Convolve each slot's samples with its own kernels: as many groups of one convolution as there are slots."""
    slots, rank = down.shape[:2]
    side_by_side = x.unflatten(0, (slots, each)).transpose(0, 1).reshape(each, -1, *x.shape[2:])
    kernels = down.reshape(slots * rank, *down.shape[2:])
    low = F.conv2d(side_by_side, kernels, None, module.stride, module.padding, module.dilation, groups=slots)
    height, width = low.shape[2:]
    low = low.reshape(each, slots, rank, height * width).transpose(0, 1)
    return (up[:, None] @ low).reshape(slots * each, -1, height, width)
