"""A Face LoRA, a Style LoRA and an LCM-LoRA on one base at once, each with its multiplier; the base's weights stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from diffusers.utils import set_weights_and_activate_adapters

from limner.engine.fuse.sampler import Asked, Work
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import attached, without_loras

FACE = "face"
STYLE = "style"
FEW_STEPS = "few_steps"


@dataclass(frozen=True, slots=True, eq=False)
class Fusion:
    """The adapters that are in the base now; any may be missing. Without names: whatever LoRA is being trained."""

    base: BaseModel
    names: tuple[str, ...] = ()

    def scale(self, *, face: float, style: float, few_steps: float = 0.0) -> None:
        """Set the multipliers of what is drawn from now on; 0 leaves an adapter out.

        `few_steps` belongs to drawing alone: a base that is asked what it thinks of a picture must think in full.

        Two adapters add up exactly as if they were merged one after the other (2.6e-6 on Stable Diffusion's UNet).
        """
        wanted = {FACE: face, STYLE: style, FEW_STEPS: few_steps}
        if self.names:
            # What `unet.set_adapters` ends in. That itself fails on a UNet whose blocks differ in their number of
            # layers (diffusers 0.42, _maybe_expand_lora_scales: a list plus 1).
            weights = [wanted[name] for name in self.names]
            set_weights_and_activate_adapters(self.base.denoiser, list(self.names), weights)

    def run(self, work: Work) -> None:
        """See `limner.engine.fuse.sampler.Speaker`: whatever LoRAs are in the base now speak."""
        while (asked := work.ask()) is not None:
            work.take(self._answer(asked))

    def _answer(self, asked: Asked) -> torch.Tensor:
        first, others = slice(0, asked.adapted), slice(asked.adapted, None)
        latents, timesteps, prompts = asked.latents, asked.timesteps, asked.prompts
        answers = [self.base.predict(latents[first], timesteps[first], prompts.rows(first))]
        if asked.adapted < len(latents):
            with without_loras(self.base):
                answers.append(self.base.predict(latents[others], timesteps[others], prompts.rows(others)))
        return torch.cat(answers)


@contextmanager
def fused(
    base: BaseModel, *, face: bytes | None, style: bytes | None, few_steps: bytes | None = None
) -> Iterator[Fusion]:
    """Put the given LoRA files into the base, face and style at full scale; take them out at the end.

    On the floor they are put into the request's slot. Raises BadLoraError and FloorError.
    """
    given = {FACE: face, STYLE: style, FEW_STEPS: few_steps}
    files = {name: data for name, data in given.items() if data is not None}
    if base.floor is not None:
        with base.floor.fused(files) as seated:
            yield seated
        return
    with attached(base, files):
        fusion = Fusion(base, tuple(files))
        fusion.scale(face=1.0, style=1.0)
        yield fusion
