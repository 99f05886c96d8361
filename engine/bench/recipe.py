"""How Face LoRAs are trained and portraits drawn elsewhere, as data: a YAML file for each recipe. Loads no torch.

`trainer` says who trains: `limner` is the engine itself, its figures changed by `figures`; `plain` is
:mod:`limner.engine.bench.rivals`; `none` trains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
import yaml

from limner.engine.errors import BadRecipeError

FOLDER = Path(__file__).resolve().parent / "recipes"


class BenchRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way from photos to portraits. What follows `figures` is for `plain` trainers alone."""

    name: str
    words: str
    trainer: Literal["limner", "plain", "none"]
    figures: Mapping[str, object] = {}
    """Changes to the engine's own `FaceRecipe`."""

    rank: int = 4
    alpha: float = 4.0
    targets: tuple[str, ...] = ()
    text_targets: tuple[str, ...] = ()
    """Layers of the text encoder that learn, too."""
    lr: float = 1e-4
    falling: bool = False
    """Whether the rate falls along a cosine to nought; otherwise it stays."""
    steps_per_photo: int = 0
    max_steps: int = 0
    """The end, where there are more steps for the photos; with no `steps_per_photo`, the steps."""
    accumulate: int = 1
    """Batches of one picture for each step."""
    white_background: bool = False
    own_captions: bool = True
    """Whether each photo has its own caption, or all the plain one."""
    average_every: int = 0
    """Compare the weights so often by four quick portraits; what is used is the average of the three best."""
    mark_every: int = 100
    """How often the weights are put aside, to see later how near they were."""
    draw_steps: int = 20
    candidates: int = 0
    """How many are drawn for a request, and ranked by likeness; 0: only what goes out."""
    face_scale: float = 1.0
    style_scale: float = 1.0

    def steps(self, photos: int) -> int:
        """Count the steps for a set of photos."""
        wanted = self.steps_per_photo * photos or self.max_steps
        return min(wanted, self.max_steps or wanted)


def find_recipe(name: str) -> BenchRecipe:
    """Read a recipe that is in the package, or the YAML file of that path. Raises BadRecipeError."""
    file = Path(name) if name.endswith((".yaml", ".yml")) else FOLDER / f"{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(one.stem for one in FOLDER.glob("*.yaml")))
        raise BadRecipeError(name, f"there is no such recipe; choose from {known}, or name a YAML file")
    try:
        return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), BenchRecipe)
    except (ValueError, yaml.YAMLError) as error:
        raise BadRecipeError(str(file), str(error)) from error
