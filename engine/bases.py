"""Where base models lie: the embedded `nano`, a folder in diffusers' layout, or a hub id's local copy.

Loads no torch, so that commands can look without paying for it. Never asks the network.
"""

from __future__ import annotations

import json
from pathlib import Path

from limner.engine.errors import UnknownBaseError

NANO = Path(__file__).resolve().parent / "nano" / "weights"

#: The names of the base models that ship with limner.
EMBEDDED = ("nano",)

#: What diffusers calls the families that limner paints with.
PIPELINES = ("StableDiffusionPipeline", "StableDiffusionXLPipeline", "ZImagePipeline")


def find_base(name: str | Path) -> Path:
    """Tell the directory of a base model, without loading it. Raises UnknownBaseError."""
    directory = NANO if str(name) == "nano" else Path(name).expanduser()
    if not directory.is_dir():
        cached = from_hub_cache(str(name))
        if cached is None:
            raise UnknownBaseError(str(name), "there is no such directory on this machine")
        directory = cached
    index = directory / "model_index.json"
    if not index.is_file():
        raise UnknownBaseError(str(name), f"{directory} has no model_index.json")
    kind = json.loads(index.read_text()).get("_class_name")
    if kind not in PIPELINES:
        raise UnknownBaseError(str(name), f"it is a {kind}, and one of {', '.join(PIPELINES)} is needed")
    return directory


def from_hub_cache(name: str) -> Path | None:
    """Find a hub id in the local cache; None where it is not. Never asks the network."""
    # Here, not above: the web chat looks for its base too, and the library would cost it 30 MB.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError, OSError):
        return None
