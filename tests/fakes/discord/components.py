"""Checks of components: their fields, where each may stand, and how many there may be.

Source: https://docs.discord.com/developers/components/reference.
"""

from collections.abc import Iterator
from typing import Any

from limner.tests.fakes.discord.errors import MisuseError
from limner.tests.fakes.discord.fields import (
    Check,
    anything,
    boolean,
    form,
    integer,
    listed,
    mapped,
    one_of,
    snowflake,
    text,
)
from limner.tests.fakes.discord.places import Json

ROW, BUTTON, CHOICE, INPUT, SECTION, WORDS, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD, RADIO, CHECKS, CHECKBOX = 12, 13, 14, 17, 18, 19, 21, 22, 23
SELECTS = (3, 5, 6, 7, 8)
ROWS_MOST, V2_MOST, V2_WORDS_MOST = 5, 40, 4000
LINK, PREMIUM = 5, 6

_HEAD: dict[str, Check] = {"type!": integer(1, 23), "id": integer(0, 2**31 - 1)}
_ID = text(100, 1)
_EMOJI = form({"id": snowflake, "name": text(100), "animated": boolean})
_MEDIA = form({"url!": text(2048, 1)})
_PARTS = listed(anything, V2_MOST)
OPTION: dict[str, Check] = {
    "label!": text(100, 1),
    "value!": text(100, 1),
    "description": text(100),
    "default": boolean,
}
_SELECT: dict[str, Check] = {
    "custom_id!": _ID,
    "placeholder": text(150),
    "min_values": integer(0, 25),
    "max_values": integer(1, 25),
    "disabled": boolean,
    "required": boolean,
    "default_values": listed(mapped(text(10), anything), 25),
}
_GALLERY_ITEM = form({"media!": _MEDIA, "description": text(1024), "spoiler": boolean})
FORMS: dict[int, dict[str, Check]] = {
    ROW: {"components!": _PARTS},
    BUTTON: {
        "style!": integer(1, 6),
        "label": text(80),
        "emoji": _EMOJI,
        "custom_id": _ID,
        "sku_id": snowflake,
        "url": text(512, 1, r"(?:https?|discord)://\S+"),
        "disabled": boolean,
    },
    CHOICE: _SELECT | {"options!": listed(form(OPTION | {"emoji": _EMOJI}), 25, 1)},
    5: _SELECT,
    6: _SELECT,
    7: _SELECT,
    8: _SELECT | {"channel_types": listed(integer(), 25)},
    SECTION: {"components!": listed(anything, 3, 1), "accessory!": anything},
    WORDS: {"content!": text(V2_WORDS_MOST, 1)},
    THUMBNAIL: {"media!": _MEDIA, "description": text(1024), "spoiler": boolean},
    GALLERY: {"items!": listed(_GALLERY_ITEM, 10, 1)},
    FILE: {"file!": form({"url!": text(2048, 1, "attachment://.+")}), "spoiler": boolean},
    SEPARATOR: {"divider": boolean, "spacing": one_of(1, 2)},
    CONTAINER: {"components!": _PARTS, "accent_color": integer(0, 0xFFFFFF), "spoiler": boolean},
}
# Which components may stand in which; None is the message itself.
INSIDE: dict[int | None, tuple[int, ...]] = {
    None: (ROW, SECTION, WORDS, GALLERY, FILE, SEPARATOR, CONTAINER),
    ROW: (BUTTON, *SELECTS),
    SECTION: (WORDS,),
    CONTAINER: (ROW, SECTION, WORDS, GALLERY, FILE, SEPARATOR),
}


def read_components(parts: Any, *, new: bool) -> list[Json]:
    """Return the components of a message, numbered; `new` where the message has the flag for the newer kinds.

    Raises MisuseError.
    """
    listed(anything, V2_MOST if new else ROWS_MOST)(parts, "components")
    for number, part in enumerate(parts):
        _check(part, f"components.{number}", INSIDE[None] if new else (ROW,))
    everything = list(walk(parts))
    if len(everything) > V2_MOST:
        raise MisuseError(f"Must have {V2_MOST} or fewer components.", "components", "COMPONENT_MAX_COUNT")
    if sum(len(part["content"]) for part in everything if part["type"] == WORDS) > V2_WORDS_MOST:
        raise MisuseError(
            f"Texts must have {V2_WORDS_MOST} or fewer characters.", "components", "COMPONENT_TEXT_LENGTH"
        )
    check_unique(everything)
    numbered(everything)
    return list(parts)


def walk(parts: list[Json]) -> Iterator[Json]:
    """Go through components and what they hold."""
    for part in parts:
        yield part
        yield from walk(part.get("components") or [])
        yield from walk([part[name] for name in ("accessory", "component") if part.get(name)])


def check_unique(everything: list[Json]) -> None:
    """Raise MisuseError where two components have one custom_id or one id."""
    for name, kind in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        known = [part[name] for part in everything if part.get(name)]
        if len(known) != len(set(known)):
            raise MisuseError(f"Component {name} cannot be duplicated", "components", kind)


def numbered(everything: list[Json]) -> None:
    """Give every component without an id the next free one."""
    taken, number = {part.get("id") for part in everything}, 0
    for part in everything:
        if not part.get("id"):
            number += 1
            while number in taken:
                number += 1
            part["id"] = number


def _check(part: Any, path: str, allowed: tuple[int, ...]) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in allowed:
        raise MisuseError(f"Value of field 'type' must be one of {allowed}.", path, "UNION_TYPE_CHOICES")
    form(_HEAD | FORMS[kind])(part, path)
    if kind == BUTTON:
        _check_button(part, path)
    if kind in SELECTS and (part.get("min_values") or 0) > (part.get("max_values") or 1):
        raise MisuseError("min_values is above max_values.", path, "BASE_TYPE_BAD_LENGTH")
    for number, inner in enumerate(part.get("components") or []):
        _check(inner, f"{path}.components.{number}", INSIDE[kind])
    if kind == ROW:
        _check_row(part["components"], path)
    if kind == SECTION:
        _check(part["accessory"], f"{path}.accessory", (BUTTON, THUMBNAIL))


def _check_row(parts: list[Json], path: str) -> None:
    width = sum(1 if part["type"] == BUTTON else 5 for part in parts)
    if not 1 <= width <= 5:
        raise MisuseError("A row has 1 to 5 buttons or one select.", f"{path}.components", "BASE_TYPE_BAD_LENGTH")


def _check_button(button: Json, path: str) -> None:
    given = {name for name in ("custom_id", "url", "sku_id") if button.get(name)}
    needed = {LINK: {"url"}, PREMIUM: {"sku_id"}}.get(button["style"], {"custom_id"})
    if given != needed:
        raise MisuseError(f"A button of this style has {needed} and nothing else.", path, "BUTTON_COMPONENT_INVALID")
    if button["style"] != PREMIUM and not button.get("label") and not button.get("emoji"):
        raise MisuseError("A button needs words or an emoji.", path, "BUTTON_COMPONENT_INVALID_LABEL")
