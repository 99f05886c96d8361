"""The picture that stands for a style where people choose one: drawn by the base, of nobody in particular."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image

from limner.engine.errors import BlockedError
from limner.engine.faces import Pixels
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.guard import safe
from limner.engine.fuse.sampler import Sampling, sample
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import decode_latents, encode_prompts

#: Of a gallery's picture, in pixels.
SIDE = 384
_TRIES = 4


def gallery_picture(
    base: BaseModel,
    prompt: str,
    lora: bytes | None,
    how: Sampling,
    *,
    scale: float = 1.0,
    seed: int,
    on_step: Callable[[int, int], None] | None = None,
) -> bytes:
    """Draw `prompt` with a style's LoRA at its `scale`, as a JPEG file; the same arguments give the same file.

    Where the base's safety checker objects, the next seed is taken. Raises BadLoraError and BlockedError.
    """
    text = encode_prompts(base, [prompt, ""])
    said, negative = (text.rows(slice(row, row + 1)) for row in (0, 1))
    with fused(base, face=None, style=lora) as fusion:
        fusion.scale(face=0.0, style=scale)
        for other in range(_TRIES):
            latents = sample(base, said, negative, how, seeds=[seed + other], on_step=on_step)
            images = decode_latents(base, latents)
            if safe(base, images)[0]:
                return gallery_jpeg(images[0])
    raise BlockedError(_TRIES)


def gallery_jpeg(picture: Pixels) -> bytes:
    """Write a square picture in the gallery's size, without anything beside its pixels."""
    small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=88)
    return out.getvalue()
