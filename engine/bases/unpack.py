"""Unpack a checkpoint that is one .safetensors file into diffusers' layout, once, so that all bases load alike.

The file has no tokenizers and no configurations. They come from a model of the same family in diffusers' layout: one
that is named, or the family's reference, of which only those small files are needed. Z-Image's checkpoints hold the
transformer alone; the rest comes from that model too, which must then be whole. This module loads torch.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from limner.engine.bases.families import FAMILIES, Family, family_of
from limner.engine.bases.fetching import check_room
from limner.engine.bases.layout import layout_of
from limner.engine.bases.names import Name
from limner.engine.bases.single import SOURCE, folder_for, source_of
from limner.engine.errors import PullError
from limner.engine.quiet import quiet


def unpack(name: Name, family: Family, configs: Path, shelf: Path) -> Path:
    """Write the parts of a file into its folder on the shelf, and return that. Raises PullError and UnknownBaseError.

    `configs` is the directory of a model of this family.
    """
    file = Path(name.place)
    folder = folder_for(shelf, file)
    if family_of(configs) is not family:
        why = f"it is a {family.title}, and {configs} is a {family_of(configs).title}"
        raise PullError(name.text, why, "Name a model of the same kind with --configs.")
    if family.denoiser == "transformer":
        layout_of(configs)
    # Float16 stays float16; text encoders and VAE of a file that has them are in its size.
    check_room(name.text, folder, 2 * file.stat().st_size)
    quiet()
    from diffusers.loaders.single_file_utils import SingleFileComponentError

    making = folder.with_name(f"{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    try:
        _load(file, family, configs).save_pretrained(str(making), safe_serialization=True)
    except (OSError, ValueError, KeyError, RuntimeError, SingleFileComponentError) as error:
        shutil.rmtree(making, ignore_errors=True)
        first = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        advice = f"Check that {configs} describes the same kind of model, or name another with --configs."
        raise PullError(name.text, f"it could not be unpacked ({first})", advice) from error
    (making / SOURCE).write_text(json.dumps(source_of(file)))
    shutil.rmtree(folder, ignore_errors=True)
    making.replace(folder)
    return folder


def _load(file: Path, family: Family, configs: Path) -> Any:
    import diffusers
    import torch

    given = {"config": str(configs), "local_files_only": True, "dtype": torch.float16}
    pipeline = getattr(diffusers, family.pipeline)
    if family is not FAMILIES["zimage"]:
        return pipeline.from_single_file(str(file), **given)
    transformer = diffusers.ZImageTransformer2DModel.from_single_file(
        str(file), **(given | {"subfolder": "transformer", "dtype": torch.bfloat16})
    )
    return pipeline.from_pretrained(
        str(configs), transformer=transformer, local_files_only=True, use_safetensors=True, dtype=torch.bfloat16
    )
