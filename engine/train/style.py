"""Train a Style LoRA: the same steps as a face's, on pictures in one style, without a likeness to judge by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from limner.engine.errors import StoppedError
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import fit
from limner.engine.progress import OnProgress, Progress, ShouldStop, ignore, never
from limner.engine.train.dataset import dataset_of_images
from limner.engine.train.learner import learner
from limner.engine.train.loop import learning_rate
from limner.engine.train.recipe import FaceRecipe


def train_style_lora(
    base: BaseModel,
    pictures: Sequence[np.ndarray],
    captions: Sequence[str],
    recipe: FaceRecipe,
    *,
    plain: str,
    seed: int,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
) -> bytes:
    """Train on square uint8 pictures with their captions for `recipe.max_steps`; return a safetensors file.

    `plain` is the caption that names the style and no more ("pencil drawing of a person"). The base is left as it was.
    Raises DivergedError and StoppedError.
    """
    images = [fit(picture, recipe.resolution or base.size) for picture in pictures]
    data = dataset_of_images(base, images, captions, recipe.augmentation, plain=plain, seed=seed)
    with learner(base, recipe, seed=seed) as trainer:
        while trainer.step < recipe.max_steps:
            if should_stop():
                raise StoppedError("training", trainer.step)
            trainer.advance(data, learning_rate(recipe, trainer.step))
            on_progress(Progress("train", trainer.step, recipe.max_steps))
        notes = {"base": base.name, "base_fingerprint": base.fingerprint, "steps": str(trainer.step)}
        return trainer.dump(notes)
