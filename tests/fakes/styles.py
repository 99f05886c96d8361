"""Pictures that share a style, in a folder as a person has them, and LoRA files of other people's trainers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load, save

from limner.tests.fakes.base import make_faces


def folder_of_pictures(folder: Path, count: int = 4) -> Path:
    """Write so many pictures, wider than high, in which no analyser finds a face."""
    folder.mkdir(parents=True)
    for number, face in enumerate(make_faces(count, size=96)):
        Image.fromarray(np.pad(face.image, ((0, 0), (20, 20), (0, 0)), mode="edge")).save(folder / f"{number}.png")
    return folder


def multiplied(lora: bytes, factor: float) -> bytes:
    """Multiply all numbers of a LoRA file, whose notes are lost with it."""
    return save({name: (values * np.float32(factor)).astype(np.float32) for name, values in load(lora).items()})
