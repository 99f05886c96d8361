"""Train nano's Style LoRAs with the engine's own code, on stylised renderings of P001 to P006.

``python -m limner.engine.nano.style_loras DIR`` takes the faces in ``DIR`` and the base in the package, and writes
``lora.safetensors`` and ``preview.jpg`` into each style's folder of :mod:`limner.engine.styles`. The preview is drawn
by nano itself, of nobody in particular.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from limner.engine.fuse.gallery import gallery_picture
from limner.engine.fuse.sampler import Sampling
from limner.engine.models.base import BaseModel, load_base
from limner.engine.nano.augment import draws
from limner.engine.nano.pictures import learned_faces
from limner.engine.nano.stylise import STYLISE
from limner.engine.styles.registry import BUILT_IN
from limner.engine.train.recipe import Augmentation, style_recipe_for
from limner.engine.train.style import train_style_lora

PICTURES = 240
#: One version of each picture: they all differ.
RECIPE = replace(style_recipe_for("nano", "sd15"), augmentation=Augmentation(variants=1))
_PREVIEW = "{} of a woman, short curly black hair, neutral, grey background"


def train(base: BaseModel, directory: Path, style: str) -> bytes:
    """Return the Style LoRA of one style as a safetensors file."""
    samples = list(draws(learned_faces(directory), PICTURES, seed=1000, style=style))
    begin = STYLISE[style][0]
    return train_style_lora(
        base,
        [sample.image for sample in samples],
        [sample.caption or f"{begin} of a person" for sample in samples],
        RECIPE,
        plain=f"{begin} of a person",
        seed=0,
    )


def preview(base: BaseModel, style: str | None, lora: bytes | None, seed: int = 22) -> bytes:
    """Draw the picture that stands for a style in the gallery, as a JPEG file."""
    begin = STYLISE[style][0] if style else "photo"
    return gallery_picture(base, _PREVIEW.format(begin), lora, Sampling(steps=30, guidance=2.5), seed=seed)


def in_package() -> list[str]:
    """List the styles of nano that have a folder; the others wait for a nano that knows their words."""
    return [style for style in (*STYLISE, "photo") if (BUILT_IN / style / "style.yaml").is_file()]


def main() -> None:
    """Train the styles that the command line names, or all of them, and draw their previews."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--styles", nargs="+", choices=in_package(), default=in_package())
    parser.add_argument("--seed", type=int, default=22, help="of the preview")
    parser.add_argument("--previews-only", action="store_true")
    options = parser.parse_args()
    base = load_base("nano")
    for style in options.styles:
        folder = BUILT_IN / style
        lora = None
        if style in STYLISE and options.previews_only:
            lora = (folder / "lora.safetensors").read_bytes()
        elif style in STYLISE:
            lora = train(base, options.directory, style)
            (folder / "lora.safetensors").write_bytes(lora)
        known = style if style in STYLISE else None
        (folder / "preview.jpg").write_bytes(preview(base, known, lora, options.seed))
        print(f"{style}: {len(lora or b'') / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main()
