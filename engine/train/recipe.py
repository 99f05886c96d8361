"""The figures of a training, as data. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from limner.engine.errors import BadRecipeError
from limner.engine.figures import RECIPE_FILE, changed, is_distilled, own_figures

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
    checkpoint_every: int = 25
    """The steps that a killed training takes again at most; a checkpoint has 20 bytes for each number of the LoRA."""
    resolution: int = 0
    """The side of the pictures that are learned, in pixels; 0: the base's own."""
    checkpointing: bool = False
    """Work activations out twice instead of keeping them: a third slower, and a fraction of the memory."""
    seconds: float = 240.0
    """The time budget, judgements and last steps included. A run that stays within it does not depend on the machine's
    speed; one that would not is judged at once, and its last steps follow."""


def recipe_for(name: str, family: str, directory: Path | None = None) -> FaceRecipe:
    """Give the recipe for a base: its own or its family's, changed by `limner_recipe.json` in its directory.

    nano's figures were measured (docs/measurements.md). The other families' are the field's and were not yet measured
    here. Raises BadRecipeError.
    """
    recipe = _BASES.get(name) or _FAMILIES[family]
    if is_distilled(name, family):
        recipe = replace(recipe, judge_steps=8, judge_guidance=1.0)
    own = own_figures(directory)
    return _changed(recipe, {key: value for key, value in own.items() if key not in _OTHERS}, directory)


def style_recipe_for(name: str, family: str, directory: Path | None = None) -> FaceRecipe:
    """Give the recipe for a Style LoRA on a base, changed by `style` in its `limner_recipe.json`.

    nano's is the one that made its own styles. The other families' is the field's, and was not yet measured here.
    What is about likeness in it is not used. Raises BadRecipeError.
    """
    recipe = _STYLES_OF_BASES.get(name) or replace(_FAMILIES[family], **_STYLE)
    return _changed(recipe, own_figures(directory).get("style", {}), directory)


def _changed(recipe: FaceRecipe, changes: object, directory: Path | None) -> FaceRecipe:
    try:
        return changed(recipe, changes)
    except (ValueError, TypeError) as error:
        raise BadRecipeError(f"{directory}/{RECIPE_FILE}", str(error)) from error


#: What `limner_recipe.json` holds besides the figures of a Face LoRA.
_OTHERS = {"render", "style"}


#: FaceChain: attention only, rank 4, 1.5e-4, 200 steps a photo. The rank is that of later trainers.
_STABLE_DIFFUSION = replace(
    FaceRecipe(),
    targets=_TRANSFORMER,
    lr=1.5e-4,
    batch=2,
    max_steps=600,
    judge_guidance=5.0,
    judge_steps=12,
    seconds=1800.0,
)

_BASES: Mapping[str, FaceRecipe] = {"nano": FaceRecipe()}

_FAMILIES: Mapping[str, FaceRecipe] = {
    "sd15": _STABLE_DIFFUSION,
    # diffusers' own DreamBooth script for it: 1e-4, batch 1. A checkpoint has 851 MB: half as many as of a small base.
    "sdxl": replace(_STABLE_DIFFUSION, lr=1e-4, batch=1, checkpoint_every=50, checkpointing=True, seconds=3600.0),
    # Trainers of Z-Image (ai-toolkit, diffusers): 1e-4, batch 1, attention and feed-forward.
    "zimage": replace(
        _STABLE_DIFFUSION,
        targets=("to_q", "to_k", "to_v", "to_out.0", "feed_forward.w1", "feed_forward.w2", "feed_forward.w3"),
        lr=1e-4,
        batch=1,
        checkpoint_every=50,  # of 794 MB
        checkpointing=True,
        judge_guidance=4.0,
        judge_steps=16,
        seconds=3600.0,
    ),
}

#: The tints are part of a style and stay as they are; a picture is shown mirrored, too.
_STYLE_PICTURES = Augmentation(variants=2, brightness=0.0, contrast=0.0, saturation=0.0)

#: Twice the steps of a face, since the pictures are more and differ more; the rate of diffusers' own script for LoRAs.
_STYLE: Mapping[str, Any] = {"lr": 1e-4, "max_steps": 1200, "augmentation": _STYLE_PICTURES}

_STYLES_OF_BASES: Mapping[str, FaceRecipe] = {
    # Its own styles' words were in its training, and 150 steps did; eight ranks keep a file below 2 MB.
    "nano": replace(
        FaceRecipe(), rank=8, alpha=8.0, max_steps=150, ema=0.97, augmentation=replace(_STYLE_PICTURES, variants=8)
    ),
}
