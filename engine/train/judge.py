"""The likeness that picks the weights: a few quick portraits against faces the training has not seen.

With three faces or more one of them is held out: the most typical, because its distance to a true likeness scatters
least. It is left out of training until the weights are chosen, and learned in the last steps, for one photo in three is
too much to give away. With one or two faces nothing can be held out, and the judge looks at those that were learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from limner.engine.faces import Analyser, Face
from limner.engine.fuse.sampler import Sampling, Speaker, sample
from limner.engine.likeness import embed_largest, likeness, most_typical
from limner.engine.models.coding import decode_latents, encode_prompts
from limner.engine.train.recipe import FaceRecipe

#: Judged portraits always start from the same noise, for every sitter: only the weights differ between two judgements.
_SEEDS = (11, 23, 37, 53, 71, 89, 101, 113)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Draws quick portraits with whatever LoRA is in the base, and measures their likeness to `known`."""

    analyser: Analyser
    known: tuple[np.ndarray, ...]
    prompt: str
    recipe: FaceRecipe

    def __call__(self, speaker: Speaker) -> float:
        """Give the mean likeness in [0, 1]; a portrait without a face counts as 0 (a distance of 1)."""
        pictures = decode_latents(speaker.base, self._draw(speaker))
        known, space = self.known, self.analyser.space
        scores = [likeness(embed_largest(picture, self.analyser), known, space) for picture in pictures]
        return float(np.mean(scores))

    def _draw(self, speaker: Speaker) -> torch.Tensor:
        count = self.recipe.judge_samples
        words = encode_prompts(speaker.base, [self.prompt, ""])
        return sample(
            speaker,
            words.rows(slice(0, 1)).repeat(count),
            words.rows(slice(1, 2)).repeat(count),
            Sampling(self.recipe.judge_steps, self.recipe.judge_guidance, "dpm"),
            seeds=[_SEEDS[number % len(_SEEDS)] + number // len(_SEEDS) for number in range(count)],
        )


def hold_out(faces: Sequence[Face]) -> tuple[list[Face], list[Face]]:
    """Divide faces into those to learn first and those to judge by (see the module)."""
    if len(faces) < 3:
        return list(faces), list(faces)
    typical = most_typical([face.embedding for face in faces])
    return [face for number, face in enumerate(faces) if number != typical], [faces[typical]]
