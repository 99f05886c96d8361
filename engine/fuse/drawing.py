"""Draw candidates of one sitter in one style and judge them, a batch at a time; a whole picture or a region of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch

from limner.engine.errors import StoppedError
from limner.engine.faces import Analyser, Pixels
from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.candidates import Candidate, score
from limner.engine.fuse.guard import style_margin
from limner.engine.fuse.recipe import RenderRecipe
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.sampler import Sampling, sample, steps_taken
from limner.engine.models.coding import decode_latents, encode_prompts
from limner.engine.models.controlnet import Pose
from limner.engine.models.face_adapter import FaceAdapter, face_shown
from limner.engine.models.prompts import showing
from limner.engine.progress import OnProgress, Progress, ShouldStop
from limner.engine.styles import Style
from limner.engine.words import name_sitter, plain_caption


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """What is drawn on. `start`, `strength` and `mask` are those of `limner.engine.fuse.sampler.sample`.

    `finish` makes the picture that is judged from what was drawn. `pose` is of the whole canvas's size.
    """

    shape: tuple[int, int, int]
    start: torch.Tensor | None = None
    strength: float = 1.0
    mask: torch.Tensor | None = None
    finish: Callable[[Pixels], Pixels] = lambda drawn: drawn
    pose: Pose | None = None

    def work(self, candidates: int, recipe: RenderRecipe) -> int:
        """Count the steps and judgements of so many candidates."""
        batches = -(-candidates // recipe.batch)
        return batches * steps_taken(recipe.steps, self.strength if self.start is not None else 1.0) + candidates


@dataclass(slots=True, eq=False)
class Pace:
    """Tells how far a request is, and hears whether to stop."""

    total: int
    on_progress: OnProgress
    should_stop: ShouldStop
    done: int = 0
    begun: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """Count one step or judgement. Raises StoppedError."""
        if self.should_stop():
            raise StoppedError("rendering", self.done)
        self.done += 1
        pace = (time.monotonic() - self.begun) / self.done
        self.on_progress(Progress("render", self.done, self.total, round(pace * (self.total - self.done), 1)))


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """One sitter in one style, as the base draws it; the LoRAs are in the base already, an adapter comes and goes."""

    fusion: Fusion
    style: Style
    recipe: RenderRecipe
    reference: Reference
    analyser: Analyser
    pace: Pace
    adapter: FaceAdapter | None = None

    def draw(self, canvas: Canvas, seeds: Sequence[int]) -> list[Candidate]:
        """Draw and judge one candidate a seed."""
        return [one for batch in _batches(seeds, self.recipe.batch) for one in self._batch(canvas, batch)]

    def _batch(self, canvas: Canvas, seeds: Sequence[int]) -> Iterator[Candidate]:
        base, known = self.fusion.base, list(self.reference.embeddings)
        latents = self._sample(canvas, seeds)
        images = decode_latents(base, latents)
        margins = self._margins(latents)
        for image, seed, margin in zip(images, seeds, margins, strict=True):
            likeness = score(canvas.finish(image), self.analyser, known)
            yield Candidate(image, seed, likeness, margin)
            self.pace.step()

    def _sample(self, canvas: Canvas, seeds: Sequence[int]) -> torch.Tensor:
        base, style, count = self.fusion.base, self.style, len(seeds)
        text = encode_prompts(base, [name_sitter(style.prompt, self.reference.sitter)])
        negative = encode_prompts(base, [style.negative_prompt])
        if self.adapter is not None:
            text, negative = showing(text, self.adapter.face), showing(negative, torch.zeros_like(self.adapter.face))
        text, negative = replace(text, pose=canvas.pose), replace(negative, pose=canvas.pose)
        self.fusion.scale(face=style.face_scale, style=style.style_scale, few_steps=1.0)
        with face_shown(base, self.adapter):
            return sample(
                self.fusion,
                text.repeat(count),
                negative.repeat(count),
                Sampling(self.recipe.steps, style.guidance or 1.0, self.recipe.solver),
                seeds=seeds,
                shape=canvas.shape,
                start=None if canvas.start is None else canvas.start.repeat(count, 1, 1, 1),
                strength=canvas.strength,
                mask=canvas.mask,
                on_step=lambda _done, _total: self.pace.step(),
            )

    def _margins(self, latents: torch.Tensor) -> list[float] | list[None]:
        prompt = name_sitter(self.style.prompt, self.reference.sitter)
        photo = plain_caption(self.reference.sitter)
        if prompt == photo:
            return [None] * len(latents)
        return style_margin(
            self.fusion, latents, prompt, photo, face_scale=self.style.face_scale, style_scale=self.style.style_scale
        )


def _batches(seeds: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(seeds), size):
        yield seeds[start : start + size]
