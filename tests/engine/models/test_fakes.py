"""The random base models of the tests are what diffusers makes of each family."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diffusers import DiffusionPipeline

from limner.tests.fakes.bases import SIZE, write_sd15, write_sdxl, write_zimage


@pytest.mark.parametrize(
    "write,kind",
    [
        (write_sd15, "StableDiffusionPipeline"),
        (write_sdxl, "StableDiffusionXLPipeline"),
        (write_zimage, "ZImagePipeline"),
    ],
)
# diffusers' Euler scheduler of SDXL turns tensors into arrays in a way that numpy will drop.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_diffusers_paints_with_each(write: Callable[[Path], Path], kind: str, tmp_path: Path) -> None:
    """Each directory is loaded by the family's own pipeline, which paints a picture of the size that is promised."""
    directory = write(tmp_path / "tiny")
    pipeline: Any = DiffusionPipeline.from_pretrained(str(directory), use_safetensors=True, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline("photo of sks person", num_inference_steps=2, height=SIZE, width=SIZE).images[0]
    assert type(pipeline).__name__ == kind
    assert picture.size == (SIZE, SIZE)
    assert np.asarray(picture).std() > 0
