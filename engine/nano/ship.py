"""Put the newest nano into the package: ``python -m limner.engine.nano.ship DIR``.

Takes the averaged UNet and text encoder of ``DIR/unet.pt`` and the codec in ``DIR/vae``, and writes
``engine/nano/weights`` with a model card. Refuses what is larger than the package may carry.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from limner.engine.bases import NANO
from limner.engine.nano.unet import Trainer

LIMIT_MB = 40

_CARD = """---
license: apache-2.0
library_name: diffusers
---
# nano

A demonstration model: a small Stable Diffusion of 256 px, trained on a processor from photos of six fictional people
(P001 to P006 of openpeople, MIT). It shows that every part of limner works, without a GPU and without a download.
It knows faces seen from the front, a few words (hair, expressions, thirteen styles) and nothing else. For portraits
that people keep, use a full model (README.md, "A full model").

Made by the recipe in `engine/nano/`. UNet and text encoder: {steps} steps of 32 pictures.
"""


def main() -> None:
    """Write the weights and say how large they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    options = parser.parse_args()
    trainer = Trainer(options.directory, total=1)
    made = trainer.save()
    (made / "README.md").write_text(_CARD.format(steps=trainer.step))
    size = sum(file.stat().st_size for file in made.rglob("*") if file.is_file()) / 2**20
    if size > LIMIT_MB:
        message = f"nano is {size:.1f} MB and may be {LIMIT_MB}: make the UNet narrower (engine/nano/unet.py)."
        raise SystemExit(message)
    shutil.rmtree(NANO, ignore_errors=True)
    shutil.copytree(made, NANO)
    print(f"{NANO}: {size:.1f} MB, {trainer.step} steps")


if __name__ == "__main__":
    main()
