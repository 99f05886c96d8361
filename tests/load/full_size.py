"""Load a base of true size with random weights through the engine, take two steps of a training, paint in two steps.

`python -m limner.tests.load.full_size sdxl --precision bfloat16 --pixels 512` prints seconds and the peak of resident
memory of each. It says that the engine's way is passable at that size, on a processor; nothing of the pictures.
Linux only.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch

from limner.deploy.machine import give_memory_back
from limner.engine.bases import FAMILIES
from limner.engine.fuse.adapters import Fusion
from limner.engine.fuse.sampler import Sampling, sample
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.coding import decode_latents, encode_prompts
from limner.engine.models.lora import fresh_lora
from limner.engine.models.running import Running
from limner.engine.models.vae import vae_scale_factor
from limner.engine.quiet import quiet
from limner.engine.train.dataset import dataset_of_faces
from limner.engine.train.learner import Trainer
from limner.engine.train.recipe import Augmentation, recipe_for
from limner.tests.fakes.base import make_faces
from limner.tests.fakes.bases import write_sd15, write_sdxl, write_zimage
from limner.tests.load.estimate import build

STEPS = 2

T = TypeVar("T")


def main() -> None:
    """Measure one family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=["sd15", "sdxl", "zimage"])
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--pixels", type=int, default=512)
    chosen = parser.parse_args()
    give_memory_back()
    quiet()
    with tempfile.TemporaryDirectory() as folder:
        directory = write(Path(folder) / chosen.family, chosen.family, getattr(torch, chosen.precision))
        base = _told("load", lambda: load_base(directory, Running("cpu", chosen.precision)))
    _told(f"train {STEPS} steps", lambda: train(base, chosen.pixels))
    _told(f"paint in {STEPS} steps", lambda: paint(base, chosen.pixels))


def write(directory: Path, family: str, dtype: torch.dtype) -> Path:
    """Write networks of the published sizes beside the tokenizers and the schedule of a small base."""
    {"sd15": write_sd15, "sdxl": write_sdxl, "zimage": write_zimage}[family](directory)
    parts = build(family, dtype)
    for part in FAMILIES[family].parts:
        shutil.rmtree(directory / part.folder)
        name = "denoiser" if part.folder == FAMILIES[family].denoiser else part.folder
        parts.pop(name).save_pretrained(str(directory / part.folder), safe_serialization=True)
    return directory


def train(base: BaseModel, pixels: int) -> None:
    """Take steps by the family's recipe, one picture each."""
    recipe = recipe_for("published", base.family.name)
    if recipe.checkpointing:
        base.denoiser.enable_gradient_checkpointing()
    data = dataset_of_faces(base, make_faces(1), Augmentation(variants=1), plain="photo", seed=0, size=pixels)
    targets = list(recipe.targets)
    with fresh_lora(base, "face", rank=recipe.rank, alpha=recipe.alpha, targets=targets, seed=0) as parameters:
        trainer = Trainer(base, parameters, recipe, seed=0)
        for _ in range(STEPS):
            trainer.advance(data, recipe.lr)


def paint(base: BaseModel, pixels: int) -> None:
    """Draw one picture with guidance, and decode it."""
    words = encode_prompts(base, ["photo of sks person", ""])
    side = pixels // vae_scale_factor(base.vae)
    shape = (base.latent_shape[0], side, side)
    said, negative = words.rows(slice(0, 1)), words.rows(slice(1, 2))
    decode_latents(base, sample(Fusion(base), said, negative, Sampling(STEPS, 3.0), seeds=[1], shape=shape))


def _told(what: str, run: Callable[[], T]) -> T:
    # Linux begins a new high-water mark; see `man 5 proc`.
    Path("/proc/self/clear_refs").write_text("5")
    began = time.monotonic()
    found = run()
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) / 2**20 for line in lines if line.startswith("VmHWM"))
    print(f"{what}: {time.monotonic() - began:.0f} s, at most {peak:.1f} GiB", flush=True)  # noqa: T201
    return found


if __name__ == "__main__":
    main()
