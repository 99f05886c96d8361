"""Compare the estimate of a base model with the memory of a real run: true size, random weights, on a processor.

`python -m limner.tests.load.estimate sd15 --dtype float32` builds all parts, predicts with guidance, decodes, takes one
step of a Face LoRA, and prints the peak of resident memory of each beside the estimate. Linux only.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig

from limner.deploy.machine import give_memory_back
from limner.engine.bases.estimate import Training, estimate_base
from limner.engine.bench.true_size import SIDES, TARGETS, denoiser, filled, predict, text_encoders, vae
from limner.tests.fakes.sparse import write_sparse


def main() -> None:
    """Measure one family and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", choices=sorted(SIDES))
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--side", type=int, help="of the latents; without it, the side that the family was trained for")
    parser.add_argument("--checkpointing", action="store_true", help="as SDXL and Z-Image are trained")
    chosen = parser.parse_args()
    side = chosen.side or SIDES[chosen.family]
    give_memory_back()
    dtype = getattr(torch, chosen.dtype)
    training = Training(16, 1, TARGETS[chosen.family], chosen.checkpointing)
    with tempfile.TemporaryDirectory() as folder:
        said = estimate_base(write_sparse(Path(folder) / "base", chosen.family, side), training, number=dtype.itemsize)
    before = _resident("VmRSS")
    parts = build(chosen.family, dtype)
    _tell("weights", said.weights, _resident("VmRSS") - before)
    rendering = _peak(lambda: render(parts, chosen.family, side)) - before
    _tell("render", said.render, rendering)
    parts["denoiser"].add_adapter(LoraConfig(r=16, lora_alpha=16, target_modules=list(training.targets)))
    if chosen.checkpointing:
        parts["denoiser"].enable_gradient_checkpointing()
    _tell("train", said.train, _peak(lambda: train(parts["denoiser"], chosen.family, side)) - before)


def build(family: str, dtype: torch.dtype) -> dict[str, Any]:
    """Make all parts of a base with small random weights."""

    def draw(weight: Any) -> Any:
        if not weight.dtype.is_floating_point:
            return torch.zeros(weight.shape, dtype=weight.dtype)
        return torch.empty(weight.shape, dtype=dtype).normal_(0, 0.02)

    models = {"denoiser": denoiser(family, dtype), "vae": vae(family, dtype), **text_encoders(family)}
    return {folder: filled(model, draw) for folder, model in models.items()}


def render(parts: dict[str, Any], family: str, side: int) -> None:
    """Predict once with guidance, and decode one picture."""
    codec = parts["vae"]
    with torch.no_grad():
        predict(parts["denoiser"], family, pictures=2, side=side)
        codec.decode(torch.randn(1, codec.config.latent_channels, side, side, dtype=codec.dtype))


def train(model: Any, family: str, side: int) -> None:
    """Take a step as the trainer does, after one without gradients that makes the optimiser's moments."""
    parameters = [weight for weight in model.parameters() if weight.requires_grad]
    for weight in parameters:
        # peft makes a LoRA in the base's type; steps as small as a training's are lost in bfloat16.
        weight.data = weight.data.float()
    average = [weight.detach().clone() for weight in parameters]
    optimizer = torch.optim.AdamW(parameters, fused=True)
    for weight in parameters:
        weight.grad = torch.zeros_like(weight)
    optimizer.step()
    predict(model, family, side=side).float().square().mean().backward()
    optimizer.step()
    torch._foreach_lerp_(average, [weight.detach() for weight in parameters], 0.1)


def _peak(run: Callable[[], None]) -> int:
    gc.collect()
    # Linux begins a new high-water mark; see `man 5 proc`.
    Path("/proc/self/clear_refs").write_text("5")
    began = time.monotonic()
    run()
    print(f"({time.monotonic() - began:.0f} s)", end=" ", flush=True)  # noqa: T201
    return _resident("VmHWM")


def _resident(entry: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(entry))


def _tell(subject: str, said: int, measured: int) -> None:
    share = said / measured - 1
    print(f"{subject}: {measured / 2**30:.2f} GiB, estimate {said / 2**30:.2f} GiB ({share:+.0%})", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
