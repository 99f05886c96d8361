"""What every fetching needs: room on the disk, proof that a file arrived whole, and word of how far it is."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from limner.engine.errors import PullError

#: Told of each file: its name, its bytes so far, and all of them.
Progress = Callable[[str, int, int], None]

_CHUNK = 1 << 20


def check_room(name: str, folder: Path, size: int) -> None:
    """Refuse a download that does not fit, before it begins. Raises PullError."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if size > free:
        why = f"{_gib(size)} are to be fetched, and {folder} has {_gib(free)} free"
        raise PullError(name, why, "Free some space there, or keep models elsewhere (LIMNER_HOME, HF_HOME).")


def is_whole(file: Path, size: int, sha256: str) -> bool:
    """Tell whether a file is there as its publisher has it; an empty `sha256` is not known, and its size must do."""
    if not file.is_file() or file.stat().st_size != size:
        return False
    return not sha256 or sha256_of(file) == sha256


def sha256_of(file: Path) -> str:
    """Hash a file of any size."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
