"""What one more seat takes, and what it takes to bring somebody's LoRAs to one."""

from __future__ import annotations

import time
from pathlib import Path

import torch

from limner.engine.bench.floor_base import twin
from limner.engine.bench.floor_drawing import Diffusers
from limner.engine.bench.floor_world import User, World
from limner.engine.floor.layers import Stack, Weights, joined
from limner.engine.floor.loading import weights_of
from limner.engine.floor.optimizer import SlotAdamW

_MB = 1 << 20
#: Seats that are added to see what one takes: many, so that what else moves does not count.
_MORE = 8


def switch_slot(world: World, user: User, ready: Weights | None = None) -> float:
    """Bring a user's face and style from their files, or from `ready` tensors, to a slot; give milliseconds."""
    floor = world.seats.floor
    began = time.perf_counter()
    weights = joined_weights(world, user) if ready is None else ready
    floor.call(user.name, 0, lambda: floor.drawings.load(0, weights))
    _settle(world.base.device)
    return 1000 * (time.perf_counter() - began)


def joined_weights(world: World, user: User) -> Weights:
    """Read a user's face and style from their files into the form of a slot."""
    files = user.files.items()
    return joined(*((weights_of(world.base, file.read_bytes()), user.scales[name]) for name, file in files))


def switch_pipeline(diffusers: Diffusers, user: User) -> float:
    """Bring a user's face and style into diffusers' pipeline; give milliseconds. Taking them out is not counted."""
    began = time.perf_counter()
    diffusers.load(user)
    _settle(diffusers.base.device)
    took = 1000 * (time.perf_counter() - began)
    diffusers.pipeline.unload_lora_weights()
    return took


def seat_megabytes(world: World) -> float:
    """Count from the tensors: weights, two moments, average and gradient of a training slot, and a drawing slot."""
    floor = world.seats.floor
    training = sum(weight[0].nbytes for weight in floor.lessons.parameters())
    drawing = sum(weight[0].nbytes for weight in floor.drawings.parameters())
    return (5 * training + drawing) / _MB


def seat_megabytes_held(world: World) -> float | None:
    """Lay out more seats, write to all of their tensors, and see by how much the memory in use grows a seat.

    A processor's is the resident set, a GPU's what torch has given out. None where the system does not tell.
    """
    base, layout = twin(world.base), world.seats.floor
    before = _memory(base.device)
    lessons = Stack(base.denoiser, world.recipe.targets, slots=_MORE, rank=layout.lessons.rank)
    drawings = Stack(base.denoiser, list(layout.drawings.layers), slots=_MORE, rank=layout.drawings.rank)
    optimizer = SlotAdamW(lessons.parameters())
    with torch.no_grad():
        for weight in lessons.parameters():
            weight.grad = torch.zeros_like(weight)
            weight.grad.fill_(1.0)
        # Pages of nought that nobody has written to are in no resident set.
        for tensor in (*optimizer.weights, *optimizer.means, *optimizer.squares, *optimizer.averages):
            tensor.fill_(1.0)
        for tensor in drawings.parameters():
            tensor.fill_(1.0)
    after = _memory(base.device)
    return None if before is None or after is None else (after - before) / _MORE / _MB


def _memory(device: torch.device) -> int | None:
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return 1024 * int(line.split()[1])
    except OSError:  # no Linux
        return None
    return None


def _settle(device: torch.device) -> None:
    """Wait until a GPU has done what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
