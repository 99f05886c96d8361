"""Where base models lie, found without importing torch. The engine looks closer when it loads one."""

import importlib.util
from pathlib import Path

from limner.deploy.errors import UserMistakeError

# The base models that ship with limner, as folders of the engine.
EMBEDDED = {"nano": "nano/weights"}


def model_folder(name: str) -> Path:
    """Return the folder of a base model: one that ships, a diffusers folder of your own, or a hub id's local copy.

    Nothing is downloaded. Raises UserMistakeError where there is none on this machine.
    """
    if name in EMBEDDED:
        return _engine_folder() / EMBEDDED[name]
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _hub_copy(name) or folder
    if not folder.is_dir():
        known = ", ".join(sorted(EMBEDDED))
        raise UserMistakeError(
            f"There is no base model {name!r} on this machine. Name {known}, or a folder in diffusers' layout."
        )
    return folder


def model_problem(name: str) -> str | None:
    """Say in one sentence why a base model cannot be used, or None where it can."""
    try:
        folder = model_folder(name)
    except UserMistakeError as error:
        return str(error)
    if not (folder / "model_index.json").is_file():
        return (
            f"{folder} holds no model_index.json. Install limner anew, or set LIMNER_BASE_MODEL to a diffusers folder."
        )
    return None


def _hub_copy(name: str) -> Path | None:
    """Find the local copy of a model that is called owner/name on the hub."""
    if name.count("/") != 1 or importlib.util.find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError):  # not in the cache, or no name at all
        return None


def _engine_folder() -> Path:
    spec = importlib.util.find_spec("limner.engine")
    assert spec is not None, "limner.engine is part of this package"
    assert spec.origin is not None, "and it has an __init__.py"
    return Path(spec.origin).parent
