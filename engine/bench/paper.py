"""What full-size bases cost on paper: operations that torch counts, and what they mean on two GPUs.

Nothing is measured here, and no GPU has run any of it: the networks have their true shapes and no numbers (device
`meta`), and a GPU is taken to reach `REACHED` of what its maker says. `limner bench paper` prints it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from peft import LoraConfig
from torch.utils.flop_counter import FlopCounterMode

from limner.engine.bench.floor_rows import markdown
from limner.engine.bench.true_size import SIDES, denoiser, predict, vae
from limner.engine.fuse.recipe import render_recipe_for
from limner.engine.train.recipe import FaceRecipe, recipe_for

#: Dense bfloat16 products a second, by the makers' data sheets.
GPUS = {"H100": 989e12, "A10": 125e12}
#: The share of its peak that a GPU is taken to reach in diffusion; an assumption.
REACHED = 0.4
#: Weights, two moments, moving average and gradient of a training slot, and of a drawing slot face and style: float32.
TRAINING_COPIES, DRAWING_COPIES, BYTES = 5, 2, 4


@dataclass(frozen=True, slots=True)
class Counts:
    """Operations of one sample: a forward pass, a step of a Face LoRA, a decoding; and the numbers in a Face LoRA."""

    forward: float
    step: float
    decode: float
    lora: int

    @property
    def slot_mb(self) -> float:
        """Give the memory of one more seat: its training slot and its drawing slot."""
        return (TRAINING_COPIES + DRAWING_COPIES) * BYTES * self.lora / 2**20


def count(family: str) -> Counts:
    """Count with torch's FlopCounterMode, at the size of picture that the family was made for."""
    recipe, side = recipe_for(family, family), SIDES[family]
    model, codec = denoiser(family), vae(family)
    with torch.device("meta"):
        with torch.no_grad():
            forward = _counted(lambda: predict(model, family))
            decode = _counted(lambda: codec.decode(torch.randn(1, codec.config.latent_channels, side, side)))
        model.add_adapter(LoraConfig(r=recipe.rank, lora_alpha=recipe.alpha, target_modules=list(recipe.targets)))
        lora = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
        step = _counted(lambda: predict(model, family).square().mean().backward())
    # Working activations out twice is a forward pass more.
    return Counts(forward, step + forward * recipe.checkpointing, decode, lora)


def sitter(counts: Counts, recipe: FaceRecipe) -> float:
    """Count the operations of one whole training, none ended early: its steps and its judgements by quick portraits."""
    samples = (recipe.max_steps + recipe.finish_steps) * recipe.batch
    judged = (1 + -(-recipe.max_steps // recipe.judge_every)) * recipe.judge_samples  # the first one before any step
    portrait = recipe.judge_steps * _sides(recipe.judge_guidance) * counts.forward + counts.decode
    return samples * counts.step + judged * portrait


def portrait(counts: Counts, family: str) -> float:
    """Count the operations of one portrait that goes out, with the candidates that stay behind."""
    recipe = render_recipe_for(family, family)
    drawn = recipe.steps * _sides(recipe.guidance) * counts.forward + counts.decode
    return recipe.candidates * drawn


def paper(families: Sequence[str] = tuple(SIDES)) -> str:
    """Write both tables in Markdown."""
    found = {family: count(family) for family in families}
    words = ["family", "forward, TFLOP", "LoRA step, TFLOP", "decoding, TFLOP", "LoRA, M numbers", "a seat, MB"]
    costs = [
        [family, *(f"{one / 1e12:.2f}" for one in (counts.forward, counts.step, counts.decode)),
         f"{counts.lora / 1e6:.1f}", f"{counts.slot_mb:.0f}"]
        for family, counts in found.items()
    ]  # fmt: skip
    head = ["family", "GPU", "s a sitter", "at its peak", "sitters/hour", "portraits/s", "at its peak"]
    means = [_on_gpu(family, counts, gpu, GPUS[gpu]) for family, counts in found.items() for gpu in GPUS]
    return f"{markdown(words, costs)}\n\n{markdown(head, means)}"


def _on_gpu(family: str, counts: Counts, gpu: str, peak: float) -> list[str]:
    training, drawing = sitter(counts, recipe_for(family, family)), portrait(counts, family)
    rate = REACHED * peak
    figures = (training / rate, training / peak, 3600 * rate / training, rate / drawing, peak / drawing)
    return [family, gpu, *(f"{one:.3g}" for one in figures)]


def _sides(guidance: float) -> int:
    return 1 if guidance == 1.0 else 2


def _counted(run: Callable[[], Any]) -> float:
    counter = FlopCounterMode(display=False)
    with counter:
        run()
    return float(counter.get_total_flops())
