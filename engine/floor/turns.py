"""What a turn of the floor computes: one evaluation for several drawings, or one step of several trainings."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from limner.engine.floor.errands import Drawing, Lesson
from limner.engine.floor.layers import Rows, Stack
from limner.engine.floor.optimizer import SlotAdamW
from limner.engine.models.base import BaseModel
from limner.engine.models.prompts import stack
from limner.engine.train.loop import Batch, checkpointing, masked_losses


@torch.no_grad()
def evaluate(base: BaseModel, slots: Stack, drawings: Sequence[Drawing], *, largest: int) -> list[torch.Tensor]:
    """Answer what several drawings ask, in parts of at most `largest` samples; one (n, c, h, w) answer a drawing."""
    asked = [drawing.asked for drawing in drawings if drawing.asked is not None]
    # Those for whom LoRAs speak come first, each request's side by side, then those whom the base alone answers.
    parts = [(one, slice(0, one.adapted)) for one in asked] + [(one, slice(one.adapted, None)) for one in asked]
    rows = [drawing.slot for drawing, one in zip(drawings, asked, strict=True) for _ in range(one.adapted)]
    latents = torch.cat([one.latents[part] for one, part in parts])
    timesteps = torch.cat([one.timesteps[part] for one, part in parts])
    prompts = stack([one.prompts.rows(part) for one, part in parts])
    outputs = []
    for start in range(0, len(latents), largest):
        chunk = slice(start, start + largest)
        with slots.using(Rows.of(rows[chunk], base.device)):
            outputs.append(base.predict(latents[chunk], timesteps[chunk], prompts.rows(chunk)))
    answers = torch.cat(outputs).split([len(one.latents[part]) for one, part in parts])
    count = len(drawings)
    return [torch.cat([answers[number], answers[number + count]]) for number in range(count)]


def step(base: BaseModel, slots: Stack, optimizer: SlotAdamW, lessons: Sequence[Lesson]) -> list[int]:
    """Take one step of several trainings, each a mean over its own samples; note their losses.

    Returns the slots whose gradients were not finite; those did not move.
    """
    batches = [lesson.batch for lesson in lessons if lesson.batch is not None]
    rows = [lesson.slot for lesson, one in zip(lessons, batches, strict=True) for _ in range(len(one.clean))]
    with (
        torch.enable_grad(),
        checkpointing(base, on=lessons[0].checkpointing),
        slots.using(Rows.of(rows, base.device)),
    ):
        losses = masked_losses(base, joined(batches), lessons[0].gamma)
        means = [part.mean() for part in losses.split([len(one.clean) for one in batches])]
        torch.stack(means).sum().backward()
    for lesson, mean in zip(lessons, means, strict=True):
        lesson.loss = float(mean.item())
    return optimizer.step({lesson.slot: lesson.figures for lesson in lessons if lesson.figures is not None})


def joined(batches: Sequence[Batch]) -> Batch:
    """Put the samples of several trainings below one another."""
    return Batch(
        clean=torch.cat([one.clean for one in batches]),
        noise=torch.cat([one.noise for one in batches]),
        timesteps=torch.cat([one.timesteps for one in batches]),
        text=stack([one.text for one in batches]),
        masks=torch.cat([one.masks for one in batches]),
    )
