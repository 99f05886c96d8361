"""What a base model's name means: `nano`, a folder, a file, a hub id, or an id of ModelScope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from limner.engine.errors import UnknownBaseError

#: Formats that can run a program when they are opened.
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")

#: The names of the base models that ship with limner.
EMBEDDED = ("nano",)

MODELSCOPE = "modelscope://"

# Both sides begin with a letter or a digit, so that no id can climb out of the folder that it is kept in.
_ID = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w./-]*))?", re.ASCII)


class Kind(Enum):
    """Where a base model comes from."""

    EMBEDDED = "embedded"
    FOLDER = "folder"
    FILE = "file"
    MODELSCOPE = "ModelScope"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was understood. `place` is a path or an id; `revision` is a branch, a tag or a commit."""

    text: str
    kind: Kind
    place: str
    revision: str = ""


def read_name(text: str) -> Name:
    """Tell what a name means. What exists on this machine goes before an id. Raises UnknownBaseError."""
    if text in EMBEDDED:
        return Name(text, Kind.EMBEDDED, text)
    if text.startswith(MODELSCOPE):
        return _id(text, Kind.MODELSCOPE, "master")
    path = Path(text).expanduser()
    if path.is_dir():
        return Name(text, Kind.FOLDER, str(path))
    if path.is_file():
        return Name(text, Kind.FILE, str(path.absolute()))
    return _id(text, Kind.HUB, "main")


def _id(text: str, kind: Kind, revision: str) -> Name:
    match = _ID.fullmatch(text.removeprefix(MODELSCOPE))
    if match is None or ".." in text or text.endswith((".safetensors", *PICKLES)):
        raise UnknownBaseError(
            text,
            "there is no such folder or file on this machine, and it is no model's id",
            f"Name {', '.join(EMBEDDED)}, a folder in diffusers' layout, a .safetensors file, "
            f"a hub id (owner/model, or owner/model@revision), or {MODELSCOPE}owner/model.",
        )
    return Name(text, kind, match[1], match[2] or revision)
