"""One request's way: LoRAs and a sitter in, portraits out.

put the LoRAs in -> draw candidates in batches -> decode -> judge style, safety and likeness -> the best as PNG files
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from limner.engine.errors import BadLoraError, StoppedError
from limner.engine.faces import Analyser
from limner.engine.fuse.adapters import Fusion, fused
from limner.engine.fuse.candidates import Candidate, candidate_seeds, pick, score
from limner.engine.fuse.guard import safe, style_margin
from limner.engine.fuse.marks import portrait_png
from limner.engine.fuse.recipe import RenderRecipe, quick, render_recipe_for, suited
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.sampler import Sampling, sample, steps_taken
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import decode_latents, encode_images, encode_prompts, fit
from limner.engine.models.face_adapter import FaceAdapter, face_shown
from limner.engine.models.lora import read_notes
from limner.engine.models.prompts import showing
from limner.engine.progress import OnProgress, Progress, ShouldStop, ignore, never
from limner.engine.styles import Style
from limner.engine.words import name_sitter, plain_caption


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait that goes out: a PNG file, its likeness in [0, 1] (None without a known sitter), its seed."""

    png: bytes
    likeness: float | None
    seed: int


def render(  # noqa: PLR0913  what a request says, by keyword
    base: BaseModel,
    lora: bytes | None,
    style: Style,
    reference: Reference,
    analyser: Analyser,
    *,
    count: int,
    candidates: int | None = None,
    seed: int,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
) -> list[Portrait]:
    """Draw `candidates` (as many as the base's recipe has, if not said), and return the best `count`, best first.

    Without `lora` the base draws whomever the prompt means; that is for measurements. The same arguments give the same
    portraits on one machine and number of threads. Raises BadLoraError, BadRecipeError, BlockedError and StoppedError.
    """
    _check_base(base, lora)
    recipe, style = way_of_drawing(base, style)
    total = candidates or recipe.candidates * count
    with fused(base, face=lora, style=style_lora(style), few_steps=few_step_lora(base)) as fusion:
        work = Work(fusion, style, recipe, reference, analyser, total, on_progress, should_stop)
        drawn = [one for seeds in _batches(candidate_seeds(seed, total), recipe.batch) for one in work.draw(seeds)]
    return [
        Portrait(portrait_png(one.image, parameters(base, style, recipe, one)), round(one.likeness, 4), one.seed)
        for one in pick(drawn, count)
    ]


def way_of_drawing(base: BaseModel, style: Style) -> tuple[RenderRecipe, Style]:
    """Give the base's recipe, quick where the base has an LCM-LoRA, and the style as the base draws it."""
    recipe = render_recipe_for(base.name, base.family.name, base.directory)
    if base.few_step_lora is not None:
        recipe = quick(recipe)
    return recipe, suited(style, base.name, recipe)


def style_lora(style: Style) -> bytes | None:
    """Read the LoRA of a style that suits its base; None when it has none."""
    return style.lora.read_bytes() if style.lora else None


def few_step_lora(base: BaseModel) -> bytes | None:
    """Read the LCM-LoRA that a base has, if any. Raises BadLoraError."""
    try:
        return base.few_step_lora.read_bytes() if base.few_step_lora else None
    except OSError as error:
        raise BadLoraError(f"{base.few_step_lora} cannot be read") from error


@dataclass(slots=True, eq=False)
class Work:
    """The drawing of one request, with or without an adapter that shows a face."""

    fusion: Fusion
    style: Style
    recipe: RenderRecipe
    reference: Reference
    analyser: Analyser
    candidates: int
    on_progress: OnProgress
    should_stop: ShouldStop
    adapter: FaceAdapter | None = None
    done: int = 0
    begun: float = field(default_factory=time.monotonic)

    def draw(self, seeds: list[int]) -> list[Candidate]:
        """Draw and judge one batch."""
        base, known = self.fusion.base, list(self.reference.embeddings)
        latents = self._sample(seeds)
        images = decode_latents(base, latents)
        margins = self._margins(latents)
        verdicts = safe(base, images)
        found = []
        for image, seed, margin, verdict in zip(images, seeds, margins, verdicts, strict=True):
            found.append(Candidate(image, seed, score(image, self.analyser, known), margin, verdict))
            self._step()
        return found

    def _sample(self, seeds: list[int]) -> torch.Tensor:
        base, style, count = self.fusion.base, self.style, len(seeds)
        self.fusion.scale(face=style.face_scale, style=style.style_scale, few_steps=1.0)
        text = encode_prompts(base, [name_sitter(style.prompt, self.reference.sitter)])
        negative = encode_prompts(base, [style.negative_prompt])
        if self.adapter is not None:
            text, negative = showing(text, self.adapter.face), showing(negative, torch.zeros_like(self.adapter.face))
        start = None
        if style.start_strength < 1:
            start = encode_images(base, fit(self.reference.image, base.size)[None]).repeat(count, 1, 1, 1)
        with face_shown(base, self.adapter):
            return sample(
                base,
                text.repeat(count),
                negative.repeat(count),
                Sampling(self.recipe.steps, style.guidance or 1.0, few=self.recipe.few),
                seeds=seeds,
                start=start,
                strength=style.start_strength,
                on_step=lambda _done, _total: self._step(),
            )

    def _margins(self, latents: torch.Tensor) -> list[float] | list[None]:
        prompt = name_sitter(self.style.prompt, self.reference.sitter)
        photo = plain_caption(self.reference.sitter)
        if prompt == photo:
            return [None] * len(latents)
        return style_margin(
            self.fusion, latents, prompt, photo, face_scale=self.style.face_scale, style_scale=self.style.style_scale
        )

    def _step(self) -> None:
        if self.should_stop():
            raise StoppedError("rendering", self.done)
        self.done += 1
        batches = -(-self.candidates // self.recipe.batch)
        total = batches * steps_taken(self.recipe.steps, self.style.start_strength) + self.candidates
        pace = (time.monotonic() - self.begun) / self.done
        self.on_progress(Progress("render", self.done, total, round(pace * (total - self.done), 1)))


def parameters(base: BaseModel, style: Style, recipe: RenderRecipe, one: Candidate) -> dict[str, str | int | float]:
    """Say how a picture was drawn, for its file; nothing of the sitter."""
    return {
        "Style": style.name,
        "Model": base.name,
        "Seed": one.seed,
        "Steps": recipe.steps,
        "Sampler": "LCM" if recipe.few else base.schedule.method,
        "CFG scale": style.guidance or 1.0,
        "Denoising strength": style.start_strength,
        "Size": f"{base.size}x{base.size}",
        "Software": "limner",
    }


def _check_base(base: BaseModel, lora: bytes | None) -> None:
    """Refuse a Face LoRA of a base that was retrained: its shapes fit, and it would draw nobody."""
    trained_for = read_notes(lora).get("base_fingerprint") if lora is not None else None
    if trained_for not in {None, base.fingerprint}:
        raise BadLoraError(f"it was trained for other weights than those of {base.name}")


def _batches(seeds: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(seeds), size):
        yield seeds[start : start + size]
