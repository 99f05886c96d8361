"""The picture that stands for a style where people choose one: drawn by the base, of nobody in particular."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image

from limner.engine.errors import BlockedError
from limner.engine.faces import Pixels
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.safety import safe_for
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

    Where it may not be shown (`safety`), the next seed is taken. Raises BadLoraError and BlockedError.
    """
    text, safe = encode_prompts(base, [prompt, ""]), safe_for(base)
    said, negative = (text.rows(slice(row, row + 1)) for row in (0, 1))
    with fused(base, face=None, style=lora) as fusion:
        fusion.scale(face=0.0, style=scale)
        for other in range(_TRIES):
            latents = sample(fusion, said, negative, how, seeds=[seed + other], on_step=on_step)
            picture = decode_latents(base, latents)[0]
            if safe(picture):
                return gallery_jpeg(picture)
    raise BlockedError(_TRIES)


def gallery_jpeg(picture: Pixels) -> bytes:
    """Write a square picture in the gallery's size, without anything beside its pixels."""
    small = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=88)
    return out.getvalue()
