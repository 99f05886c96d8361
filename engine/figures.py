"""A base's own figures for learning and drawing, beside its weights, and how they change a recipe. Loads no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from limner.engine.errors import BadRecipeError

#: How a diffusion base is drawn; `lcm` where an LCM-LoRA is in it. A flow has but one way, Euler's.
Solver = Literal["ddim", "dpm", "lcm"]

Recipe = TypeVar("Recipe")

#: A flat mapping of what a face's training needs; `style` has what a style's needs, `render` what a drawing needs.
RECIPE_FILE = "limner_recipe.json"


def own_figures(directory: Path | None) -> Mapping[str, object]:
    """Read a base's own figures; empty where it brings none. Raises BadRecipeError."""
    file = None if directory is None else directory / RECIPE_FILE
    if file is None or not file.is_file():
        return {}
    try:
        figures = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadRecipeError(str(file), str(error)) from error
    if not isinstance(figures, dict):
        raise BadRecipeError(str(file), "it is not a mapping")
    return figures


def is_distilled(name: str, family: str) -> bool:
    """Tell whether a base draws in few steps without guidance, by its name: Z-Image-Turbo and what was made of it."""
    return family == "zimage" and "turbo" in name.lower()


def changed(recipe: Recipe, changes: object) -> Recipe:
    """Change a recipe by plain data, as JSON has it. Raises ValueError or TypeError for what it cannot take."""
    if not isinstance(changes, Mapping):
        raise TypeError("it is not a mapping")
    known = msgspec.to_builtins(recipe)
    if unknown := sorted(set(changes) - set(known)):
        raise ValueError(f"{', '.join(unknown)} is not known")
    return msgspec.convert({**known, **changes}, type(recipe))
