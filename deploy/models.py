"""Base models as the commands name them. The engine looks closer when it loads one."""

import importlib.util
from pathlib import Path

from limner.engine.bases import EMBEDDED, family_of, find_base
from limner.engine.bases.estimate import Estimate, Training, estimate_base
from limner.engine.bases.names import Kind, read_name
from limner.engine.errors import UnknownBaseError
from limner.engine.train.recipe import recipe_for

__all__ = ["EMBEDDED", "engine_name", "estimate_of", "find_base", "gpu_memory", "model_problem"]


def model_problem(name: str, shelf: Path) -> str | None:
    """Say in one or two sentences why a base model cannot be used and what to do, or None where it can."""
    try:
        find_base(name, shelf)
    except UnknownBaseError as error:
        return str(error)
    return None


def engine_name(name: str, shelf: Path) -> str:
    """Give the name that the engine finds a base by: it knows no shelf, so what lies there goes by its folder."""
    if read_name(name).kind in {Kind.MODELSCOPE, Kind.FILE}:
        return str(find_base(name, shelf))
    return name


def estimate_of(directory: Path, *, number: int) -> Estimate:
    """Estimate a base with the recipe that it would be trained by, and weights of `number` bytes."""
    name = "nano" if directory == find_base("nano") else directory.name
    recipe = recipe_for(name, directory)
    targets = recipe.targets + _FLOW_TARGETS if family_of(directory).denoiser == "transformer" else recipe.targets
    return estimate_base(directory, Training(recipe.rank, recipe.batch, targets), number=number)


def gpu_memory() -> int | None:
    """Tell how many bytes the first GPU has, or None where there is none. Loads torch where it is installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory) if torch.cuda.is_available() else None


# Z-Image's feed-forward layers have other names than those of the UNets.
_FLOW_TARGETS = ("feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
