"""Load a base model, the embedded `nano` or any other, for training and rendering alike.

Only safetensors, only what is on this machine. Knows no faces and no styles; what differs from one family of models to
the next is in the families' own files (see `family`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch

from limner.engine.bases import NANO, find_base
from limner.engine.bases.layout import layout_of
from limner.engine.errors import UnknownBaseError
from limner.engine.models import sd15, sdxl, zimage
from limner.engine.models.controlnet import load_controlnet
from limner.engine.models.family import Family, Loading, Parts
from limner.engine.models.prompts import Prompts
from limner.engine.models.running import Running, device_of
from limner.engine.models.schedule import Schedule
from limner.engine.models.vae import vae_scale_factor

T = TypeVar("T")

_EDGE = 1 << 20

#: The LCM-LoRA that a base may bring along, beside its model_index.json.
FEW_STEP_FILE = "lcm.safetensors"

#: How each family of `limner.engine.bases.FAMILIES` is loaded.
LOADERS: Mapping[str, Callable[[Path, Loading], Parts]] = {"sd15": sd15.load, "sdxl": sdxl.load, "zimage": zimage.load}


@dataclass(frozen=True, slots=True, eq=False)
class BaseModel:
    """A base model in memory: frozen weights in evaluation mode, the denoiser on `device`.

    `denoiser` (a UNet or a transformer) and `vae` are diffusers' own objects. `size` is the side of its pictures in
    pixels. `fingerprint` changes when the denoiser's weights change, so that a Face LoRA can say which weights it was
    trained for. `safety` is the directory's own safety checker with its feature extractor, or None. `few_step_lora` is
    the file of an LCM-LoRA that lets it draw in a few steps, `face_adapter` where an IP-Adapter-FaceID lies, or None.
    `controlnet` is diffusers' own object, by which poses are drawn, or None. `floor` is one request's seat where
    several train and draw on one device (`limner.engine.floor.seats.Seat`), or None where there is but one.
    """

    family: Family
    denoiser: Any
    vae: Any
    schedule: Schedule
    size: int
    name: str
    directory: Path
    fingerprint: str
    device: torch.device
    offload: bool = False
    safety: tuple[Any, Any] | None = None
    few_step_lora: Path | None = None
    face_adapter: Path | None = None
    controlnet: Any = None
    floor: Any = None
    prompts: dict[str, Prompts] = field(default_factory=dict)

    @property
    def dtype(self) -> torch.dtype:
        """The type that the denoiser computes in."""
        found: torch.dtype = self.denoiser.dtype
        return found

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one picture's latents."""
        side = self.size // vae_scale_factor(self.vae)
        return (int(self.denoiser.config.in_channels), side, side)

    @property
    def grid(self) -> int:
        """Of what number the height and width of its latents must be multiples."""
        return self.family.grid(self.denoiser)

    def predict(self, latents: torch.Tensor, timesteps: torch.Tensor, prompts: Prompts) -> torch.Tensor:
        """Call the denoiser: (n, c, h, w) latents at (n,) timesteps; what the schedule calls its target, float32."""
        inputs = latents.to(self.device, self.dtype).contiguous(memory_format=torch.channels_last)
        return self.family.predict(self.denoiser, inputs, timesteps.to(self.device), prompts).float()

    def on_device(self, work: Callable[[], T]) -> T:
        """Do something that needs the device: at once, or on the floor's thread between two of its turns."""
        if self.floor is None:
            return work()
        done: T = self.floor.call(work)
        return done

    @contextmanager
    def present(self, *models: Any, alone: bool = False) -> Iterator[None]:
        """Have models on the device for a while, if they wait elsewhere; `alone`: the denoiser steps aside for them."""
        if not self.offload:
            yield
            return
        aside = (self.denoiser,) if alone else ()
        _move("cpu", aside)
        _move(self.device, models)
        try:
            yield
        finally:
            _move("cpu", models)
            _move(self.device, aside)


def load_base(name: str | Path, running: Running | None = None) -> BaseModel:
    """Load the base model `name`: "nano", a diffusers directory, or a hub id that is already on this machine.

    Raises UnknownBaseError, and PoseError where the ControlNet that was chosen does not fit it.
    """
    running = running or Running()
    directory = find_base(name)
    device = torch.device(device_of(running))
    try:
        layout = layout_of(directory)
        how = Loading(_dtype(running, device), device, running.quantise == "int8", layout.variant)
        net = running.controlnet and load_controlnet(running.controlnet, directory, str(name), how.dtype, device)
        parts = LOADERS[layout.family.name](directory, how)
    except ImportError as error:
        raise UnknownBaseError(str(name), f"a library is missing ({_first_line(error)})") from error
    except (OSError, ValueError, KeyError) as error:
        raise UnknownBaseError(str(name), f"it cannot be loaded ({_first_line(error)})") from error
    _settle(parts, device, running)
    return BaseModel(
        family=parts.family,
        denoiser=parts.denoiser,
        vae=parts.vae,
        schedule=parts.schedule,
        size=parts.size,
        name=_public_name(name, directory),
        directory=directory,
        fingerprint=_fingerprint(directory / parts.family.prefix),
        device=device,
        offload=running.offload,
        safety=parts.safety,
        few_step_lora=running.few_step_lora or _own_few_step_lora(directory),
        face_adapter=running.face_adapter,
        controlnet=net,
    )


def _move(to: torch.device | str, models: Iterable[Any]) -> None:
    for model in models:
        model.to(to)


def _own_few_step_lora(directory: Path) -> Path | None:
    file = directory / FEW_STEP_FILE
    return file if file.is_file() else None


def _settle(parts: Parts, device: torch.device, running: Running) -> None:
    """Bring the models to where they belong, frozen."""
    others = [parts.vae, *parts.family.text_encoders, *(parts.safety or ())[:1]]
    parts.denoiser.to(device)
    _move("cpu" if running.offload else device, others)
    for model in (parts.denoiser, *others):
        model.eval().requires_grad_(requires_grad=False)
    # The default layout is half as fast for convolutions on a processor; transformers have none.
    for model in (parts.denoiser, parts.vae):
        model.to(memory_format=torch.channels_last)
    if running.compile:
        parts.denoiser.compile_repeated_blocks()


def _dtype(running: Running, device: torch.device) -> torch.dtype:
    if running.quantise == "int8":
        return torch.bfloat16  # torchao's integers know no other
    if running.precision != "auto":
        found: torch.dtype = getattr(torch, running.precision)
        return found
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def _fingerprint(denoiser: Path) -> str:
    """Hash the denoiser's configuration and the edges of its weights.

    Whole files of several GB would take half a minute at each start.
    """
    digest = hashlib.sha256()
    for piece in _telling_pieces(denoiser):
        digest.update(piece)
    return digest.hexdigest()[:16]


def _telling_pieces(denoiser: Path) -> Iterator[bytes]:
    yield (denoiser / "config.json").read_bytes()
    for path in sorted(denoiser.glob("*.safetensors")):
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
