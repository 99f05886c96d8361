"""Models as commands and settings name them. The engine looks closer when it loads one."""

from pathlib import Path

from limner.engine.analysers import find_pack, find_parser
from limner.engine.bases import EMBEDDED, find_base
from limner.engine.bases.names import Kind, read_name
from limner.engine.errors import MissingModelsError, UnknownBaseError

__all__ = [
    "EMBEDDED",
    "engine_name",
    "find_base",
    "find_pack",
    "find_parser",
    "model_problem",
    "pack_problem",
    "parser_problem",
]


def model_problem(name: str, shelf: Path) -> str | None:
    """Say in one or two sentences why a base model cannot be used and what to do, or None where it can."""
    try:
        find_base(name, shelf)
    except UnknownBaseError as error:
        return str(error)
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


def engine_name(name: str, shelf: Path) -> str:
    """Give the name that the engine finds a base by: it knows no shelf, so what lies there goes by its folder."""
    if read_name(name).kind in {Kind.MODELSCOPE, Kind.FILE}:
        return str(find_base(name, shelf))
    return name
