"""Modals: checks of what the bot shows, and what a person who fills one in sends back.

Source: https://docs.discord.com/developers/components/using-modal-components.
"""

from typing import Any

from limner.tests.fakes.discord.components import (
    CHECKBOX,
    CHECKS,
    CHOICE,
    FORMS,
    INPUT,
    LABEL,
    OPTION,
    RADIO,
    ROW,
    SELECTS,
    UPLOAD,
    WORDS,
    check_unique,
    numbered,
    walk,
)
from limner.tests.fakes.discord.errors import MisuseError
from limner.tests.fakes.discord.fields import Check, anything, boolean, form, integer, listed, one_of, text
from limner.tests.fakes.discord.places import Json

INPUT_MOST = 4000
_HEAD: dict[str, Check] = {"type!": integer(1, 23), "id": integer(0, 2**31 - 1)}
_ASKED: dict[str, Check] = {"custom_id!": text(100, 1), "required": boolean}
_OPTION = form(OPTION)
MODAL = form({"custom_id!": text(100, 1), "title!": text(45, 1), "components!": listed(anything, 5, 1)})
_FORMS: dict[int, dict[str, Check]] = {kind: FORMS[kind] for kind in (*SELECTS, WORDS)} | {
    LABEL: {"label!": text(45, 1), "description": text(100), "component!": anything},
    ROW: {"components!": listed(anything, 1, 1)},
    INPUT: _ASKED
    | {
        "style!": one_of(1, 2),
        "label": text(45, 1),
        "min_length": integer(0, INPUT_MOST),
        "max_length": integer(1, INPUT_MOST),
        "placeholder": text(100),
        "value": text(INPUT_MOST),
    },
    UPLOAD: _ASKED | {"min_values": integer(0, 10), "max_values": integer(1, 10)},
    RADIO: _ASKED | {"options!": listed(_OPTION, 10, 2)},
    CHECKS: _ASKED | {"options!": listed(_OPTION, 10, 1), "min_values": integer(0, 10), "max_values": integer(1, 10)},
    CHECKBOX: {"custom_id!": text(100, 1), "default": boolean},
}
IN_LABEL = (INPUT, *SELECTS, UPLOAD, RADIO, CHECKS, CHECKBOX)


def read_modal(modal: Any) -> Json:
    """Return a modal, its parts numbered. Raises MisuseError."""
    MODAL(modal, "data")
    for number, part in enumerate(modal["components"]):
        path = f"data.components.{number}"
        _check(part, path, (LABEL, WORDS, ROW))
        if part["type"] == LABEL:
            _check(part["component"], f"{path}.component", IN_LABEL)
            if part["component"].get("label"):
                raise MisuseError("A text input in a label has no label of its own.", path, "BASE_TYPE_BAD")
        if part["type"] == ROW:
            _check(part["components"][0], f"{path}.components.0", (INPUT, CHOICE))
            if part["components"][0]["type"] == INPUT and not part["components"][0].get("label"):
                raise MisuseError("This field is required", f"{path}.components.0.label", "BASE_TYPE_REQUIRED")
    everything = list(walk(modal["components"]))
    check_unique(everything)
    numbered(everything)
    return dict(modal)


def _check(part: Any, path: str, allowed: tuple[int, ...]) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in allowed:
        raise MisuseError(f"Value of field 'type' must be one of {allowed}.", path, "UNION_TYPE_CHOICES")
    form(_HEAD | _FORMS[kind])(part, path)
    if part.get("disabled"):
        raise MisuseError("A modal has no disabled components.", path, "BASE_TYPE_BAD")
    if part.get("required", True) and part.get("min_values") == 0:
        raise MisuseError("min_values is at least 1 where required is true.", path, "BASE_TYPE_BAD")
    least, most = (part.get("min_values") or part.get("min_length")), (part.get("max_values") or part.get("max_length"))
    if least and most and least > most:
        raise MisuseError("The least is above the most.", path, "BASE_TYPE_BAD_LENGTH")
