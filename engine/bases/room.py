"""Whether a base model fits a device, and what would where it does not. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence

from limner.engine.bases.estimate import RESERVE, Estimate
from limner.engine.bases.families import FAMILIES

#: GiB that the published model of each family takes on a GPU, with 2 bytes a number, to paint and to train a Face LoRA
#: of rank 16 with one picture a step, and with checkpointing where its recipe says so. A test computes them again.
NEEDS = {"sd15": (2.5, 3.5), "sdxl": (8.5, 8.8), "zimage": (21.1, 22.9)}

_GIB = 1 << 30


def fits(estimate: Estimate, memory: int) -> bool:
    """Tell whether a base can paint and train on a device with so many bytes."""
    return max(estimate.render, estimate.train) + RESERVE <= memory


def refusal(estimate: Estimate, memory: int, ways: Sequence[tuple[str, Estimate]] = ()) -> str | None:
    """Say in two sentences why a base is too large for a device and what would fit, or None where it fits.

    `ways` are settings by which the same base takes less, with what it takes then.
    """
    if fits(estimate, memory):
        return None
    return (
        f"It takes {_shown(estimate.render + RESERVE)} to paint and {_shown(estimate.train + RESERVE)} to train a "
        f"Face LoRA, and there are {_shown(memory)}. {_advice(estimate, memory, ways)}"
    )


def _advice(estimate: Estimate, memory: int, ways: Sequence[tuple[str, Estimate]]) -> str:
    if way := next((setting for setting, smaller in ways if fits(smaller, memory)), None):
        return f"It would fit with {way}."
    smallest = estimate.weights + estimate.picture + RESERVE
    if max(estimate.render + RESERVE, smallest) <= memory < estimate.train + RESERVE:
        return 'One picture a step would fit: write {"batch": 1} into limner_recipe.json in its folder.'
    fitting = [
        f"{family.title} ({max(NEEDS[name]) + RESERVE / _GIB:.0f} GiB)"
        for name, family in FAMILIES.items()
        if max(NEEDS[name]) * _GIB + RESERVE <= memory
    ]
    return f"What would fit: {', '.join([*fitting, 'nano'])}."


def _shown(size: int) -> str:
    return f"{size / _GIB:.1f} GiB"
