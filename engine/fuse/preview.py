"""A first sketch of a request, in seconds: what the sitter looks at while the Face LoRA is trained.

With an IP-Adapter-FaceID it is drawn from noise, told whose face it shall be. Without one it begins at the sitter's
most typical aligned photo, and the style is laid over it (SDEdit); the likeness is then the photo's. A style that is a
plain photo gets no such sketch: that would be the person's own photo, a little worse.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from limner.engine.errors import BadFaceAdapterError, BlockedError
from limner.engine.faces import Analyser, Pixels
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.candidates import Candidate, candidate_seeds, pick
from limner.engine.fuse.drawing import Canvas, Drawing, Pace
from limner.engine.fuse.marks import enlarged, portrait_png
from limner.engine.fuse.pipeline import few_step_lora, parameters_of, style_lora, way_of_drawing
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.safety import safe_for
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_images, fit
from limner.engine.models.face_adapter import FaceAdapter, read_face_adapter
from limner.engine.progress import ShouldStop, ignore, never
from limner.engine.styles import Style
from limner.engine.words import plain_caption

_log = logging.getLogger(__name__)

CANDIDATES = 4

#: The share of the way back to noise, and the steps of the whole way: six are taken. On nano a longer way leaves little
#: of the sitter, and a shorter one little of the style (docs/measurements.md).
STRENGTH = 0.4
SKETCH_STEPS = 15


def draw_preview(
    base: BaseModel,
    style: Style,
    reference: Reference,
    analyser: Analyser,
    *,
    seed: int,
    should_stop: ShouldStop = never,
) -> bytes | None:
    """Draw one sketch as a PNG marked as such; None where none is fit to be shown.

    Fit is what is safe, in the style, and has a face. The same arguments give the same picture. Raises BadLoraError and
    StoppedError.
    """
    adapter = _adapter(base, reference)
    if adapter is not None and base.floor is not None:
        # It changes how the whole base hears: nobody else may draw meanwhile.
        alone = replace(base, floor=None)
        return base.on_device(
            lambda: draw_preview(alone, style, reference, analyser, seed=seed, should_stop=should_stop)
        )
    if adapter is None and style.prompt == plain_caption(reference.sitter):
        return None
    recipe, style = way_of_drawing(base, style)
    canvas = Canvas(base.latent_shape)
    if adapter is None:
        canvas = Canvas(base.latent_shape, encode_images(base, fit(reference.image, base.size)[None]), STRENGTH)
        recipe = recipe if recipe.few else replace(recipe, steps=SKETCH_STEPS)
    pace = Pace(canvas.work(CANDIDATES, recipe), ignore, should_stop)
    face = adapter.lora if adapter else None
    with fused(base, face=face, style=style_lora(style), few_steps=few_step_lora(base)) as fusion:
        drawing = Drawing(fusion, style, recipe, reference, analyser, pace, adapter)
        best = _best(drawing.draw(canvas, candidate_seeds(seed, CANDIDATES)), safe_for(base))
    if best is None:
        return None
    size = f"{base.size}x{base.size}"
    said = parameters_of(base, style, recipe, seed=best.seed, size=size, strength=canvas.strength)
    return portrait_png(enlarged(best.image), {"Preview": "yes", **said})


def _best(drawn: list[Candidate], safe: Callable[[Pixels], bool]) -> Candidate | None:
    try:
        (best,) = pick(drawn, 1, safe)
    except BlockedError:
        return None
    return best if best.in_style and best.likeness > 0 else None


def _adapter(base: BaseModel, reference: Reference) -> FaceAdapter | None:
    if base.face_adapter is None:
        return None
    try:
        return read_face_adapter(base, reference.embeddings)
    except BadFaceAdapterError as error:
        _log.warning("%s The preview is drawn without it.", error)
        return None
