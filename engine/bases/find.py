"""Where base models lie on this machine. Never asks the network, and loads no torch.

limner keeps what it fetched itself on a shelf, a folder below its home: `modelscope/owner/model@revision`, and
`files/` for checkpoints that came as one file. Hub ids are in the hub library's own cache.
"""

from __future__ import annotations

from pathlib import Path

from limner.engine.bases.families import INDEX
from limner.engine.bases.layout import layout_of
from limner.engine.bases.names import EMBEDDED, PICKLES, Kind, Name, read_name
from limner.engine.bases.single import unpacked_folder
from limner.engine.errors import IncompleteBaseError, UnknownBaseError

__all__ = ["EMBEDDED", "NANO", "check_suffix", "find_base", "from_hub_cache", "locate", "modelscope_folder"]

NANO = Path(__file__).resolve().parents[1] / "nano" / "weights"


def find_base(name: str | Path, shelf: Path | None = None) -> Path:
    """Tell the directory of a base model that is whole, without loading it.

    `shelf` is where limner keeps what it fetched. Raises UnknownBaseError.
    """
    read = read_name(str(name))
    directory = locate(read, shelf)
    try:
        layout_of(directory)
    except UnknownBaseError as error:
        advice = _mend(read) if isinstance(error, IncompleteBaseError) else error.advice
        raise type(error)(str(name), error.why, advice) from error
    return directory


def locate(name: Name, shelf: Path | None) -> Path:
    """Tell the directory that a name means, whole or not. Raises UnknownBaseError where there is none."""
    if name.kind is Kind.EMBEDDED:
        return NANO
    if name.kind is Kind.FOLDER:
        return Path(name.place)
    if name.kind is Kind.FILE:
        return _from_file(name, shelf)
    directory = _fetched(name, shelf)
    if directory is None or not directory.is_dir():
        where = " at this revision" if "@" in name.text else ""
        raise UnknownBaseError(name.text, f"it is not on this machine{where}", _fetch(name))
    return directory


def modelscope_folder(shelf: Path, name: Name) -> Path:
    """Tell where a model of ModelScope is kept."""
    return shelf / "modelscope" / f"{name.place}@{name.revision.replace('/', '--')}"


def _fetched(name: Name, shelf: Path | None) -> Path | None:
    if name.kind is Kind.HUB:
        return from_hub_cache(name.place, INDEX, name.revision)
    return None if shelf is None else modelscope_folder(shelf, name)


def _from_file(name: Name, shelf: Path | None) -> Path:
    check_suffix(name)
    directory = None if shelf is None else unpacked_folder(shelf, Path(name.place))
    if directory is None or not directory.is_dir():
        why = "it is one file, and limner paints with its parts"
        raise UnknownBaseError(name.text, why, f"Unpack it once with `limner models pull {name.text}`.")
    return directory


def check_suffix(name: Name) -> None:
    """Refuse a file that is not safetensors by its name. Raises UnknownBaseError."""
    suffix = Path(name.place).suffix
    if suffix == ".safetensors":
        return
    pickled = "a pickle, which can run a program when it is opened"
    why = f"it is {pickled if suffix in PICKLES else 'a file, but not safetensors'}"
    raise UnknownBaseError(name.text, why, "Choose a file that is safetensors.")


def from_hub_cache(repository: str, file: str, revision: str = "main") -> Path | None:
    """Find the folder of a hub id in the local cache by one of its files; never asks the network."""
    # Here, not above: the web chat looks for its base too, and the library would cost it 30 MB.
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(repository, file, revision=revision)
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


def _fetch(name: Name) -> str:
    return f"Fetch it with `limner models pull {name.text}`."


def _mend(name: Name) -> str:
    if name.kind in {Kind.HUB, Kind.MODELSCOPE, Kind.FILE}:
        return f"Fetch what is missing with `limner models pull {name.text}`."
    return "Name a whole folder in diffusers' layout: model_index.json, and one folder for each part."
