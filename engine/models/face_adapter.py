"""IP-Adapter-FaceID: a face's embedding as a second prompt of a UNet, so that somebody is drawn without any training.

Ye et al. 2023, arXiv 2308.06721; the files are h94/IP-Adapter-FaceID's, brought to safetensors (docs/preview.md), for
Stable Diffusion 1.5 and SDXL. They were trained on insightface's embeddings and take no others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save

from limner.engine.bases.beside import check_face_adapter
from limner.engine.errors import BadFaceAdapterError
from limner.engine.models.base import BaseModel
from limner.engine.models.family import State

_PARTS = ("image_proj", "ip_adapter")


@dataclass(frozen=True, slots=True, eq=False)
class FaceAdapter:
    """An adapter that fits a base, and the face it shall show: (width,) float32 of length 1."""

    parts: dict[str, State]
    lora: bytes | None
    """The LoRA that was trained together with it (safetensors): inside its file or beside it, if anywhere."""
    face: torch.Tensor


def read_face_adapter(base: BaseModel, embeddings: np.ndarray) -> FaceAdapter:
    """Read the base's face adapter for a sitter of (n, width) embeddings. Raises BadFaceAdapterError."""
    assert base.face_adapter is not None
    file = check_face_adapter(base.face_adapter, base.directory, base.name, embeddings.shape[1])
    tensors = load_file(file)
    parts = {part: _under(tensors, part) for part in _PARTS}
    if not all(bool(torch.isfinite(value).all()) for part in parts.values() for value in part.values()):
        raise BadFaceAdapterError(str(file), "it holds numbers that are not finite")
    mean = F.normalize(torch.from_numpy(embeddings).float(), dim=-1).mean(dim=0)
    return FaceAdapter(parts, _lora(base, parts, file), F.normalize(mean, dim=0))


@contextmanager
def face_shown(base: BaseModel, adapter: FaceAdapter | None) -> Iterator[None]:
    """Have an adapter in the UNet for a while: every prompt must name a face then. None does nothing.

    The UNet's own way of attention comes back at the end. LoRAs may be in it, but not come or go meanwhile.
    """
    if adapter is None:
        yield
        return
    unet = base.denoiser
    before = unet.attn_processors
    try:
        # What a pipeline's load_ip_adapter ends in; a pipeline would also want its image encoder, which is not needed.
        unet._load_ip_adapter_weights([adapter.parts], low_cpu_mem_usage=False)  # noqa: SLF001
        unet.requires_grad_(requires_grad=False)
        yield
    finally:
        unet.set_attn_processor(before)
        unet.encoder_hid_proj = None
        unet.config.encoder_hid_dim_type = None


def _lora(base: BaseModel, parts: dict[str, State], file: Path) -> bytes | None:
    inside = base.denoiser._load_ip_adapter_loras([parts])  # noqa: SLF001  as above
    if inside:
        return save({key: value.contiguous() for key, value in inside[0].items()})
    beside = file.with_name(f"{file.stem}_lora.safetensors")
    return beside.read_bytes() if beside.is_file() else None


def _under(tensors: State, part: str) -> State:
    return {key.removeprefix(f"{part}."): value for key, value in tensors.items() if key.startswith(f"{part}.")}
