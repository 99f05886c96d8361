"""The second judge: portraits that dlib's embedding has ranked and chosen are judged by one that it had no say in.

It is an analyser like any other, whose faces and landmarks are another's, so that whatever measures with dlib can
measure with it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from PIL import Image

from limner.engine.bench.faceres import SIDE, SPACE, FaceRes
from limner.engine.bench.rows import Row
from limner.engine.bench.sitters import distance_to, sitter
from limner.engine.faces import Analyser, Detection, Floats, Pixels
from limner.engine.likeness import embed_largest
from limner.engine.preprocess.align import anchors, similarity, template, warp

ZOOM: Final = 1.15
"""How much larger than on the canonical template the face is: of five from 1 to 1.5 the best on P001 to P006."""

FARTHEST: Final = 2**0.5
"""The distance where no face was found: no two embeddings without negative numbers are further apart."""


class FaceResAnalyser:
    """Find faces as another analyser does and embed them with FaceRes; the folder is as `FaceRes` reads it."""

    space = SPACE

    def __init__(self, folder: Path, finder: Analyser) -> None:
        """Read the network. Raises MissingModelsError."""
        self._network = FaceRes(folder)
        self._finder = finder

    def detect(self, image: Pixels) -> list[Detection]:
        """Return the faces that the other analyser finds."""
        return self._finder.detect(image)

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """Return the (1024,) float32 embedding, of length 1, of a face, upright on the template."""
        return self._network(chip(image, detection))


def chip(image: Pixels, detection: Detection) -> Pixels:
    """Cut out what FaceRes looks at: (224, 224, 3) uint8, the face upright, its eyes 0.24 of the side apart."""
    half = np.array([SIDE / 2, SIDE / 2])
    wanted = (template(SIDE) - half) * ZOOM + half
    return warp(image, similarity(anchors(detection.landmarks) + 0.5, wanted), SIDE)[0]


class SecondJudge:
    """Judge rows of portraits by the photos that their sitters did not give away."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._held_out: dict[tuple[str, int], Floats] = {}

    def judged(self, row: Row, portraits: Sequence[bytes], person: str) -> Row:
        """Return the row with this judge's figures; `person` is the sitter as `sitters.sitter` takes it."""
        if not portraits:
            return row
        known = self._known(person, row.photos)
        far = np.array([self._distance(png, known) for png in portraits])
        return msgspec.structs.replace(
            row,
            judge_distances=tuple(round(float(one), 4) for one in far),
            judge_distance=round(float(np.median(far)), 4),
            judge_same=float((far < self._analyser.space.same_person).mean()),
        )

    def _known(self, person: str, photos: int) -> Floats:
        key = (person, photos)
        if key not in self._held_out:
            self._held_out[key] = sitter(person, self._analyser, photos=photos).held_out
        return self._held_out[key]

    def _distance(self, png: bytes, known: Floats) -> float:
        found = embed_largest(np.asarray(Image.open(io.BytesIO(png)).convert("RGB")), self._analyser)
        return FARTHEST if found is None else distance_to(found, known)
