"""FaceRes's two files with numbers that have learned nothing: names, shapes and order of the real ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

#: Channels after the first layer and after each of MobileNet's 13 blocks.
CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)


def shapes() -> dict[str, tuple[int, ...]]:
    """Name every array that the network is made of, with its shape in TensorFlow's order."""
    found: dict[str, tuple[int, ...]] = {
        "age_pred/kernel": (256, 100),  # read over: it is there in the real file, before what is wanted
        "conv1/convolution/merged_input": (3, 3, 3, 32),
        "conv1_bn/batchnorm_1/sub": (32,),
        "conv1_relu/Cast": (),
    }
    for n, (before, after) in enumerate(pairwise(CHANNELS), 1):
        found[f"conv_dw_{n}/depthwise_kernel"] = (3, 3, before, 1)
        found[f"conv_dw_{n}_bn/batchnorm_1/mul"] = (before,)
        found[f"conv_dw_{n}_bn/batchnorm_1/sub"] = (before,)
        found[f"conv_pw_{n}/convolution/merged_input"] = (1, 1, before, after)
        found[f"conv_pw_{n}_bn/batchnorm_1/sub"] = (after,)
    return found


def save_faceres(folder: Path, weights: Mapping[str, np.ndarray] | None = None) -> Path:
    """Write the files: random numbers or, where weights are given, those and zeros."""
    rng = np.random.default_rng(0)
    entries, numbers = [], []
    for name, shape in shapes().items():
        if weights is None:
            array = _random(name, shape, rng)
        else:
            array = np.broadcast_to(weights.get(name, np.zeros(())), shape)
        numbers.append(array.astype("<f2").tobytes())
        quantised = {"dtype": "float16", "original_dtype": "float32"}
        entries.append({"name": name, "shape": list(shape), "dtype": "float32", "quantization": quantised})
    entries.append({"name": "global_pooling/Mean/reduction_indices", "shape": [2], "dtype": "int32"})
    numbers.append(np.array([1, 2], "<i4").tobytes())
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"format": "graph-model", "weightsManifest": [{"paths": ["faceres.bin"], "weights": entries}]}
    (folder / "faceres.json").write_text(json.dumps(manifest))
    (folder / "faceres.bin").write_bytes(b"".join(numbers))
    return folder


def _random(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return numbers with which signals neither fade nor grow from layer to layer (He et al. 2015)."""
    if len(shape) < 2:
        return np.full(shape, 1.0 if name.endswith("mul") else 0.01)
    heard = 9 if "depthwise" in name else np.prod(shape[:-1])
    return rng.normal(0, (2 / heard) ** 0.5, shape)
