"""How a floor is laid out on a base: for its recipe's Face LoRAs and for every style that it draws."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

import torch

from limner.engine.errors import BadLoraError
from limner.engine.floor.floor import Floor
from limner.engine.floor.layers import Stack, Weights
from limner.engine.floor.learning import modules_of
from limner.engine.floor.loading import weights_of
from limner.engine.floor.seats import Seats
from limner.engine.fuse.pipeline import few_step_lora, style_lora
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_prompts
from limner.engine.styles import Style
from limner.engine.train.recipe import recipe_for

_log = logging.getLogger(__name__)

#: Samples at once that are tried on a device, and the seconds that trying may take.
SIZES = (2, 4, 8, 16, 32)
TRYING_S = 3.0
#: A larger batch is only worth its wait where it is faster by so much for each sample.
WORTH = 1.05


def laid_out(base: BaseModel, seats: int, styles: Mapping[str, Style]) -> Seats:
    """Lay a floor of so many seats out on a base, large enough for its own recipe and for the styles made for it.

    Raises BadRecipeError, and BadLoraError for an LCM-LoRA that cannot be read.
    """
    recipe = recipe_for(base.name, base.family.name, base.directory)
    added = _added(base, styles)
    targets = dict.fromkeys([*modules_of(base, recipe), *(name for weights in added for name in weights)])
    rank = recipe.rank + sum(_rank(weights) for weights in added)
    lessons = Stack(base.denoiser, recipe.targets, slots=seats, rank=recipe.rank)
    drawings = Stack(base.denoiser, list(targets), slots=seats, rank=rank)
    return Seats(Floor(base, lessons, drawings, largest=best_size(base)))


def best_size(base: BaseModel) -> int:
    """Try how many samples at once the device draws fastest: the smallest number that is almost as fast as the best."""
    words = encode_prompts(base, [""])
    paces: dict[int, float] = {}
    began = time.monotonic()
    for size in SIZES:
        latents = torch.zeros(size, *base.latent_shape, device=base.device)
        timesteps = base.schedule.at(torch.full((size,), 0.5))
        with torch.no_grad():
            started = time.monotonic()
            base.predict(latents, timesteps, words.repeat(size))[0, 0, 0, 0].item()  # waits for the device
        paces[size] = (time.monotonic() - started) / size
        if time.monotonic() - began > TRYING_S:
            break
    best = min(paces.values())
    return min(size for size, pace in paces.items() if pace <= WORTH * best)


def _added(base: BaseModel, styles: Mapping[str, Style]) -> list[Weights]:
    """Give what is drawn with beside a Face LoRA: each layer's largest of all styles, and an LCM-LoRA."""
    whole: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    for style in styles.values():
        for name, pair in _weights(base, style).items():
            if name not in whole or len(pair[0]) > len(whole[name][0]):
                whole[name] = pair
    few = few_step_lora(base)
    return [weights for weights in (whole, weights_of(base, few) if few else {}) if weights]


def _weights(base: BaseModel, style: Style) -> Weights:
    """Read a style's LoRA if the base draws it; one that cannot be stacked fails whoever asks for it alone."""
    data = style_lora(style) if style.base in {None, base.name} else None
    try:
        return weights_of(base, data) if data else {}
    except BadLoraError as error:
        _log.warning("The style %s cannot be drawn at a seat: %s", style.name, error)
        return {}


def _rank(weights: Weights) -> int:
    return max(len(down) for down, _ in weights.values())
