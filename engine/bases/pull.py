"""Fetch a base model by its name, from wherever it comes. Only a command does this; bots and workers never fetch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from limner.engine.bases.families import Family
from limner.engine.bases.fetching import Progress
from limner.engine.bases.find import check_suffix, find_base, locate, modelscope_folder
from limner.engine.bases.hub import fetch_configs, pull_from_hub
from limner.engine.bases.modelscope import pull_from_modelscope
from limner.engine.bases.names import Kind, Name, read_name
from limner.engine.bases.single import family_of_file, unpacked_folder
from limner.engine.errors import PullError, UnknownBaseError


@dataclass(frozen=True, slots=True)
class Source:
    """Where to fetch from and keep to.

    `shelf` is limner's own folder of models, `modelscope` the address of ModelScope. `offline` refuses whatever would
    ask the network. `configs` names a model whose configurations describe a file.
    """

    shelf: Path
    modelscope: str
    offline: bool = False
    configs: str | None = None


def pull(text: str, source: Source, told: Progress) -> Path:
    """Fetch what is missing of a base model, look whether it is whole, and return its directory.

    `told` hears of each file's bytes. Raises PullError and UnknownBaseError.
    """
    name = read_name(text)
    if name.kind in {Kind.HUB, Kind.MODELSCOPE}:
        _check_online(name, source)
    if name.kind is Kind.HUB:
        pull_from_hub(name, told)
    elif name.kind is Kind.MODELSCOPE:
        pull_from_modelscope(name, modelscope_folder(source.shelf, name), source.modelscope, told)
    elif name.kind is Kind.FILE:
        _unpack(name, source)
    return find_base(text, source.shelf)


def _unpack(name: Name, source: Source) -> None:
    check_suffix(name)
    if unpacked_folder(source.shelf, Path(name.place)) is not None:
        return
    family = family_of_file(Path(name.place))
    configs = _configs(name, family, source)
    from limner.engine.bases.unpack import unpack

    unpack(name, family, configs, source.shelf)


def _configs(name: Name, family: Family, source: Source) -> Path:
    """Find the directory that describes a file: the one that is named, or the family's reference."""
    described = read_name(source.configs or family.reference)
    try:
        return locate(described, source.shelf)
    except UnknownBaseError:
        if described.kind is not Kind.HUB:
            raise
    if family.denoiser == "transformer":
        why = "it holds the transformer alone, and the other parts are not on this machine"
        raise PullError(name.text, why, f"First run `limner models pull {described.text}`.")
    if source.offline:
        why = f"it has no tokenizers, and those of {described.text} are not on this machine"
        raise PullError(name.text, why, "Name a folder that has them with --configs, or run this once online.")
    return fetch_configs(described)


def _check_online(name: Name, source: Source) -> None:
    if source.offline:
        why = "limner is offline, as LIMNER_OFFLINE or HF_HUB_OFFLINE says"
        raise PullError(name.text, why, "Unset both to fetch it.")
