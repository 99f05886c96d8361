"""How much memory and work a base model takes, before anything of it is loaded. Loads no torch.

Everything is read from configurations and headers. docs/measurements.md compares it with what torch counts and with the
memory of real runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from limner.engine.bases.cost import Cost, lora_size
from limner.engine.bases.cost_unet import unet_cost
from limner.engine.bases.cost_vae import decoder_cost
from limner.engine.bases.cost_zimage import zimage_cost
from limner.engine.bases.families import Family, read_json
from limner.engine.bases.headers import Tensor
from limner.engine.bases.layout import Layout, layout_of
from limner.engine.errors import UnknownBaseError

#: Weight, gradient, two moments of AdamW and the moving average, all float32.
_LORA_BYTES = 20

#: torch counts 2.18 (SDXL) to 2.25 (SD1.5) forward passes for a step: the base's weights need no gradients.
_STEP = 2.25

#: With checkpointing each block keeps its input alone, and one block at a time all of its results: this share of what
#: a training keeps without. Measured for the two Stable Diffusions (docs/measurements.md), reckoned for Z-Image's 34
#: blocks.
_CHECKPOINTED = {"sd15": 0.15, "sdxl": 0.15, "zimage": 0.06}

#: What a driver, its libraries and torch's allocator take besides. A guess: no GPU was at hand.
RESERVE = 1 << 30


@dataclass(frozen=True, slots=True)
class Training:
    """The figures of a training that decide its memory."""

    rank: int
    batch: int
    targets: tuple[str, ...]
    checkpointing: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one base takes.

    `size` is in pixels. `parameters` and `stored` are numbers and bytes on disk by part. `weights`, `render` and
    `train` are bytes of memory with `number` bytes a number: all weights alone, with the passes for one portrait under
    guidance, and with one step of a Face LoRA, of which each picture of its batch takes `picture`. `lora` counts its
    parameters. `forward` and `decode` are floating-point operations for one picture, `step` for a batch.
    """

    family: Family
    size: int
    number: int
    parameters: dict[str, int]
    stored: dict[str, int]
    weights: int
    render: int
    train: int
    picture: int
    lora: int
    forward: int
    decode: int
    step: int

    def portrait_seconds(self, tflops: float, steps: int) -> float:
        """Tell how long one portrait takes, with guidance, on a device that keeps up `tflops` TFLOP/s."""
        return (2 * steps * self.forward + self.decode) / (tflops * 1e12)

    def training_seconds(self, tflops: float, steps: int) -> float:
        """Tell how long the steps of a training take."""
        return steps * self.step / (tflops * 1e12)


def estimate_base(
    directory: Path, training: Training, *, number: int, pictures: int = 1, offload: bool = False, int8: bool = False
) -> Estimate:
    """Estimate a base model with weights of `number` bytes: 2 on a GPU, 4 on a processor.

    `pictures` are rendered at a time. With `offload` text encoders and VAE are on the device only while they work, with
    `int8` the denoiser's weights have a byte each. Raises UnknownBaseError.
    """
    try:
        return _estimate(layout_of(directory), training, number, pictures, offload=offload, int8=int8)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        why = f"its configuration or its tensors are not those of its class ({error})"
        raise UnknownBaseError(str(directory), why, "Choose another model, or another revision of this one.") from error


def _estimate(layout: Layout, training: Training, number: int, pictures: int, *, offload: bool, int8: bool) -> Estimate:
    tensors = {folder: layout.tensors(folder) for folder in layout.files}
    denoiser = tensors[layout.family.denoiser]
    side = latent_side(layout)
    passing = _denoiser_cost(layout, side, training.targets)
    decoding = decoder_cost(tensors["vae"], side)
    sizes = {folder: number * _count(part) for folder, part in tensors.items()}
    if int8:
        sizes[layout.family.denoiser] //= number
    own = sizes[layout.family.denoiser]
    # The denoiser makes room for the text encoders, and the VAE comes beside it.
    others = sum(size for folder, size in sizes.items() if folder not in {layout.family.denoiser, "vae"})
    resting = own if offload else sum(sizes.values())
    largest = max(own + sizes["vae"], others) if offload else resting
    lora = lora_size(denoiser, training.targets, training.rank)
    kept = passing.training_bytes(number)
    if training.checkpointing:
        kept = round(kept * _CHECKPOINTED[layout.family.name])
    step = kept + number * passing.peak
    return Estimate(
        family=layout.family,
        size=side * _scale(layout),
        number=number,
        parameters={folder: _count(part) for folder, part in tensors.items()},
        stored={folder: sum(file.stat().st_size for file in files) for folder, files in layout.files.items()},
        weights=largest,
        render=max(
            resting + number * pictures * 2 * passing.peak, largest, largest + number * pictures * decoding.peak
        ),
        train=max(resting + training.batch * step + _LORA_BYTES * lora, largest),
        picture=step,
        lora=lora,
        forward=passing.flops,
        decode=decoding.flops,
        step=round(_STEP * training.batch * passing.flops),
    )


def latent_side(layout: Layout) -> int:
    """Tell the side of the latents that a base was trained for."""
    if layout.family.denoiser == "transformer":
        # Its own configuration names no size; its VAE's does.
        side = read_json(layout.directory / "vae" / "config.json", layout.directory).get("sample_size", 1024)
        return int(side) // _scale(layout)
    config = read_json(layout.directory / "unet" / "config.json", layout.directory)
    side = config.get("sample_size")
    if not isinstance(side, int):
        raise UnknownBaseError(str(layout.directory), "unet/config.json names no sample_size", "Fetch it again.")
    return side


def _denoiser_cost(layout: Layout, side: int, targets: tuple[str, ...]) -> Cost:
    tensors = layout.tensors(layout.family.denoiser)
    if layout.family.denoiser == "transformer":
        return zimage_cost(tensors, side, targets)
    config = read_json(layout.directory / "unet" / "config.json", layout.directory)
    return unet_cost(tensors, config, side, targets)


def _scale(layout: Layout) -> int:
    config = read_json(layout.directory / "vae" / "config.json", layout.directory)
    return int(2 ** (len(config["block_out_channels"]) - 1))


def _count(tensors: Mapping[str, Tensor]) -> int:
    return sum(tensor.count for tensor in tensors.values())
