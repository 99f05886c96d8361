"""Encoded prompts in the form that every family of base models takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True, slots=True, eq=False)
class Prompts:
    """`n` prompts as tensors, float32, on one device.

    `hidden` (n, tokens, width) is what cross-attention reads. `pooled` (n, width) is SDXL's summary of a prompt.
    `used` (n, tokens) bool marks the tokens that count where a family leaves the padding out; None: all count.
    """

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    used: torch.Tensor | None = None

    def __len__(self) -> int:
        """Count the prompts."""
        return len(self.hidden)

    def rows(self, index: torch.Tensor | slice) -> Prompts:
        """Pick prompts: (m,) indices, which may repeat, or a slice."""
        pooled = None if self.pooled is None else self.pooled[index]
        return Prompts(self.hidden[index], pooled, None if self.used is None else self.used[index])

    def repeat(self, count: int) -> Prompts:
        """Say the one prompt that there is to each of `count` samples."""
        return self.rows(torch.zeros(count, dtype=torch.long))


def stack(parts: Sequence[Prompts]) -> Prompts:
    """Put prompts of one family below one another; shorter ones are padded with tokens that do not count."""
    longest = max(part.hidden.shape[1] for part in parts)
    hidden = torch.cat([F.pad(part.hidden, (0, 0, 0, longest - part.hidden.shape[1])) for part in parts])
    pooled = [part.pooled for part in parts if part.pooled is not None]
    used = [F.pad(part.used, (0, longest - part.used.shape[1])) for part in parts if part.used is not None]
    return Prompts(hidden, torch.cat(pooled) if pooled else None, torch.cat(used) if used else None)
