"""Look at every file of a base model: headers, shards and checksums. Loads no torch; reads all of the weights once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from limner.engine.bases.families import Part, read_json
from limner.engine.bases.fetching import sha256_of
from limner.engine.bases.headers import HeaderError, Tensor, read_header
from limner.engine.bases.layout import Layout, index_name, layout_of
from limner.engine.bases.modelscope import SUMS
from limner.engine.errors import UnknownBaseError

_SHA256 = re.compile(r"[0-9a-f]{64}")


def flaws(directory: Path) -> Iterator[str]:
    """Say in a half sentence each what is wrong with a base model's directory; nothing where nothing is."""
    try:
        layout = layout_of(directory)
    except UnknownBaseError as error:
        yield error.why
        return
    sums = _sums(directory)
    for part in layout.family.parts:
        yield from _part_flaws(layout, part, sums)


def _part_flaws(layout: Layout, part: Part, sums: Mapping[str, str]) -> Iterator[str]:
    tensors: dict[str, Mapping[str, Tensor]] = {}
    for file in layout.files[part.folder]:
        shown = f"{part.folder}/{file.name}"
        try:
            tensors[file.name] = read_header(file)
        except (HeaderError, OSError) as error:
            yield f"{shown} {error}"
            continue
        known = sums.get(shown) or _blob_sum(file)
        if known and sha256_of(file) != known:
            yield f"{shown} is not what its publisher has: its SHA-256 differs"
    index = layout.directory / part.folder / index_name(part, layout.variant)
    if index.is_file() and len(layout.files[part.folder]) > 1:
        yield from _shard_flaws(layout, part, index, tensors)


def _shard_flaws(layout: Layout, part: Part, index: Path, tensors: Mapping[str, Mapping[str, Tensor]]) -> Iterator[str]:
    mapped = read_json(index, layout.directory)["weight_map"]
    for name, shard in mapped.items():
        if shard in tensors and name not in tensors[shard]:
            yield f"{part.folder}/{shard} has no {name}, which its index puts there"
            return  # the next thousand would say the same


def _sums(directory: Path) -> Mapping[str, str]:
    if not (directory / SUMS).is_file():
        return {}
    return {file: str(found) for file, found in read_json(directory / SUMS, directory).items()}


def _blob_sum(file: Path) -> str | None:
    """Tell the SHA-256 of a file in the hub library's cache: large ones lie under it."""
    name = file.resolve().name
    return name if file.is_symlink() and _SHA256.fullmatch(name) else None
