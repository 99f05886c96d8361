"""Who goes where in a template: its faces from left to right, and which of them each sitter takes.

Knows no model and draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from limner.engine.errors import PhotoRefusedError, TemplateError
from limner.engine.faces import Analyser, Detection, Pixels
from limner.engine.preprocess.decode import decode

MOST_FACES: Final = 5
"""Beyond them a picture is a crowd; its five largest faces count."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A picture whose faces are to be repainted: (height, width, 3) uint8, one to five faces from left to right."""

    picture: Pixels
    faces: tuple[Detection, ...]


def read_template(file: bytes, analyser: Analyser) -> Template:
    """Decode a template and find its faces. Raises TemplateError: unreadable, no_face."""
    try:
        picture = decode(file)
    except PhotoRefusedError as error:
        why = error.refusal.reason.value.replace("_", " ")
        raise TemplateError(
            "unreadable", f"The template cannot be used ({why}): send one picture, best as JPEG or PNG."
        ) from error
    found = analyser.detect(picture)[:MOST_FACES]
    if not found:
        raise TemplateError("no_face", "There is no face in the template: take a picture of somebody who looks at you.")
    return Template(picture, tuple(sorted(found, key=_middle)))


def largest(template: Template) -> int:
    """Return the number of the largest face, from 1, from the left: the place of somebody who is alone in a request."""
    areas = [face.area for face in template.faces]
    return 1 + areas.index(max(areas))


def match(faces: int, sitters: int, chosen: Sequence[int] = ()) -> list[int]:
    """Return which face each sitter takes, from 0: by position, or as `chosen` (numbers from 1) says.

    Faces that nobody takes stay as they are, which has to be wished for by a choice. Raises TemplateError:
    too_few_sitters, too_many_sitters, bad_choice.
    """
    if sitters > faces:
        raise TemplateError(
            "too_many_sitters",
            f"The template has {_count(faces, 'face')} for {_count(sitters, 'sitter')}: "
            "take a template with more faces, or leave somebody out.",
        )
    if chosen:
        return _checked(faces, sitters, chosen)
    if sitters < faces:
        raise TemplateError(
            "too_few_sitters",
            f"The template has {_count(faces, 'face')} for {_count(sitters, 'sitter')}: "
            "name the face for each sitter by its number from the left, and the others stay as they are.",
        )
    return list(range(faces))


def _checked(faces: int, sitters: int, chosen: Sequence[int]) -> list[int]:
    if unknown := [number for number in chosen if not 1 <= number <= faces]:
        raise TemplateError(
            "bad_choice",
            f"The template has no face {unknown[0]}: its faces are numbered from the left, 1 to {faces}.",
        )
    if len(chosen) != sitters or len(set(chosen)) != sitters:
        raise TemplateError(
            "bad_choice",
            f"The choice of {', '.join(map(str, chosen))} does not fit {_count(sitters, 'sitter')}: "
            "name one face for each of them, and none twice.",
        )
    return [number - 1 for number in chosen]


def _middle(face: Detection) -> float:
    return (face.box[0] + face.box[2]) / 2


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
