"""How a base model is run on a device: precision, what waits in the processor's memory, quantisation, compilation.

Loads no torch, so that settings can be read and refused without paying for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Precision = Literal["auto", "float32", "bfloat16", "float16"]
Quantise = Literal["none", "int8"]


@dataclass(frozen=True, slots=True)
class Running:
    """The choices of an operator. The defaults suit a processor, and a GPU that holds the whole model.

    `device` is torch's name for one (`cpu`, `cuda`, `cuda:1`); auto is a GPU where there is one. `precision` auto
    means bfloat16 on a GPU that has it, float16 on one that has not, float32 on a processor: there bfloat16 was
    measured 1.1 times faster in a forward pass and slower in a LoRA step, even with AVX512-BF16.
    """

    device: str = "auto"
    precision: Precision = "auto"
    offload: bool = False
    """Text encoders and VAE wait in the processor's memory and come to the device when they are used; the denoiser
    steps aside for the text encoders, which can be larger."""
    quantise: Quantise = "none"
    """The denoiser's weights as 8-bit integers (torchao, weight only): half the memory of bfloat16.
    The rest is then bfloat16, which is all that torchao's integers go with."""
    compile: bool = False
    """Compile the repeated blocks (`compile_repeated_blocks`): the first drawing waits for the compiler."""
    few_step_lora: Path | None = None
    """An LCM-LoRA for the base (safetensors); without one, the base's own `lcm.safetensors`, if it has one."""
    face_adapter: Path | None = None
    """An IP-Adapter-FaceID: its file (safetensors), or the folder where it lies under its own name."""
    controlnet: Path | None = None
    """The folder of a ControlNet that draws faces after their landmarks, in diffusers' layout."""

    def arguments(self) -> Sequence[str]:
        """Say it to the painter's command line, but for the ControlNet: no chat asks for a pose."""
        switches = [f"--{name}" for name in ("offload", "compile") if getattr(self, name)]
        files = {"--few-step-lora": self.few_step_lora, "--face-adapter": self.face_adapter}
        named = [word for name, path in files.items() if path is not None for word in (name, str(path))]
        return ["--device", self.device, "--precision", self.precision, "--quantise", self.quantise, *switches, *named]


def device_of(running: Running) -> str:
    """Say which device is meant, as torch names it; auto is a GPU where there is one."""
    if running.device != "auto":
        return running.device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
