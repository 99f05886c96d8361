"""Load a Stable Diffusion directory, the embedded `nano` or any other, for training and rendering alike.

Only safetensors, only what is on this machine. Knows no faces and no styles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

from limner.engine.bases import NANO, find_base
from limner.engine.errors import UnknownBaseError

_EDGE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class BaseModel:
    """A base model in memory: frozen weights in evaluation mode, on one device.

    `unet`, `vae`, `text_encoder` and `tokenizer` are diffusers' and transformers' own objects. `size` is the side of
    its pictures in pixels. `fingerprint` changes when the UNet's weights change, so that a Face LoRA can say which
    weights it was trained for. `safety` is the directory's own safety checker with its feature extractor, or None.
    """

    unet: Any
    vae: Any
    text_encoder: Any
    tokenizer: Any
    scheduler: Any
    size: int
    name: str
    directory: Path
    fingerprint: str
    safety: tuple[Any, Any] | None = None
    prompts: dict[str, torch.Tensor] = field(default_factory=dict)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        found: torch.device = self.unet.device
        return found

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one picture's latents."""
        side = self.size // vae_scale_factor(self.vae)
        return (int(self.unet.config.in_channels), side, side)


def load_base(name: str | Path, device: str = "cpu") -> BaseModel:
    """Load the base model `name`: "nano", a diffusers directory, or a hub id that is already on this machine.

    The weights are float32 on a processor (bfloat16 was measured there: 1.1 times faster in a forward pass and slower
    in a LoRA step, even with AVX512-BF16) and bfloat16 on a GPU that has it. Raises UnknownBaseError.
    """
    directory = find_base(name)
    try:
        pipeline = StableDiffusionPipeline.from_pretrained(
            str(directory), use_safetensors=True, local_files_only=True, dtype=_dtype(device)
        )
    except (OSError, ValueError, KeyError) as error:
        raise UnknownBaseError(str(name), f"it cannot be loaded ({_first_line(error)})") from error
    for model in (pipeline.unet, pipeline.vae, pipeline.text_encoder):
        model.to(device).eval().requires_grad_(requires_grad=False)
    # The default layout is half as fast for convolutions on a processor.
    pipeline.unet.to(memory_format=torch.channels_last)
    pipeline.vae.to(memory_format=torch.channels_last)
    return BaseModel(
        unet=pipeline.unet,
        vae=pipeline.vae,
        text_encoder=pipeline.text_encoder,
        tokenizer=pipeline.tokenizer,
        scheduler=DDIMScheduler.from_config(pipeline.scheduler.config),
        size=int(pipeline.unet.config.sample_size) * vae_scale_factor(pipeline.vae),
        name=_public_name(name, directory),
        directory=directory,
        fingerprint=_fingerprint(directory / "unet"),
        safety=(pipeline.safety_checker, pipeline.feature_extractor) if pipeline.safety_checker else None,
    )


def knows_word(base: BaseModel, word: str) -> bool:
    """Tell whether a word is one token of the base's vocabulary, and so one that its training has met."""
    tokens: list[int] = base.tokenizer(word, add_special_tokens=False).input_ids
    return len(tokens) == 1


def vae_scale_factor(vae: Any) -> int:
    """Tell how many pixels one latent stands for, along one side."""
    return int(2 ** (len(vae.config.block_out_channels) - 1))


def _dtype(device: str) -> torch.dtype:
    on_gpu = torch.device(device).type == "cuda"
    return torch.bfloat16 if on_gpu and torch.cuda.is_bf16_supported() else torch.float32


def _fingerprint(unet: Path) -> str:
    """Hash the UNet's configuration and the edges of its weights.

    Whole files of several GB would take half a minute at each start.
    """
    digest = hashlib.sha256()
    for piece in _telling_pieces(unet):
        digest.update(piece)
    return digest.hexdigest()[:16]


def _telling_pieces(unet: Path) -> Iterator[bytes]:
    yield (unet / "config.json").read_bytes()
    for path in sorted(unet.glob("*.safetensors")):
        size = path.stat().st_size
        yield size.to_bytes(8, "big")
        with path.open("rb") as file:
            yield file.read(_EDGE)
            file.seek(max(0, size - _EDGE))
            yield file.read()


def _public_name(name: str | Path, directory: Path) -> str:
    """Give a name that may leave this machine inside a LoRA or a portrait: a hub id, or the directory's last part."""
    if directory == NANO:
        return "nano"
    return directory.name if Path(name).is_dir() else str(name)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
