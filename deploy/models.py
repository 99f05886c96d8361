"""Base models as the commands name them. The engine looks closer when it loads one."""

from limner.engine.bases import EMBEDDED, find_base
from limner.engine.errors import UnknownBaseError

__all__ = ["EMBEDDED", "find_base", "model_problem"]


def model_problem(name: str) -> str | None:
    """Say in one sentence why a base model cannot be used, or None where it can."""
    try:
        find_base(name)
    except UnknownBaseError as error:
        return f"{error} Name {', '.join(EMBEDDED)}, or a folder in diffusers' layout."
    return None
