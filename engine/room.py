"""Whether a base model, run and trained as it would be, fits its device: asked before anything of it is loaded.

Loads no torch when it is imported.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from limner.engine.bases import NANO, family_of, find_base
from limner.engine.bases.estimate import Estimate, Training, estimate_base
from limner.engine.bases.room import refusal
from limner.engine.errors import UnknownBaseError
from limner.engine.models.running import Running, device_of
from limner.engine.train.recipe import recipe_for


def estimate_of(directory: Path, running: Running, *, number: int) -> Estimate:
    """Estimate a base with the recipe that it would be trained by, as it would be run, in `number` bytes a number."""
    name = "nano" if directory == NANO else directory.name
    recipe = recipe_for(name, family_of(directory).name, directory)
    training = Training(recipe.rank, recipe.batch, recipe.targets, recipe.checkpointing)
    int8 = running.quantise == "int8"
    return estimate_base(directory, training, number=number, offload=running.offload, int8=int8)


def too_large(directory: Path, running: Running, memory: int) -> str | None:
    """Say in two sentences why a base does not fit a device with so many bytes, and what to do; None where it fits."""
    number = 4 if running.precision == "float32" else 2
    ways = {
        "LIMNER_OFFLOAD=1": replace(running, offload=True),
        "LIMNER_OFFLOAD=1 and LIMNER_QUANTISE=int8": replace(running, offload=True, quantise="int8"),
    }
    smaller = [(setting, estimate_of(directory, way, number=number)) for setting, way in ways.items()]
    return refusal(estimate_of(directory, running, number=number), memory, smaller)


def gpu_memory(running: Running) -> int | None:
    """Tell how many bytes the chosen GPU has, or None where none is meant. Loads torch where it is installed."""
    if find_spec("torch") is None or not device_of(running).startswith("cuda"):
        return None
    import torch

    return int(torch.cuda.get_device_properties(device_of(running)).total_memory)


def check_room(name: str | Path, running: Running) -> None:
    """Refuse a base that does not fit the GPU it would be loaded on. Raises UnknownBaseError."""
    memory = gpu_memory(running)
    if memory is not None and (problem := too_large(find_base(name), running, memory)):
        why, _, advice = problem.partition(". ")
        raise UnknownBaseError(str(name), why[0].lower() + why[1:], advice)
