"""Whether a directory is a whole base model in diffusers' layout, and in which files its weights are.

Loads no torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from limner.engine.bases.families import INDEX, Family, Part, family_of, read_json
from limner.engine.bases.headers import HeaderError, Tensor, read_header
from limner.engine.bases.names import PICKLES
from limner.engine.errors import IncompleteBaseError, UnknownBaseError

#: What diffusers calls the second set of weights in a directory; None is the usual one, which is taken where both are.
VARIANTS = (None, "fp16", "bf16")


@dataclass(frozen=True, slots=True)
class Layout:
    """A directory that was found whole. `files` are the weights of each part, by its folder."""

    directory: Path
    family: Family
    variant: str | None
    files: Mapping[str, tuple[Path, ...]]

    def tensors(self, folder: str) -> dict[str, Tensor]:
        """Read what tensors a part has. Raises UnknownBaseError."""
        found: dict[str, Tensor] = {}
        for file in self.files[folder]:
            try:
                found |= read_header(file)
            except (HeaderError, OSError) as error:
                raise IncompleteBaseError(str(self.directory), f"{file} {error}") from error
        return found


def layout_of(directory: Path) -> Layout:
    """Look whether every part, its configuration and its weights are there. Raises UnknownBaseError.

    Reads a few small files, and of the weights only their directory entries.
    """
    family = family_of(directory)
    index = read_json(directory / INDEX, directory)
    for part in family.parts:
        _check_part(directory, index, part)
    for folder in family.plain:
        _check_plain(directory, index, folder)
    for folder, entry in index.items():
        if isinstance(entry, list) and entry and entry[0] is not None:
            _check_pickles(directory, folder)
    variant = variant_of(directory, family)
    files = {part.folder: tuple(weight_files(directory, part, variant)) for part in family.parts}
    return Layout(directory, family, variant, files)


def variant_of(directory: Path, family: Family) -> str | None:
    """Tell which set of weights to load, as diffusers' `variant`. Raises UnknownBaseError where no set is there.

    One for the whole directory: diffusers takes the usual files of a part where the variant has none.
    """
    denoiser = family.part(family.denoiser)
    for variant in VARIANTS:
        if _first_file(directory / denoiser.folder, denoiser, variant) is not None:
            return variant
    raise _no_weights(directory, denoiser)


def weight_files(directory: Path, part: Part, variant: str | None) -> Iterator[Path]:
    """Name the safetensors files of a part: one, or all that its index names. Raises UnknownBaseError."""
    folder = directory / part.folder
    first = _first_file(folder, part, variant) or _first_file(folder, part, None)
    if first is None:
        raise _no_weights(directory, part)
    if first.suffix == ".safetensors":
        yield first
        return
    shards = read_json(first, directory).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise IncompleteBaseError(str(directory), f"{first} names no weights")
    for name in sorted(set(shards.values())):
        file = folder / name
        if file.parent != folder or file.suffix != ".safetensors":
            raise IncompleteBaseError(str(directory), f"{first} names {name}, which is not a safetensors file")
        if not file.is_file():
            raise IncompleteBaseError(str(directory), f"{part.folder}/{name} is missing")
        yield file


def index_name(part: Part, variant: str | None) -> str:
    """Give the name of the file that says which shard holds which tensor."""
    return f"{part.stem}.safetensors.index{_dotted(variant)}.json"


def _first_file(folder: Path, part: Part, variant: str | None) -> Path | None:
    names = (f"{part.stem}{_dotted(variant)}.safetensors", index_name(part, variant))
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _dotted(variant: str | None) -> str:
    return f".{variant}" if variant else ""


def _check_part(directory: Path, index: Mapping[str, object], part: Part) -> None:
    named = index.get(part.folder)
    kind = named[1] if isinstance(named, list) and len(named) == 2 else None
    if kind not in part.classes:
        why = f"its {part.folder} is {_article(kind)}, and {' or '.join(part.classes)} is needed"
        raise UnknownBaseError(str(directory), why, "Choose another model, or another revision of this one.")
    read_json(directory / part.folder / "config.json", directory)


def _check_pickles(directory: Path, folder: str) -> None:
    """Refuse a folder whose weights are pickles alone, a safety checker's for example: the loader takes all parts."""
    if not any((directory / folder).glob("*.safetensors")) and (pickles := _pickles(directory / folder)):
        raise _pickled(directory, folder, pickles)


def _check_plain(directory: Path, index: Mapping[str, object], folder: str) -> None:
    if folder not in index or not any((directory / folder).glob("*.json")):
        raise IncompleteBaseError(str(directory), f"the folder {folder} is missing in {directory}")


def _article(kind: object) -> str:
    return f"a {kind}" if kind else "not there"


def _no_weights(directory: Path, part: Part) -> UnknownBaseError:
    if pickles := _pickles(directory / part.folder):
        return _pickled(directory, part.folder, pickles)
    return IncompleteBaseError(str(directory), f"the weights of its {part.folder} are missing in {directory}")


def _pickles(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*") if file.suffix in PICKLES)


def _pickled(directory: Path, folder: str, pickles: list[str]) -> UnknownBaseError:
    why = f"{folder}/{pickles[0]} is a pickle, which can run a program when it is opened"
    return UnknownBaseError(str(directory), why, "Choose a model, or a revision of it, that has safetensors.")
