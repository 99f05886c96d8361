"""Draw latents: guided away from what the base would draw of anybody, from noise or from a given picture.

Classifier-free guidance has the same model on both sides, and a Face LoRA teaches it the sitter on both: the
difference holds the words and little of the face. Here the other side is the base without any LoRA, so that guidance
strengthens what the LoRAs know (after Karras et al. 2024, "Guiding a Diffusion Model with a Bad Version of Itself",
arXiv 2406.02507). It takes as many evaluations of the denoiser. Without a LoRA in the base the two are the same.

Each sample's noise comes from its own seed, so who else is in the batch does not matter to it. A drawing asks for one
evaluation at a time and is told the answer, so that whoever answers may put several drawings in one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from limner.engine.figures import Solver
from limner.engine.models.base import BaseModel
from limner.engine.models.plan import advance
from limner.engine.models.prompts import Prompts, stack


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw: the number of steps of the whole schedule, and the guidance scale (1 leaves guidance out).

    `classifier_free` keeps the LoRAs on both sides, as others do.
    """

    steps: int = 20
    guidance: float = 3.0
    solver: Solver = "ddim"
    classifier_free: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One evaluation of the denoiser: (n, c, h, w) latents at (n,) timesteps with n prompts.

    The LoRAs speak for the first `adapted` samples, the base alone for those after them.
    """

    latents: torch.Tensor
    timesteps: torch.Tensor
    prompts: Prompts
    adapted: int


class Speaker(Protocol):
    """Who evaluates the denoiser: a base with the LoRAs of one request."""

    @property
    def base(self) -> BaseModel:
        """The base model."""

    def run(self, work: Work) -> None:
        """Answer what a piece of work asks until it asks no more."""


class Work(Protocol):
    """What asks for evaluations, one after the other."""

    def ask(self) -> Asked | None:
        """Say what is to be evaluated next; None at the end. Raises StoppedError where somebody wants it to end."""

    def take(self, output: torch.Tensor) -> None:
        """Hear the answer, (n, c, h, w) float32."""


@torch.no_grad()
def sample(  # noqa: PLR0913  by keyword, and most have a default
    speaker: Speaker,
    text: Prompts,
    negative: Prompts,
    how: Sampling,
    *,
    seeds: Sequence[int],
    shape: tuple[int, int, int] | None = None,
    start: torch.Tensor | None = None,
    strength: float = 1.0,
    mask: torch.Tensor | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> torch.Tensor:
    """Draw one picture a seed; return clean latents (n, c, h, w) float32.

    `text` and `negative` are n prompts each; `negative` is what the base alone hears. `shape` is (c, h, w), the base's
    own square unless said. `start` (n, c, h, w) with a `strength` in (0, 1] skips the first 1 - strength of the steps
    (SDEdit, Meng et al. 2022, arXiv 2108.01073); at strength 1 it plays no part at all, but for a `mask`.

    With a `mask` (1, 1, h, w), 1 where something is drawn, the rest is the start's: it is put back, with its own noise,
    after each step, so that what is drawn fits in (Avrahami et al. 2022, "Blended Latent Diffusion", arXiv 2206.02779,
    section 3). Both are then needed.
    """
    base = speaker.base
    chances = [torch.Generator().manual_seed(seed) for seed in seeds]
    noise = _noise(chances, shape or base.latent_shape, base.device)
    start = None if start is None else start.to(base.device)
    mask = None if mask is None else mask.to(base.device)
    samples = Samples(base, (text, negative), how, noise, (start, strength, mask), chances, on_step)
    speaker.run(samples)
    return samples.latents


@torch.no_grad()
def predict(speaker: Speaker, latents: torch.Tensor, timesteps: torch.Tensor, prompts: Prompts) -> torch.Tensor:
    """Evaluate the denoiser once with a request's LoRAs, as `BaseModel.predict` does without them."""
    question = _Question(Asked(latents, timesteps, prompts, len(latents)))
    speaker.run(question)
    assert question.answer is not None
    return question.answer


class Samples:
    """The samples of one drawing on their way; what `sample` runs, see there."""

    def __init__(
        self,
        base: BaseModel,
        words: tuple[Prompts, Prompts],
        how: Sampling,
        noise: torch.Tensor,
        canvas: tuple[torch.Tensor | None, float, torch.Tensor | None],
        chances: Sequence[torch.Generator],
        on_step: Callable[[int, int], None] | None,
    ) -> None:
        """Plan the steps, and begin at the noise or at the start."""
        self.text, self.negative = words
        self.base, self.how, self.noise, self.chances, self.on_step = base, how, noise, chances, on_step
        self.start, strength, self.mask = canvas
        taken = steps_taken(how.steps, strength if self.start is not None else 1.0)
        self.plan = base.schedule.plan(how.steps, taken, noise.shape[2] * noise.shape[3], how.solver)
        self.done = 0
        self.latents, self._clean = noise, torch.zeros_like(noise)
        if self.start is not None and taken < how.steps:
            self.latents = base.schedule.add_noise(self.start, noise, self._at(0))

    def ask(self) -> Asked | None:
        """See `Work`: each sample with its words and, where there is guidance, the base's other side of it."""
        if self.done == len(self.plan):
            return None
        latents, when = self.latents, self._at(self.done)
        count = len(latents)
        if self.how.guidance == 1.0:
            return Asked(latents, when, self.text, count)
        both = stack([self.text, self.negative])
        adapted = 2 * count if self.how.classifier_free else count
        return Asked(latents.repeat(2, 1, 1, 1), when.repeat(2), both, adapted)

    def take(self, output: torch.Tensor) -> None:
        """See `Work`: guide, and take the step."""
        count = len(self.latents)
        if self.how.guidance != 1.0:
            away = output[count:]
            output = away + self.how.guidance * (output[:count] - away)
        figures = self.plan.figures[self.done].expand(count, -1)
        fresh = self._fresh() if bool(figures[0, -1]) else torch.zeros_like(self.latents)
        self.latents, self._clean = advance(self.latents, output, self._clean, figures, fresh)
        self.done += 1
        if self.start is not None and self.mask is not None:
            last = self.done == len(self.plan)
            around = self.start if last else self.base.schedule.add_noise(self.start, self.noise, self._at(self.done))
            self.latents = self.mask * self.latents + (1 - self.mask) * around
        if self.on_step is not None:
            self.on_step(self.done, len(self.plan))

    def _at(self, step: int) -> torch.Tensor:
        return self.plan.timesteps[step].repeat(len(self.noise))

    def _fresh(self) -> torch.Tensor:
        """Make the noise of a step that puts some in; each sample's comes from its own seed, too."""
        return _noise(self.chances, tuple(self.latents.shape[1:]), self.latents.device)


@dataclass(slots=True, eq=False)
class _Question:
    """A single evaluation."""

    asked: Asked | None
    answer: torch.Tensor | None = None

    def ask(self) -> Asked | None:
        asked, self.asked = self.asked, None
        return asked

    def take(self, output: torch.Tensor) -> None:
        self.answer = output


def steps_taken(steps: int, strength: float) -> int:
    """Tell how many of the schedule's steps a start at `strength` takes: at least one."""
    return max(1, min(steps, round(steps * strength)))


def _noise(chances: Sequence[torch.Generator], shape: tuple[int, ...], device: torch.device) -> torch.Tensor:
    """Make the noise on the processor, so that a seed means the same picture on every device."""
    drawn = [torch.randn(shape, generator=chance) for chance in chances]
    return torch.stack(drawn).to(device)
