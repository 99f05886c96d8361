"""Models as commands and settings name them. The engine looks closer when it loads one."""

from limner.engine.analysers import find_pack, find_parser
from limner.engine.bases import EMBEDDED, find_base
from limner.engine.errors import MissingModelsError, UnknownBaseError

__all__ = ["EMBEDDED", "find_base", "find_pack", "find_parser", "model_problem", "pack_problem", "parser_problem"]


def model_problem(name: str) -> str | None:
    """Say in one sentence why a base model cannot be used, or None where it can."""
    try:
        find_base(name)
    except UnknownBaseError as error:
        return f"{error} Name {', '.join(EMBEDDED)}, or a folder in diffusers' layout."
    return None


def pack_problem(name: str) -> str | None:
    """Say in one sentence why an InsightFace pack cannot be used, or None where its files are there."""
    try:
        find_pack(name)
    except MissingModelsError as error:
        return str(error)
    return None


def parser_problem(name: str) -> str | None:
    """Say in one sentence why a face parser cannot be used, or None where its files are there."""
    try:
        find_parser(name)
    except MissingModelsError as error:
        return str(error)
    return None
