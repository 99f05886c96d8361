"""Pictures that share a style, LoRA files of other people's trainers, and `limner styles` as a person types it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result
from PIL import Image
from safetensors.numpy import load, save

from limner.deploy.cli import main
from limner.engine.styles import Style
from limner.tests.fakes.base import ColourAnalyser, make_faces


def folder_of_pictures(folder: Path, count: int = 4) -> Path:
    """Write so many pictures, wider than high, in which no analyser finds a face."""
    folder.mkdir(parents=True)
    for number, face in enumerate(make_faces(count, size=96)):
        Image.fromarray(np.pad(face.image, ((0, 0), (20, 20), (0, 0)), mode="edge")).save(folder / f"{number}.png")
    return folder


def multiplied(lora: bytes, factor: float) -> bytes:
    """Multiply all numbers of a LoRA file, whose notes are lost with it."""
    return save({name: (values * np.float32(factor)).astype(np.float32) for name, values in load(lora).items()})


def limner_styles(base: Path, *words: object) -> Result:
    """Run `limner styles` on a base."""
    return CliRunner().invoke(main, ["styles", *map(str, words)], env={"LIMNER_BASE_MODEL": str(base)})


def drawn(base: Path, style: Style) -> bytes:
    """Draw a portrait in a style, without a Face LoRA."""
    from limner.engine.fuse.pipeline import render
    from limner.engine.fuse.reference import Reference
    from limner.engine.models.base import load_base

    faces = Reference.of(make_faces(3))
    return render(load_base(base), None, style, faces, ColourAnalyser(), count=1, candidates=1, seed=1)[0].png
