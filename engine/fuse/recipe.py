"""How each base draws, as data. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from limner.engine.errors import BadRecipeError
from limner.engine.figures import Solver, changed, is_distilled, own_figures
from limner.engine.styles import Style


@dataclass(frozen=True, slots=True)
class RenderRecipe:
    """What decides a drawing besides base, LoRAs, words and seed."""

    steps: int = 20
    batch: int = 8
    """Candidates that are drawn at once."""
    candidates: int = 3
    """Candidates for each portrait that goes out."""
    guidance: float = 3.0
    """The guidance scale for a style that says none for this base; 1 leaves guidance out."""
    solver: Solver = "ddim"
    """How a diffusion base is drawn; `lcm` with an LCM-LoRA in it."""

    @property
    def few(self) -> bool:
        """Whether an LCM-LoRA draws, which has guidance in it."""
        return self.solver == "lcm"


def render_recipe_for(name: str, family: str, directory: Path | None = None) -> RenderRecipe:
    """Give the recipe for a base: its own or its family's, changed by `render` in its `limner_recipe.json`.

    Raises BadRecipeError.
    """
    recipe = _BASES.get(name) or _FAMILIES[family]
    if is_distilled(name, family):
        recipe = _TURBO
    try:
        return changed(recipe, own_figures(directory).get("render", {}))
    except (ValueError, TypeError) as error:
        raise BadRecipeError(f"render of {name}", str(error)) from error


def quick(recipe: RenderRecipe) -> RenderRecipe:
    """Draw with an LCM-LoRA: in a few steps, and without guidance, which it has in it.

    Four to eight steps suffice (Luo et al. 2023, arXiv 2311.05556, figure 2).
    """
    return replace(recipe, steps=6, guidance=1.0, solver="lcm")


def suited(style: Style, name: str, recipe: RenderRecipe) -> Style:
    """Give a style as a base draws it, its guidance included.

    A style that was made for another base keeps its words alone: neither its LoRA nor its figures mean anything here.
    """
    if style.base in {None, name}:
        return replace(style, guidance=recipe.guidance if recipe.few else style.guidance or recipe.guidance)
    return replace(style, lora=None, face_scale=1.0, style_scale=1.0, start_strength=1.0, guidance=recipe.guidance)


#: As near as 20 steps of DDIM, in half of the time (docs/measurements.md).
_BASES: Mapping[str, RenderRecipe] = {"nano": RenderRecipe(steps=8, solver="dpm")}

#: The steps are DDIM's, or Euler's of a flow; the scale is of a guidance away from the base (see `sampler`).
_FAMILIES: Mapping[str, RenderRecipe] = {
    "sd15": RenderRecipe(steps=30, batch=4, guidance=5.0),
    "sdxl": RenderRecipe(steps=30, batch=1, guidance=5.0),
    "zimage": RenderRecipe(steps=28, batch=1, candidates=2, guidance=4.0),
}

#: Distilled to eight steps without guidance (the model's card).
_TURBO = replace(_FAMILIES["zimage"], steps=8, guidance=1.0)
