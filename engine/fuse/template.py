"""Sitters in a template's place: each chosen face is repainted as its sitter, the rest of the picture stays.

read the template -> match faces and sitters -> for each: candidates on the face's region, judged -> the best put back
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from limner.engine.errors import BlockedError
from limner.engine.faces import Analyser, Detection, Pixels
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.candidates import Candidate, candidate_seeds, pick
from limner.engine.fuse.drawing import Drawing, Pace
from limner.engine.fuse.marks import COMPOSITE, portrait_png
from limner.engine.fuse.pipeline import (
    Portrait,
    check_base,
    few_step_lora,
    parameters_of,
    style_lora,
    way_of_drawing,
)
from limner.engine.fuse.places import Template, match
from limner.engine.fuse.recipe import RenderRecipe
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.region import Region, face_region, put_back
from limner.engine.fuse.repaint import region_canvas
from limner.engine.fuse.safety import safe_for
from limner.engine.models.base import BaseModel
from limner.engine.progress import OnProgress, ShouldStop, ignore, never
from limner.engine.styles import Style

STRENGTH: Final = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """Somebody who takes a face of a template: a Face LoRA as a safetensors file, and what was kept of the photos."""

    face_lora: bytes
    reference: Reference


def render_template(  # noqa: PLR0913  what a request says, by keyword
    base: BaseModel,
    sitters: Sequence[Sitter],
    style: Style,
    template: Template,
    analyser: Analyser,
    *,
    chosen: Sequence[int] = (),
    count: int,
    candidates: int | None = None,
    strength: float = STRENGTH,
    seed: int,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
) -> list[Portrait]:
    """Repaint a template and return `count` pictures of its size, best first; all outside of the heads is unchanged.

    `chosen` names the face of each sitter (from 1, from the left); without it they are matched by position. For each
    face `candidates` (as many as the base's recipe has, if not said) are drawn. A picture's likeness is that of its
    least like face. The same arguments give the same pictures. Raises TemplateError, BadLoraError, BadRecipeError,
    BlockedError and StoppedError.
    """
    places = match(len(template.faces), len(sitters), chosen)
    regions = [_region(template, place, base.size) for place in places]
    canvases = [region_canvas(base, region, strength) for region in regions]
    recipe, style = way_of_drawing(base, style)
    drawn = candidates or recipe.candidates * count
    pace = Pace(sum(canvas.work(drawn, recipe) for canvas in canvases), on_progress, should_stop)
    best: list[list[Candidate]] = []
    safe = safe_for(base)
    for sitter, canvas in zip(sitters, canvases, strict=True):
        check_base(base, sitter.face_lora)
        with fused(base, face=sitter.face_lora, style=style_lora(style), few_steps=few_step_lora(base)) as fusion:
            drawing = Drawing(fusion, style, recipe, sitter.reference, analyser, pace)
            best.append(pick(drawing.draw(canvas, candidate_seeds(seed, drawn)), count, safe))
    whole = [(faces, _composed(template, regions, faces)) for faces in zip(*best, strict=False)]
    if not (shown := [one for one in whole if safe(one[1])]):
        raise BlockedError(len(whole))
    return [_portrait(base, style, recipe, faces, picture, strength) for faces, picture in shown]


def _region(template: Template, place: int, size: int) -> Region:
    others: list[Detection] = [face for number, face in enumerate(template.faces) if number != place]
    return face_region(template.picture, template.faces[place], size, others)


def _composed(template: Template, regions: Sequence[Region], faces: Sequence[Candidate]) -> Pixels:
    picture = template.picture
    for region, face in zip(regions, faces, strict=True):
        picture = put_back(picture, region, face.image)
    return picture


def _portrait(
    base: BaseModel,
    style: Style,
    recipe: RenderRecipe,
    faces: Sequence[Candidate],
    picture: Pixels,
    strength: float,
) -> Portrait:
    height, width = picture.shape[:2]
    seeds = " ".join(str(face.seed) for face in faces)
    parameters = parameters_of(base, style, recipe, seed=seeds, size=f"{width}x{height}", strength=strength)
    likeness = min(face.likeness for face in faces)
    return Portrait(portrait_png(picture, parameters, COMPOSITE), round(likeness, 4), faces[0].seed)
