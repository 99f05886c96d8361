"""A base model's directory at its true size that takes a few kilobytes.

The headers are whole, the numbers are holes in the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from limner.engine.bases.families import FAMILIES, INDEX
from limner.engine.bases.headers import Tensor
from limner.engine.bench.true_size import SIDES, denoiser, header, text_encoders, vae


def write_sparse(directory: Path, family: str, side: int | None = None) -> Path:
    """Write the configurations and headers of a family's published model, and return the directory.

    `side` makes it paint other sizes: that of its latents.
    """
    known = FAMILIES[family]
    models = {known.denoiser: denoiser(family), "vae": vae(family), **text_encoders(family)}
    index: dict[str, Any] = {"_class_name": known.pipeline}
    for part in known.parts:
        model = models[part.folder]
        index[part.folder] = ["diffusers" if part.stem.startswith("diffusion") else "transformers", part.classes[0]]
        _write_part(directory / part.folder, part.stem, model, _size_of(part.folder, family, side))
    for folder in known.plain:
        index[folder] = ["transformers", "Any"]
        (directory / folder).mkdir(parents=True)
        (directory / folder / f"{folder}.json").write_text("{}")
    (directory / INDEX).write_text(json.dumps(index))
    return directory


def write_hollow_file(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file whose numbers are a hole in the file."""
    entries, place = {}, 0
    for name, tensor in tensors.items():
        offsets = [place, place + tensor.size]
        entries[name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        place += tensor.size
    text = json.dumps(entries).encode()
    with file.open("wb") as opened:
        opened.write(len(text).to_bytes(8, "little") + text)
        opened.truncate(8 + len(text) + place)


def _size_of(folder: str, family: str, side: int | None) -> dict[str, Any]:
    latents = side or SIDES[family]
    sizes = {"unet": latents, "vae": 8 * latents}
    return {"sample_size": sizes[folder]} if folder in sizes else {}


def _write_part(folder: Path, stem: str, model: Any, size: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    write_hollow_file(folder / f"{stem}.safetensors", header(model))
    config = {
        name: value for name, value in dict(model.config if stem.startswith("diff") else {}).items() if name[0] != "_"
    }
    (folder / "config.json").write_text(json.dumps(config | size, default=str))
