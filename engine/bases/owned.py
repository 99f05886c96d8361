"""Which base models are on this machine: nano, the hub library's cache, and limner's own shelf. Loads no torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from limner.engine.bases.families import INDEX, family_of
from limner.engine.bases.find import NANO
from limner.engine.bases.layout import layout_of
from limner.engine.bases.names import MODELSCOPE
from limner.engine.errors import UnknownBaseError


@dataclass(frozen=True, slots=True)
class Owned:
    """A base model on this machine. `size` is in bytes; `problem` says why it cannot be used, or is None."""

    name: str
    directory: Path
    family: str
    size: int
    licence: str
    problem: str | None


def owned_bases(shelf: Path) -> Iterator[Owned]:
    """Name every base model that is here, whole or not, of a family that limner paints with."""
    yield _owned("nano", NANO)
    places = [*_in_hub_cache(), *_from_modelscope(shelf / "modelscope"), *_from_files(shelf / "files")]
    for name, directory in sorted(places):
        if found := _known(name, directory):
            yield found


def licence_of(directory: Path) -> str:
    """Read the licence from the front matter of the README, or give an empty string."""
    try:
        text = (directory / "README.md").read_text(encoding="utf-8")
        front = yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else {}
    except (OSError, ValueError, IndexError, yaml.YAMLError):
        return ""
    if not isinstance(front, dict):
        return ""
    licence = front.get("license_name") if front.get("license") == "other" else front.get("license")
    return str(licence or front.get("license") or "")


def _known(name: str, directory: Path) -> Owned | None:
    try:
        family_of(directory)
    except UnknownBaseError:
        return None  # a text model, say: not ours
    return _owned(name, directory)


def _owned(name: str, directory: Path) -> Owned:
    problem = None
    try:
        layout_of(directory)
    except UnknownBaseError as error:
        problem = error.why
    size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    return Owned(name, directory, family_of(directory).name, size, licence_of(directory), problem)


def _in_hub_cache() -> Iterator[tuple[str, Path]]:
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return
    for repository in repositories:
        for revision in repository.revisions if repository.repo_type == "model" else ():
            if (revision.snapshot_path / INDEX).is_file():
                at = "" if "main" in revision.refs else f"@{min(revision.refs, default=revision.commit_hash)}"
                yield f"{repository.repo_id}{at}", revision.snapshot_path


def _from_modelscope(folder: Path) -> Iterator[tuple[str, Path]]:
    for index in folder.glob(f"*/*/{INDEX}"):
        owner, model = index.parent.parent.name, index.parent.name.removesuffix("@master")
        yield f"{MODELSCOPE}{owner}/{model}", index.parent


def _from_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for index in folder.glob(f"*/{INDEX}"):
        if not index.parent.name.endswith(".making"):
            yield str(index.parent), index.parent
