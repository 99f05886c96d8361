"""Fetch a base model from ModelScope by its HTTP interface, and go on where a download was interrupted.

The addresses are those of its own client (github.com/modelscope/modelscope, `hub/api.py` and `hub/file_download.py`):
`/api/v1/models/ID/repo/files` lists sizes and SHA-256, `/api/v1/models/ID/repo` gives a file and understands Range.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlencode

from limner.engine.bases.families import INDEX
from limner.engine.bases.fetching import Progress, check_room, is_whole
from limner.engine.bases.names import Name
from limner.engine.bases.wanted import check_index, wanted
from limner.engine.errors import PullError

#: Written into the directory: the SHA-256 of each file, so that `limner models check` can look again.
SUMS = "limner_sums.json"

_CHUNK = 1 << 20
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the repository lists it."""

    size: int
    sha256: str


def pull_from_modelscope(name: Name, folder: Path, endpoint: str, told: Progress) -> Path:
    """Fetch what is missing of a model into its folder, and return the folder. Raises PullError."""
    api = f"{endpoint.rstrip('/')}/api/v1/models/{name.place}/repo"
    listed = _listing(name, api)
    check_index(name.text, listed)
    folder.mkdir(parents=True, exist_ok=True)
    _fetch(name, api, folder, INDEX, listed[INDEX], told)
    files = wanted(name.text, json.loads((folder / INDEX).read_text(encoding="utf-8")), listed)
    missing = [file for file in files if not is_whole(folder / file, listed[file].size, listed[file].sha256)]
    check_room(name.text, folder, sum(listed[file].size - _arrived(folder / file) for file in missing))
    for file in missing:
        _fetch(name, api, folder, file, listed[file], told)
    (folder / SUMS).write_text(json.dumps({file: listed[file].sha256 for file in files if listed[file].sha256}))
    return folder


def _listing(name: Name, api: str) -> Mapping[str, Listed]:
    query = urlencode({"Revision": name.revision, "Recursive": "true"})
    try:
        with urllib.request.urlopen(_request(f"{api}/files?{query}"), timeout=_SECONDS) as answer:  # noqa: S310
            entries = json.load(answer)["Data"]["Files"]
    except urllib.error.HTTPError as error:
        if error.code in {400, 404}:
            why = f"ModelScope knows no such model, or no revision {name.revision!r} of it"
            raise PullError(name.text, why, "Check its name; leave @REVISION out for the usual one.") from error
        raise _interrupted(name, error) from error
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise _interrupted(name, error) from error
    return {entry["Path"]: _listed(entry) for entry in entries if entry["Type"] == "blob" and _inside(entry["Path"])}


def _listed(entry: Mapping[str, Any]) -> Listed:
    return Listed(int(entry["Size"]), str(entry.get("Sha256") or "").lower())


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts


def _fetch(name: Name, api: str, folder: Path, file: str, listed: Listed, told: Progress) -> None:
    target, part = folder / file, _part(folder / file)
    target.parent.mkdir(parents=True, exist_ok=True)
    url = f"{api}?{urlencode({'Revision': name.revision, 'FilePath': file})}"
    try:
        _download(url, part, listed.size, lambda arrived: told(file, arrived, listed.size))
    except (OSError, HTTPException) as error:
        raise _interrupted(name, error) from error
    if not is_whole(part, listed.size, listed.sha256):
        part.unlink()
        raise PullError(name.text, f"{file} arrived damaged and was thrown away", "Run the command again.")
    part.replace(target)


def _download(url: str, part: Path, size: int, told: Any) -> None:
    arrived = part.stat().st_size if part.exists() else 0
    if arrived >= size > 0:
        return
    request = _request(url)
    if arrived:
        request.add_header("Range", f"bytes={arrived}-{size - 1}")
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        # A server that does not understand Range sends the whole file again.
        goes_on = answer.status == 206
        arrived = arrived if goes_on else 0
        with part.open("ab" if goes_on else "wb") as opened:
            while piece := answer.read(_CHUNK):
                opened.write(piece)
                arrived += len(piece)
                told(arrived)
            os.fsync(opened.fileno())
    if arrived < size:
        raise ConnectionError(f"{part.stem} ended after {arrived} of {size} bytes")


def _request(url: str) -> urllib.request.Request:
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url} is no web address")
    return urllib.request.Request(url, headers={"User-Agent": "limner"})  # noqa: S310


def _arrived(file: Path) -> int:
    return _part(file).stat().st_size if _part(file).exists() else 0


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}.part")


def _interrupted(name: Name, error: Exception) -> PullError:
    advice = "Run the command again: what has arrived is kept."
    return PullError(name.text, f"the download stopped ({str(error).rstrip('.')})", advice)
