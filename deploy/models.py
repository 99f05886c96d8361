"""Models as commands and settings name them. The engine looks closer when it loads one."""

import importlib.util
from pathlib import Path

from limner.engine.analysers import find_pack, find_parser
from limner.engine.bases import EMBEDDED, family_of, find_base
from limner.engine.bases.estimate import Estimate, Training, estimate_base
from limner.engine.bases.names import Kind, read_name
from limner.engine.errors import MissingModelsError, UnknownBaseError
from limner.engine.train.recipe import recipe_for

__all__ = [
    "EMBEDDED",
    "engine_name",
    "estimate_of",
    "find_base",
    "find_pack",
    "find_parser",
    "gpu_memory",
    "model_problem",
    "pack_problem",
    "parser_problem",
]


def model_problem(name: str, shelf: Path) -> str | None:
    """Say in one or two sentences why a base model cannot be used and what to do, or None where it can."""
    try:
        find_base(name, shelf)
    except UnknownBaseError as error:
        return str(error)
    return None


def pack_problem(name: str) -> str | None:
    """Say in one sentence why an InsightFace pack cannot be used, or None where its files are there."""
    try:
        find_pack(name)
    except MissingModelsError as error:
        return str(error)
    return None


def parser_problem(name: str) -> str | None:
    """Say in one sentence why a face parser cannot be used, or None where its files are there."""
    try:
        find_parser(name)
    except MissingModelsError as error:
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
    recipe = recipe_for(name, family_of(directory).name, directory)
    return estimate_base(directory, Training(recipe.rank, recipe.batch, recipe.targets), number=number)


def gpu_memory() -> int | None:
    """Tell how many bytes the first GPU has, or None where there is none. Loads torch where it is installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory) if torch.cuda.is_available() else None
