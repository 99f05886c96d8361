"""Encoded prompts in the form that every family of base models takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from limner.engine.models.controlnet import Pose


@dataclass(frozen=True, slots=True, eq=False)
class Prompts:
    """`n` prompts as tensors, float32, on one device.

    `hidden` (n, tokens, width) is what cross-attention reads. `pooled` (n, width) is SDXL's summary of a prompt.
    `used` (n, tokens) bool marks the tokens that count where a family leaves the padding out; None: all count.
    """

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    used: torch.Tensor | None = None
    face: torch.Tensor | None = None
    """(n, width) whose face it shall be, where a face adapter is in the base (`limner.engine.models.face_adapter`)."""
    pose: Pose | None = None
    """What all of them shall look like, where a ControlNet was loaded with the base."""

    def __len__(self) -> int:
        """Count the prompts."""
        return len(self.hidden)

    def rows(self, index: torch.Tensor | slice) -> Prompts:
        """Pick prompts: (m,) indices, which may repeat, or a slice."""
        pooled = None if self.pooled is None else self.pooled[index]
        used = None if self.used is None else self.used[index]
        face = None if self.face is None else self.face[index]
        return Prompts(self.hidden[index], pooled, used, face, self.pose)

    def repeat(self, count: int) -> Prompts:
        """Say the one prompt that there is to each of `count` samples."""
        return self.rows(torch.zeros(count, dtype=torch.long))


def showing(prompts: Prompts, face: torch.Tensor) -> Prompts:
    """Say beside each of the prompts whose face it shall be: (width,), all nought for nobody's."""
    return replace(prompts, face=face.to(prompts.hidden.device).expand(len(prompts), -1))


def stack(parts: Sequence[Prompts]) -> Prompts:
    """Put prompts of one family below one another; shorter ones are padded with tokens that do not count.

    All of them have a face or none has, and they have one pose: the first one's.
    """
    longest = max(part.hidden.shape[1] for part in parts)
    hidden = torch.cat([F.pad(part.hidden, (0, 0, 0, longest - part.hidden.shape[1])) for part in parts])
    pooled = [part.pooled for part in parts if part.pooled is not None]
    used = [F.pad(part.used, (0, longest - part.used.shape[1])) for part in parts if part.used is not None]
    faces = [part.face for part in parts if part.face is not None]
    return Prompts(
        hidden,
        torch.cat(pooled) if pooled else None,
        torch.cat(used) if used else None,
        torch.cat(faces) if faces else None,
        parts[0].pose,
    )
