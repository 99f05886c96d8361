"""The figures of a training, as data. Loads no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import msgspec

from limner.engine.errors import BadRecipeError

#: A base's own figures, beside its weights.
RECIPE_FILE = "limner_recipe.json"

#: Attention, feed-forward and the projections around them.
_TRANSFORMER = ("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2", "proj_in", "proj_out")
#: The residual blocks. A small base keeps much of a face in its convolutions.
_CONVOLUTIONS = ("conv1", "conv2", "conv_shortcut")


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How crops are varied before they are encoded: shares of the side, degrees and relative amounts."""

    variants: int = 16
    """How many versions of each face, half of them mirrored."""
    shift: float = 0.03
    scale: float = 0.06
    rotation: float = 4.0
    brightness: float = 0.06
    contrast: float = 0.06
    saturation: float = 0.08


@dataclass(frozen=True, slots=True)
class FaceRecipe:
    """Everything that decides a training besides the base, the faces and the seed."""

    rank: int = 16
    alpha: float = 16.0
    targets: tuple[str, ...] = _TRANSFORMER + _CONVOLUTIONS
    lr: float = 1.5e-3
    lr_end: float = 0.1
    """The share of `lr` that the cosine ends at."""
    warmup: int = 20
    batch: int = 8
    max_steps: int = 400
    """Steps without the held-out face."""
    finish_steps: int = 80
    """Steps with all faces, from the chosen weights; 0 for none."""
    finish_rate: float = 0.5
    """The share of `lr` that those steps begin with."""
    weight_decay: float = 1e-2
    clip: float = 1.0
    min_snr_gamma: float | None = 5.0
    ema: float = 0.98
    plain_caption: float = 0.5
    """The share of samples that see "photo of sks person" alone, as a style's prompt says it."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    judge_every: int = 50
    judge_samples: int = 4
    judge_steps: int = 8
    judge_guidance: float = 2.5
    patience: int = 4
    """Judgements without a better one before training ends early."""
    checkpoint_every: int = 100
    seconds: float = 240.0
    """The time budget, judgements and last steps included. A run that stays within it does not depend on the machine's
    speed; one that would not is judged at once, and its last steps follow."""


def recipe_for(name: str, directory: Path | None = None) -> FaceRecipe:
    """Give the recipe for a base: that of its name, changed by `limner_recipe.json` in its directory.

    nano's rate was measured with an unseen sitter (docs/measurements.md); its other figures were not yet. Others get
    those of the field: attention only, a gentler rate (FaceChain: rank 4, 1.5e-4, 200 steps a photo), no limit that a
    GPU would reach. Raises BadRecipeError.
    """
    recipe = FaceRecipe() if name == "nano" else _OTHERS
    file = None if directory is None else directory / RECIPE_FILE
    if file is None or not file.is_file():
        return recipe
    try:
        return changed(recipe, json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BadRecipeError(str(file), str(error)) from error


def changed(recipe: FaceRecipe, changes: object) -> FaceRecipe:
    """Change a recipe by plain data, as JSON has it. Raises ValueError or TypeError for what it cannot take."""
    if not isinstance(changes, Mapping):
        raise TypeError("it is not a mapping")
    if unknown := sorted(set(changes) - {one.name for one in fields(FaceRecipe)}):
        raise ValueError(f"{', '.join(unknown)} is not known")
    return msgspec.convert({**asdict(recipe), **changes}, FaceRecipe)


_OTHERS = replace(
    FaceRecipe(),
    targets=_TRANSFORMER,
    lr=1.5e-4,
    batch=2,
    max_steps=600,
    judge_guidance=5.0,
    judge_steps=12,
    seconds=1800.0,
)
