"""AdamW for each slot of a stack alone: its own step count, learning rate, decay and clip norm, its own average.

The arithmetic is torch.optim.AdamW's (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2) over the stacked
weights, with a vector of K figures where that has one; torch keeps one step count a tensor, and who joins late would
be corrected for moments that others made. A slot whose gradient is not finite is left as it was: the others never see
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

BETAS = (0.9, 0.999)
EPS = 1e-8


@dataclass(frozen=True, slots=True)
class Figures:
    """One slot's figures for one step."""

    lr: float
    weight_decay: float
    clip: float
    """The largest norm of a slot's whole gradient; longer ones are shortened to it."""
    ema: float
    """How much of the average stays."""


class SlotAdamW:
    """Steps on those slots of stacked weights that took part in a batch.

    `weights` are (K, …) parameters whose gradients of a slot are nought unless the slot was in the batch. `averages`
    are the moving averages, one a weight.
    """

    def __init__(self, weights: Sequence[nn.Parameter]) -> None:
        self.weights = list(weights)
        first = self.weights[0]
        self.steps = torch.zeros(len(first), device=first.device)
        self.means = [torch.zeros_like(weight) for weight in self.weights]
        self.squares = [torch.zeros_like(weight) for weight in self.weights]
        self.averages = [weight.detach().clone() for weight in self.weights]

    @torch.no_grad()
    def step(self, slots: Mapping[int, Figures]) -> list[int]:
        """Take one step on each of `slots`, and forget all gradients; return the slots whose gradients were not finite.

        Those are left exactly as they were. A weight without a gradient (a layer that no batch reached) stays, too.
        """
        norms = self._norms()
        bad = [slot for slot in slots if not bool(torch.isfinite(norms[slot]))]
        good = [slot for slot in slots if slot not in bad]
        if good:
            self._advance(torch.tensor(good, device=norms.device), norms, [slots[slot] for slot in good])
        for weight in self.weights:
            weight.grad = None
        return bad

    @torch.no_grad()
    def begin(self, slot: int) -> None:
        """Let somebody new into a slot whose weights are there: no moments, no steps, the average where it begins."""
        self.steps[slot] = 0
        for weight, mean, square, average in self._all():
            mean[slot].zero_()
            square[slot].zero_()
            average[slot].copy_(weight[slot])

    @torch.no_grad()
    def state(self, slot: int) -> tuple[int, list[dict[str, Tensor]]]:
        """Copy out a slot's steps, and of each weight itself, its moments and its average."""
        names = ("weight", "exp_avg", "exp_avg_sq", "average")
        rows = [dict(zip(names, (one[slot].clone() for one in row), strict=True)) for row in self._all()]
        return int(self.steps[slot]), rows

    @torch.no_grad()
    def restore(self, slot: int, steps: int, rows: Sequence[Mapping[str, Tensor]]) -> None:
        """Put back what `state` gave, into any slot."""
        self.steps[slot] = steps
        for row, kept in zip(self._all(), rows, strict=True):
            for one, value in zip(row, kept.values(), strict=True):
                one[slot].copy_(value)

    def _all(self) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
        return list(zip(self.weights, self.means, self.squares, self.averages, strict=True))

    def _norms(self) -> Tensor:
        """Measure each slot's whole gradient; (K,)."""
        total = torch.zeros_like(self.steps)
        for weight in self.weights:
            if weight.grad is not None:
                total += weight.grad.flatten(1).square().sum(dim=1)
        return total.sqrt()

    def _advance(self, slots: Tensor, norms: Tensor, figures: Sequence[Figures]) -> None:
        self.steps[slots] += 1
        steps = self.steps[slots]
        lr, decay, clip, ema = (
            torch.tensor([getattr(one, name) for one in figures], device=slots.device)
            for name in ("lr", "weight_decay", "clip", "ema")
        )
        shorten = (clip / (norms[slots] + 1e-6)).clamp(max=1.0)  # as torch.nn.utils.clip_grad_norm_
        first, second = 1 - BETAS[0] ** steps, 1 - BETAS[1] ** steps
        for weight, mean, square, average in self._all():
            if weight.grad is None:
                continue
            wide = (-1, *[1] * (weight.dim() - 1))
            grad = weight.grad[slots] * shorten.view(wide)
            moved = mean[slots].lerp_(grad, 1 - BETAS[0])
            spread = square[slots].mul_(BETAS[1]).addcmul_(grad, grad, value=1 - BETAS[1])
            mean[slots], square[slots] = moved, spread
            way = moved / first.view(wide) / ((spread / second.view(wide)).sqrt() + EPS)
            now = weight[slots] * (1 - lr * decay).view(wide) - lr.view(wide) * way
            weight[slots] = now
            average[slots] = average[slots].lerp(now, 1 - ema.view(wide))
