"""Which files of a repository make a base model: no more than those are fetched. Loads no torch, asks no network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from limner.engine.bases.families import FAMILIES, INDEX
from limner.engine.bases.names import PICKLES
from limner.engine.errors import PullError

_SMALL = (".json", ".txt", ".model", ".jinja")
_ABOUT = re.compile(r"(README\.md|LICENSE.*)", re.IGNORECASE)
#: The usual weights, or the fp16 ones; diffusers and transformers put the word before or after the shard's number.
_WEIGHTS = re.compile(
    r"(?:diffusion_pytorch_model|model)(?P<half>\.fp16)?(?P<shard>-\d{5}-of-\d{5})?(?P<late>\.fp16)?\.safetensors"
)
_SHARD_INDEX = re.compile(r"(?:diffusion_pytorch_model|model)\.safetensors\.index(?P<half>\.fp16)?\.json")


def check_index(name: str, files: Iterable[str]) -> None:
    """Say what a repository without a model_index.json is. Raises PullError."""
    names = set(files)
    if INDEX in names:
        return
    single = sorted(file for file in names if file.endswith(".safetensors") and "/" not in file)
    if single:
        why = f"it is not in diffusers' layout, but has single files ({', '.join(single[:3])})"
        raise PullError(name, why, "Download one of them, and name that file.")
    if pickles := sorted(file for file in names if file.endswith(PICKLES)):
        why = f"its weights are pickles ({pickles[0]}), which can run a program when they are opened"
        raise PullError(name, why, "Choose a model that has safetensors.")
    raise PullError(name, f"it has no {INDEX}", "Choose a model in diffusers' layout.")


def wanted(name: str, index: Mapping[str, object], files: Iterable[str]) -> list[str]:
    """Choose the files to fetch, by model_index.json and all names of the repository. Raises PullError."""
    kind = index.get("_class_name")
    if kind not in {family.pipeline for family in FAMILIES.values()}:
        known = ", ".join(family.pipeline for family in FAMILIES.values())
        raise PullError(name, f"it is a {kind}, and limner paints with {known}", "Choose a model of one of these.")
    folders = [part for part, entry in index.items() if isinstance(entry, list) and entry and entry[0] is not None]
    names = sorted(files)
    chosen = [INDEX, *(file for file in names if _ABOUT.fullmatch(file))]
    for folder in folders:
        inside = {file for file in names if PurePosixPath(file).parent == PurePosixPath(folder)}
        chosen += _part(name, folder, {PurePosixPath(file).name for file in inside})
    return chosen


def _part(name: str, folder: str, inside: set[str]) -> list[str]:
    plain = [file for file in inside if file.endswith(_SMALL) and not _SHARD_INDEX.fullmatch(file)]
    weights = _usual(inside) or _half(inside)
    if not weights and (pickles := sorted(file for file in inside if file.endswith(PICKLES))):
        why = f"{folder}/{pickles[0]} is a pickle, which can run a program when it is opened"
        raise PullError(name, why, "Choose a model, or a revision of it (NAME@REVISION), that has safetensors.")
    return [f"{folder}/{file}" for file in sorted([*plain, *weights])]


def _usual(inside: set[str]) -> list[str]:
    found = {file: match for file in inside if (match := _WEIGHTS.fullmatch(file))}
    return _whole(inside, {file: match for file, match in found.items() if not (match["half"] or match["late"])}, "")


def _half(inside: set[str]) -> list[str]:
    found = {file: match for file in inside if (match := _WEIGHTS.fullmatch(file))}
    return _whole(inside, {file: match for file, match in found.items() if match["half"] or match["late"]}, ".fp16")


def _whole(inside: set[str], found: Mapping[str, re.Match[str]], half: str) -> list[str]:
    """Take the one file rather than the shards, where a repository has both."""
    single = [file for file, match in found.items() if not match["shard"]]
    if single or not found:
        return single[:1]
    indices = [file for file in inside if (match := _SHARD_INDEX.fullmatch(file)) and (match["half"] or "") == half]
    return [*found, *indices]
