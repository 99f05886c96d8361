"""LoRA layers of a denoiser: made, read from and written to safetensors, put in and taken out.

The base's own weights never change: peft wraps the layers, and `detach` leaves the plain layers behind. Files have
diffusers' keys (`unet.<module>.lora_A.weight`, or `transformer.`) and peft's configuration in their metadata, so
the `load_lora_weights` of diffusers' pipelines reads them.
"""

from __future__ import annotations

import json
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from peft import LoraConfig
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import get_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load, save

from limner.engine.alphas import CONFIG
from limner.engine.errors import BadLoraError
from limner.engine.models.base import BaseModel
from limner.engine.models.family import State

#: What a reader needs to build the layers again; the rest of peft's configuration is about training.
_KEPT = ("r", "lora_alpha", "target_modules", "rank_pattern", "alpha_pattern", "use_dora", "lora_bias")


@contextmanager
def fresh_lora(
    base: BaseModel, name: str, *, rank: int, alpha: float, targets: Sequence[str], seed: int
) -> Iterator[dict[str, torch.nn.Parameter]]:
    """Put a new, trainable LoRA into the denoiser; give its parameters by name; take it out at the end.

    The first prediction equals the base's (B is nought). The same seed gives the same A.
    """
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(targets))
    with torch.random.fork_rng(devices=[]):
        base.denoiser.add_adapter(config, adapter_name=name)
    parameters = {key: weight for key, weight in base.denoiser.named_parameters() if weight.requires_grad}
    for key, weight in parameters.items():
        # AdamW's small steps would be lost in half precision; peft casts what goes in and comes out.
        weight.data = weight.data.float()
        if ".lora_A." in key:
            weight.data.copy_(first_down(key.partition(".lora_A.")[0], tuple(weight.shape), seed))
    try:
        yield parameters
    finally:
        detach(base)


def first_down(module: str, shape: tuple[int, ...], seed: int) -> torch.Tensor:
    """Draw the A that a module's LoRA begins with, (rank, …): Gaussian with a spread of 1 / rank, as peft's.

    It hangs on the module's name and the seed, not on who else is drawn: a slot of the floor begins as a LoRA of its
    own does.
    """
    chance = torch.Generator().manual_seed((seed << 32 | zlib.crc32(module.encode())) % (1 << 63))
    return torch.randn(shape, generator=chance) / shape[0]


@contextmanager
def attached(base: BaseModel, loras: Mapping[str, bytes]) -> Iterator[None]:
    """Put LoRA files into the denoiser under their names, frozen, and take them out at the end. Raises BadLoraError."""
    try:
        with warnings.catch_warnings():
            # peft warns of several adapters in one model, which is what is wanted.
            warnings.filterwarnings("ignore", "Already found a `peft_config`")
            for name, data in loras.items():
                _attach(base, name, data)
        base.denoiser.requires_grad_(requires_grad=False)
        yield
    finally:
        detach(base)


def fitting_layers(base: BaseModel, data: bytes) -> int:
    """Count the layers of a LoRA file that the base has. Raises BadLoraError when there are none or they do not fit."""
    with attached(base, {"tried": data}):
        return len(_wrapped(base))


@contextmanager
def without_loras(base: BaseModel) -> Iterator[None]:
    """Leave every LoRA of the denoiser out of the predictions of a block, and put them back with their multipliers."""
    layers = _wrapped(base)
    for layer in layers:
        layer.enable_adapters(enabled=False)
    try:
        yield
    finally:
        for layer in layers:
            layer.enable_adapters(enabled=True)


def detach(base: BaseModel) -> None:
    """Take every LoRA out of the denoiser, also what is left of one that did not fit. Does nothing to a plain one."""
    base.denoiser.unload_lora()


def dump(
    base: BaseModel,
    name: str,
    notes: Mapping[str, str] | None = None,
    *,
    values: Mapping[str, torch.Tensor] | None = None,
    dtype: torch.dtype = torch.float16,
) -> bytes:
    """Write one LoRA of the denoiser as safetensors; `values` (by parameter name) replace the layers' own.

    float16 halves the file and moves the prediction by less than a thousandth, as every LoRA in the field has it.
    `notes` go to the metadata beside peft's configuration.
    """
    state = get_peft_model_state_dict(base.denoiser, state_dict=_named(base, values), adapter_name=name)
    return write_lora(base, state, base.denoiser.peft_config[name].to_dict(), notes, dtype=dtype)


def write_lora(
    base: BaseModel,
    layers: Mapping[str, torch.Tensor],
    config: Mapping[str, object],
    notes: Mapping[str, str] | None = None,
    *,
    dtype: torch.dtype = torch.float16,
) -> bytes:
    """Write a LoRA as `dump` does, from tensors by their names in the denoiser and peft's configuration of them."""
    prefix = base.family.prefix
    tensors = {f"{prefix}.{key}": value.detach().to("cpu", dtype).contiguous() for key, value in layers.items()}
    kept = {f"{prefix}.{key}": _plain(config[key]) for key in _KEPT if key in config}
    config_note = {CONFIG: json.dumps(kept, sort_keys=True)}
    return _settle(save(tensors, metadata={"format": "pt", **config_note, **(notes or {})}))


def read_notes(data: bytes) -> dict[str, str]:
    """Read the metadata of a safetensors file. Raises BadLoraError."""
    try:
        length = int.from_bytes(data[:8], "little")
        notes = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (ValueError, AttributeError) as error:
        raise BadLoraError("it is not a safetensors file") from error
    return {str(key): str(value) for key, value in notes.items()}


def _settle(data: bytes) -> bytes:
    """Sort the metadata: safetensors writes it in an order of chance, and the same training gives the same file."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def read_lora(base: BaseModel, data: bytes) -> tuple[State, Mapping[str, float] | None, dict[str, Any]]:
    """Read a LoRA file, whatever its keys: tensors in diffusers' keys, alphas it names, peft's configuration or {}.

    Raises BadLoraError.
    """
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise BadLoraError("it is not a safetensors file") from error
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise BadLoraError("it holds numbers that are not finite")
    state, alphas = _read(base, tensors)
    config = read_notes(data).get(CONFIG)
    return state, alphas, {} if config is None else json.loads(config)


def _attach(base: BaseModel, name: str, data: bytes) -> None:
    state, alphas, known = read_lora(base, data)
    try:
        base.denoiser.load_lora_adapter(
            state,
            prefix=base.family.prefix,
            adapter_name=name,
            network_alphas=alphas,
            metadata=known if known and not alphas else None,
        )
    except (ValueError, RuntimeError, TypeError, KeyError) as error:
        raise BadLoraError(f"it does not fit the base model {base.name}") from error
    if name not in getattr(base.denoiser, "peft_config", {}):
        raise BadLoraError(f"it has no layer for the base model {base.name}")


def _read(base: BaseModel, tensors: State) -> tuple[State, Mapping[str, float] | None]:
    try:
        return base.family.read_lora(tensors, base.denoiser)
    except (ValueError, RuntimeError, TypeError, KeyError) as error:
        raise BadLoraError(f"its layers are not named as those of {base.name}") from error


def _wrapped(base: BaseModel) -> list[BaseTunerLayer]:
    return [module for module in base.denoiser.modules() if isinstance(module, BaseTunerLayer)]


def _named(base: BaseModel, values: Mapping[str, torch.Tensor] | None) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = base.denoiser.state_dict()
    return state if values is None else {**state, **values}


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, set) else value
