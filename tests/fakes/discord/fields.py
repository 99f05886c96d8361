"""Checks of a body: what each field may be, put together from small parts.

A check takes a value and the path to it, and raises MisuseError. What a form does not list is refused, since a silent
server would hide a misspelt name. (Discord overlooks unknown fields.)
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from limner.tests.fakes.discord.errors import MisuseError

Check = Callable[[Any, str], None]


def anything(value: Any, path: str) -> None:
    """Take any value."""


def text(most: int, least: int = 0, pattern: str | None = None) -> Check:
    """Take a text of so many characters that matches a pattern as a whole."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise MisuseError(f"{value!r} is no string.", path, "STRING_TYPE_CONVERT")
        if not least <= len(value) <= most:
            bounds = (
                f"Must be between {least} and {most} in length." if least else f"Must be {most} or fewer in length."
            )
            raise MisuseError(bounds, path, "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH")
        if pattern is not None and not re.fullmatch(pattern, value):
            raise MisuseError("String value did not match validation regex.", path, "STRING_TYPE_REGEX")

    return check


def integer(least: int = 0, most: int = 2**53) -> Check:
    """Take a whole number between two."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise MisuseError(f"{value!r} is no integer.", path, "NUMBER_TYPE_COERCE")
        if not least <= value <= most:
            raise MisuseError(f"int value should be between {least} and {most}.", path, "NUMBER_TYPE_MAX")

    return check


def number(value: Any, path: str) -> None:
    """Take any number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MisuseError(f"{value!r} is no number.", path, "NUMBER_TYPE_COERCE")


def boolean(value: Any, path: str) -> None:
    """Take true or false."""
    if not isinstance(value, bool):
        raise MisuseError(f"{value!r} is no boolean.", path, "BOOLEAN_TYPE_CONVERT")


def snowflake(value: Any, path: str) -> None:
    """Take an id, written as a string or as a number."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,20}", str(value)):
        raise MisuseError(f"Value {value!r} is not snowflake.", path, "NUMBER_TYPE_COERCE")


def one_of(*values: Any) -> Check:
    """Take one of these values."""

    def check(value: Any, path: str) -> None:
        if value not in values or isinstance(value, bool) != isinstance(values[0], bool):
            raise MisuseError(f"Value must be one of {values}.", path, "BASE_TYPE_CHOICES")

    return check


def listed(item: Check, most: int, least: int = 0) -> Check:
    """Take a list of so many items."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise MisuseError("Only iterables may be used in a ListType.", path, "LIST_TYPE_CONVERT")
        if not least <= len(value) <= most:
            bounds = (
                f"Must be between {least} and {most} in length." if least else f"Must be {most} or fewer in length."
            )
            raise MisuseError(bounds, path, "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH")
        for number_, part in enumerate(value):
            item(part, f"{path}.{number_}".lstrip("."))

    return check


def mapped(key: Check, item: Check) -> Check:
    """Take an object with any keys of a kind."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise MisuseError("Only dictionaries may be used in a DictType.", path, "DICT_TYPE_CONVERT")
        for name, part in value.items():
            key(name, path)
            item(part, f"{path}.{name}".lstrip("."))

    return check


def form(known: Mapping[str, Check]) -> Check:
    """Take an object with these fields and no others; one whose name ends with `!` must be there.

    The others may be null, which means that they are not given.
    """
    names = {name.rstrip("!"): name for name in known}

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise MisuseError("Only dictionaries may be used in a ModelType.", path, "MODEL_TYPE_CONVERT")
        for name, part in value.items():
            if name not in names:
                raise MisuseError(f"The field {name!r} is not known.", f"{path}.{name}".lstrip("."), "UNKNOWN_FIELD")
            if part is not None or names[name].endswith("!"):
                known[names[name]](part, f"{path}.{name}".lstrip("."))
        for name, written in names.items():
            if written.endswith("!") and name not in value:
                raise MisuseError("This field is required", f"{path}.{name}".lstrip("."), "BASE_TYPE_REQUIRED")

    return check
