"""Who takes part in the floor's bench: a base with a floor, and users with their Face LoRAs and styles.

The Face LoRAs are of chance, of the rank and the layers that the base's own recipe trains: speed does not hang on what
is in them. Styles are the base's own; where it has none, their LoRAs are of chance as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import torch

from limner.engine.floor.layout import laid_out
from limner.engine.floor.learning import modules_of
from limner.engine.floor.seats import Seats
from limner.engine.fuse.sampler import Sampling
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_prompts
from limner.engine.models.lora import write_lora
from limner.engine.styles import Style, load_styles
from limner.engine.train.dataset import Dataset
from limner.engine.train.recipe import FaceRecipe, recipe_for, style_recipe_for
from limner.engine.words import name_sitter, plain_caption

#: As a trained LoRA's B: enough to change what is drawn, not so much that a picture runs away from rounding.
_STRENGTH = 0.01
_CROPS = 16


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    users: int = 8
    repeats: int = 5
    steps: int = 20
    lessons: int = 2
    """Steps of each training a repeat."""
    singles: int = 4
    """Single renders a repeat."""


@dataclass(frozen=True, slots=True, eq=False)
class User:
    """Somebody whose Face LoRA is there: the bytes for us, the file for those who read files."""

    name: str
    style: Style
    prompt: str
    face: bytes
    file: Path
    seed: int

    @property
    def files(self) -> dict[str, Path]:
        """Name the LoRA files of a portrait of this user."""
        assert self.style.lora is not None
        return {"face": self.file, "style": self.style.lora}

    @property
    def scales(self) -> dict[str, float]:
        """Give their multipliers."""
        return {"face": self.style.face_scale, "style": self.style.style_scale}


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Everything that a measurement needs."""

    base: BaseModel
    seats: Seats
    users: tuple[User, ...]
    recipe: FaceRecipe
    data: Dataset
    effort: Effort
    guidance: float

    def how(self, *, classifier_free: bool = False) -> Sampling:
        """Say how a portrait is drawn."""
        return Sampling(self.effort.steps, self.guidance, classifier_free=classifier_free)


@contextmanager
def world_of(base: BaseModel, effort: Effort, folder: Path, guidance: float = 3.0) -> Iterator[World]:
    """Lay out a floor with a seat for each user and one for who comes in between; close it at the end.

    `folder` takes the LoRA files.
    """
    recipe = recipe_for(base.name, base.family.name, base.directory)
    styles = _styles(base, folder)
    seats = laid_out(base, effort.users + 1, styles)
    users = tuple(
        _user(base, recipe, number, style, folder)
        for number, style in enumerate(islice(cycle(styles.values()), effort.users))
    )
    try:
        yield World(base, seats, users, recipe, _data(base), effort, guidance)
    finally:
        seats.clear()


def random_lora(base: BaseModel, recipe: FaceRecipe, seed: int) -> bytes:
    """Write a LoRA of chance with the recipe's rank on the recipe's layers."""
    chance = torch.Generator().manual_seed(seed)
    layers = {}
    for name in modules_of(base, recipe):
        weight = base.denoiser.get_submodule(name).weight
        down, up = (recipe.rank, *weight.shape[1:]), (len(weight), recipe.rank, *[1] * (weight.dim() - 2))
        layers[f"{name}.lora_A.weight"] = torch.randn(down, generator=chance) / weight[0].numel() ** 0.5
        layers[f"{name}.lora_B.weight"] = torch.randn(up, generator=chance) * _STRENGTH
    config = {"r": recipe.rank, "lora_alpha": recipe.alpha, "target_modules": set(recipe.targets)}
    config |= {"rank_pattern": {}, "alpha_pattern": {}, "use_dora": False, "lora_bias": False}
    return write_lora(base, layers, config)


def _user(base: BaseModel, recipe: FaceRecipe, number: int, style: Style, folder: Path) -> User:
    face = random_lora(base, recipe, number)
    file = folder / f"face-{number}.safetensors"
    file.write_bytes(face)
    return User(f"user {number}", style, name_sitter(style.prompt, "sks person"), face, file, number)


def _styles(base: BaseModel, folder: Path) -> Mapping[str, Style]:
    own = {name: one for name, one in load_styles().items() if one.base == base.name and one.lora is not None}
    return own or {name: _random_style(base, name, seed, folder) for seed, name in enumerate(("one", "other"), 1000)}


def _random_style(base: BaseModel, name: str, seed: int, folder: Path) -> Style:
    file = folder / f"style-{name}.safetensors"
    file.write_bytes(random_lora(base, style_recipe_for(base.name, base.family.name, base.directory), seed))
    return Style(name, name, name, f"{name} of sks person", lora=file, face_scale=0.9, style_scale=0.7)


def _data(base: BaseModel) -> Dataset:
    """Give latents of chance to learn from."""
    chance = torch.Generator().manual_seed(0)
    shape = base.latent_shape
    return Dataset(
        latents=torch.randn((_CROPS, *shape), generator=chance).to(base.device),
        masks=torch.ones(_CROPS, 1, *shape[1:], device=base.device),
        captions=torch.zeros(_CROPS, dtype=torch.long),
        texts=encode_prompts(base, [plain_caption("sks person")]),
    )
