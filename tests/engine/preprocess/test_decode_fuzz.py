"""Damaged files: whatever the bytes are, decoding ends in pixels or in a refusal."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from limner.engine.errors import PhotoRefusedError
from limner.engine.preprocess.decode import decode
from limner.tests.fakes import photos

KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "GIF", "MPO")


def small(kind: str) -> bytes:
    """Return a file of 48 x 32 px with some texture."""
    pixels = np.random.default_rng(3).integers(0, 255, (32, 48, 3), np.uint8)
    return photos.encoded(Image.fromarray(pixels), kind)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files_never_raise_anything_else(kind: str, data: st.DataObject) -> None:
    """Changed, cut and lengthened files give pixels or PhotoRefusedError, nothing else."""
    damaged = bytearray(small(kind))
    for place in data.draw(st.lists(st.integers(4, len(damaged) - 1), max_size=12)):
        damaged[place] = data.draw(st.integers(0, 255))
    keep = data.draw(st.integers(1, len(damaged)))
    try:
        seen = decode(bytes(damaged[:keep]) + data.draw(st.binary(max_size=8)))
    except PhotoRefusedError:
        return
    assert seen.ndim == 3
    assert seen.shape[2] == 3
