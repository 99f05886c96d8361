"""The second pass on small faces: only where it is wanted, only on the face, and only if it comes closer."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from limner.engine.faces import Detection, EmbeddingSpace, Floats, Pixels
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.drawing import Drawing, Pace
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.recipe import RenderRecipe
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.repaint import REFINED, refine_face, small_face
from limner.engine.models.base import BaseModel
from limner.engine.progress import Progress, ignore, never
from limner.engine.styles import Style
from limner.tests.fakes.analyser import PaperAnalyser, paper_photo
from limner.tests.fakes.base import SPACE, make_faces

PHOTO = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0)
PICTURE = paper_photo((1, 180, 150, 50))
FACE = PaperAnalyser().detect(PICTURE)[0]


@dataclass
class Fickle:
    """Sees one face at the same place in every picture; each is closer to the sitter than the last one, or farther."""

    closer: bool
    looks: int = 0
    space: EmbeddingSpace = SPACE

    def detect(self, image: Pixels) -> list[Detection]:
        """Find the face."""
        return [FACE]

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Be half from the sitter's zeros at first; less or more as it goes on."""
        self.looks += 1
        far = 0.9 ** (self.looks if self.closer else -self.looks)
        return np.full(128, far * 0.5 / np.sqrt(128), np.float32)


def _reference() -> Reference:
    return replace(Reference.of(make_faces(3)), embeddings=np.zeros((1, 128), np.float32))


def _refine(base: BaseModel, analyser: Fickle) -> Pixels:
    with fused(base, face=None, style=None) as fusion:
        return refine_face(
            Drawing(fusion, PHOTO, RenderRecipe(steps=6), _reference(), analyser, Pace(0, ignore, never)),
            PICTURE,
            FACE,
            seed=1,
        )


def test_only_the_face_is_drawn_again(tiny_base: BaseModel) -> None:
    """Far from the head the portrait keeps every bit; the face itself is new."""
    # The picture as it was is looked at last, after the candidates.
    made = _refine(tiny_base, Fickle(closer=False))
    changed = (made != PICTURE).any(axis=2)
    assert changed[150:200, 180:230].mean() > 0.9
    assert not changed[:80].any()
    assert not changed[300:].any()
    assert not changed[:, :100].any()


def test_what_comes_no_closer_is_left(tiny_base: BaseModel) -> None:
    """When no candidate is closer to the sitter than the portrait was, the portrait stays."""
    assert np.array_equal(_refine(tiny_base, Fickle(closer=True)), PICTURE)


@pytest.mark.parametrize("size, width, answer", [(512, 50, "yes"), (512, 80, "no"), (128, 50, "no"), (1024, 71, "yes")])
def test_small_faces_of_large_portraits_want_it(tiny_base: BaseModel, size: int, width: int, answer: str) -> None:
    """A face below 18 % of the side, but never on a base that draws aligned faces only."""
    picture = paper_photo((1, 100, 100, width))
    found = small_face(replace(tiny_base, size=size), picture, PaperAnalyser())
    assert (found is not None) == (answer == "yes")


def test_no_face_no_second_pass(tiny_base: BaseModel) -> None:
    """A portrait in which nobody is seen is left alone."""
    assert small_face(replace(tiny_base, size=512), np.zeros_like(PICTURE), PaperAnalyser()) is None


def test_the_pipeline_gives_small_faces_a_second_pass(tiny_base: BaseModel) -> None:
    """A portrait of a large base with a small face costs the second pass's steps too, and is told in the progress."""
    large = replace(tiny_base, size=320, prompts={})
    seen: list[Progress] = []
    portraits = render(
        large, None, PHOTO, _reference(), Fickle(closer=False), count=1, candidates=1, seed=1, on_progress=seen.append
    )
    assert len(portraits) == 1
    assert seen[0].total == 6 + 1
    assert seen[-1].done == seen[-1].total == 6 + 1 + 3 + REFINED
