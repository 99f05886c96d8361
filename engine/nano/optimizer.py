"""An optimiser that learns weak directions as fast as strong ones: Muon for matrices and kernels, AdamW for the rest.

Natural pictures are mostly low frequencies and brightness; plain Adam learns those and is slow to find colour and
detail. Orthogonalised momentum (Jordan et al., "Muon", 2024; the scale of Liu et al., 2025, section 2.2) gives every
singular direction the same step. torch.optim.Muon takes only two-dimensional parameters, hence this small class.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def fast_bf16() -> bool:
    """Tell whether this processor computes in bfloat16; without its instructions that is 18 times slower."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


_QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of Jordan's Newton-Schulz iteration."""


def orthogonalise(matrix: Tensor, rounds: int = 5) -> Tensor:
    """Return roughly the nearest semi-orthogonal matrix to a two-dimensional ``matrix``."""
    a, b, c = _QUINTIC
    x = matrix / (matrix.norm() + 1e-7)
    if fast_bf16():  # the iteration corrects its own rounding
        x = x.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(rounds):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised; a kernel (out, in, h, w) counts as a matrix (out, in h w)."""

    def __init__(
        self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure: a step returns nothing
        """Take one step on every parameter that has a gradient."""
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, group)

    def _update(self, parameter: Tensor, group: dict[str, float]) -> None:
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].mul_(group["momentum"]).add_(parameter.grad)
        ahead = parameter.grad + group["momentum"] * state["momentum"]  # Nesterov
        flat = ahead.reshape(len(ahead), -1)
        step = orthogonalise(flat) * (0.2 * max(flat.shape) ** 0.5)
        parameter.mul_(1 - group["lr"] * group["weight_decay"]).add_(step.reshape(parameter.shape), alpha=-group["lr"])


def optimizers(model: nn.Module, lr: float) -> list[torch.optim.Optimizer]:
    """Return Muon for the model's matrices and kernels and AdamW for its embeddings, norms and biases."""
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    matrices = [p for p in model.parameters() if p.ndim >= 2 and id(p) not in embeddings]
    rest = [p for p in model.parameters() if p.ndim < 2 or id(p) in embeddings]
    return [Muon(matrices, lr), torch.optim.AdamW(rest, lr, betas=(0.9, 0.99), weight_decay=0.0)]
