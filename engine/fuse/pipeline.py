"""One request's way: LoRAs and a sitter in, portraits out.

put the LoRAs in -> draw candidates, judged for style and likeness -> the best, one by one: a second pass on a small
face, another background if one is wished for, and may it be shown? -> PNG files
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from limner.engine.errors import BadLoraError
from limner.engine.faces import Analyser, Parser, Pixels
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.aspect import SQUARE, latent_shape
from limner.engine.fuse.background import Background, put_before, without_sitter
from limner.engine.fuse.candidates import Candidate, candidate_seeds, pick, score
from limner.engine.fuse.drawing import Canvas, Drawing, Pace
from limner.engine.fuse.marks import COMPOSITE, SOURCE_TYPE, enlarged, portrait_png
from limner.engine.fuse.recipe import RenderRecipe, quick, render_recipe_for, suited
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.repaint import refine_face, small_face
from limner.engine.fuse.safety import safe_for
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_images, fit
from limner.engine.models.controlnet import Pose
from limner.engine.models.lora import read_notes
from limner.engine.preprocess.mask import head_mask
from limner.engine.progress import OnProgress, ShouldStop, ignore, never
from limner.engine.styles import Style


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait that goes out: a PNG file, its likeness in [0, 1] (None without a known sitter), its seed."""

    png: bytes
    likeness: float | None
    seed: int


def render(  # noqa: PLR0913  what a request says, by keyword
    base: BaseModel,
    lora: bytes | None,
    style: Style,
    reference: Reference,
    analyser: Analyser,
    *,
    count: int,
    candidates: int | None = None,
    aspect: str = SQUARE,
    pose: Pose | None = None,
    background: Background = None,
    parser: Parser = head_mask,
    seed: int,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
) -> list[Portrait]:
    """Draw `candidates` (as many as the base's recipe has, if not said), and return the best `count`, best first.

    Without `lora` the base draws whomever the prompt means; that is for measurements. The same arguments give the same
    portraits on one machine and number of threads. `aspect` is one of `limner.engine.fuse.aspect.ASPECTS`; other than
    square, or with a `pose` of that aspect, it is drawn from noise, whatever the style says. With a `background` the
    sitters that `parser` finds in the portraits are put before it. Raises BadAspectError, BadLoraError, BadRecipeError,
    BlockedError and StoppedError.
    """
    check_base(base, lora)
    recipe, style = way_of_drawing(base, style)
    canvas = _canvas(base, style, reference, aspect, pose)
    drawn = candidates or recipe.candidates * count
    pace = Pace(canvas.work(drawn, recipe), on_progress, should_stop)
    with fused(base, face=lora, style=style_lora(style), few_steps=few_step_lora(base)) as fusion:
        drawing = Drawing(fusion, style, recipe, reference, analyser, pace)
        behind = without_sitter(reference.image, analyser, parser) if isinstance(background, str) else background

        def finish(one: Candidate) -> Candidate:
            refined = _refined(drawing, one)
            return refined if behind is None else _replaced(drawing, refined, behind, parser)

        best = pick(drawing.draw(canvas, candidate_seeds(seed, drawn)), count, safe_for(base), finish)
    source = SOURCE_TYPE if background is None else COMPOSITE
    return [_portrait(base, style, recipe, canvas, one, source) for one in best]


def way_of_drawing(base: BaseModel, style: Style) -> tuple[RenderRecipe, Style]:
    """Give the base's recipe, quick where the base has an LCM-LoRA, and the style as the base draws it.

    Raises BadRecipeError.
    """
    recipe = render_recipe_for(base.name, base.family.name, base.directory)
    if base.few_step_lora is not None:
        recipe = quick(recipe)
    return recipe, suited(style, base.name, recipe)


def few_step_lora(base: BaseModel) -> bytes | None:
    """Read the LCM-LoRA that a base has, if any. Raises BadLoraError."""
    try:
        return base.few_step_lora.read_bytes() if base.few_step_lora else None
    except OSError as error:
        raise BadLoraError(f"{base.few_step_lora} cannot be read") from error


def style_lora(style: Style) -> bytes | None:
    """Read a style's LoRA; None when it has none."""
    return None if style.lora is None else style.lora.read_bytes()


def _canvas(base: BaseModel, style: Style, reference: Reference, aspect: str, pose: Pose | None) -> Canvas:
    shape = latent_shape(base, aspect)
    if style.start_strength >= 1 or aspect != SQUARE or pose is not None:
        # The one picture that is kept of a sitter is square, and has a pose of its own.
        return Canvas(shape, pose=pose)
    return Canvas(shape, encode_images(base, fit(reference.image, base.size)[None]), style.start_strength)


def _refined(drawing: Drawing, one: Candidate) -> Candidate:
    """Give a portrait whose face is small a second pass."""
    face = small_face(drawing.fusion.base, one.image, drawing.analyser)
    if face is None:
        return one
    image = refine_face(drawing, one.image, face, one.seed)
    return _judged(drawing, one, image)


def _replaced(drawing: Drawing, one: Candidate, behind: Pixels, parser: Parser) -> Candidate:
    """Put a portrait's sitter before a background; enlarged first, so that a small base does not coarsen it."""
    return _judged(drawing, one, put_before(enlarged(one.image), behind, drawing.analyser, parser))


def _judged(drawing: Drawing, one: Candidate, image: Pixels) -> Candidate:
    return replace(one, image=image, likeness=score(image, drawing.analyser, list(drawing.reference.embeddings)))


def _portrait(
    base: BaseModel, style: Style, recipe: RenderRecipe, canvas: Canvas, one: Candidate, source: str
) -> Portrait:
    height, width = (side * base.size // base.latent_shape[1] for side in canvas.shape[1:])
    parameters = parameters_of(base, style, recipe, seed=one.seed, size=f"{width}x{height}", strength=canvas.strength)
    png = portrait_png(enlarged(one.image), parameters, source)
    return Portrait(png=png, likeness=round(one.likeness, 4), seed=one.seed)


def parameters_of(
    base: BaseModel, style: Style, recipe: RenderRecipe, *, seed: int | str, size: str, strength: float
) -> dict[str, str | int | float]:
    """Say how a portrait was drawn, for its file; nothing in it tells who the sitter is."""
    return {
        "Style": style.name,
        "Model": base.name,
        "Seed": seed,
        "Steps": recipe.steps,
        "Sampler": base.schedule.method(recipe.solver),
        "CFG scale": style.guidance or 1.0,
        "Denoising strength": strength,
        "Size": size,
        "Software": "limner",
    }


def check_base(base: BaseModel, lora: bytes | None) -> None:
    """Refuse a Face LoRA of a base that was retrained: its shapes fit, and it would draw nobody."""
    trained_for = read_notes(lora).get("base_fingerprint") if lora is not None else None
    if trained_for not in {None, base.fingerprint}:
        raise BadLoraError(f"it was trained for other weights than those of {base.name}")
