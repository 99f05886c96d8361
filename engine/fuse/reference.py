"""What is kept of a sitter to draw again without the photos: one aligned face, the embeddings, the sitter's words.

Numpy only.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from limner.engine.errors import BadReferenceError
from limner.engine.faces import Face, Floats, Pixels
from limner.engine.likeness import most_typical
from limner.engine.words import sitter_of


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One sitter: the most typical aligned face and the embeddings of all."""

    image: Pixels
    """(size, size, 3) uint8. One face and not all: no more is kept of a person than drawing needs."""
    embeddings: Floats
    """(n, width) float32, of one analyser."""
    sitter: str

    @classmethod
    def of(cls, faces: Sequence[Face]) -> Reference:
        """Keep what is needed of prepared faces; at least one."""
        embeddings = np.stack([face.embedding for face in faces]).astype(np.float32)
        image = faces[most_typical(embeddings)].image
        return cls(image=image, embeddings=embeddings, sitter=sitter_of([face.caption for face in faces]))

    def dump(self) -> bytes:
        """Write an npz file; the same reference gives the same bytes."""
        file = io.BytesIO()
        np.savez(file, image=self.image, embeddings=self.embeddings, sitter=np.array(self.sitter))
        return file.getvalue()

    @classmethod
    def load(cls, data: bytes, width: int) -> Reference:
        """Read what `dump` wrote.

        Raises BadReferenceError, also where its embeddings are not `width` wide: those of another analyser, which was
        in use when the photos came, cannot be compared.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                found = cls(image=file["image"], embeddings=file["embeddings"], sitter=str(file["sitter"]))
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise BadReferenceError from error
        if found.embeddings.ndim != 2 or found.embeddings.shape[1] != width:
            raise BadReferenceError
        return found
