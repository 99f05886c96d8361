"""FaceRes is read from its two files and computed as TensorFlow would; wrong files end in a sentence."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from limner.engine.bench.faceres import SIDE, SPACE, FaceRes
from limner.engine.errors import MissingModelsError
from limner.tests.fakes.faceres import CHANNELS, save_faceres

GREY = np.full((SIDE, SIDE, 3), 200, np.uint8)


def _centre(channels: int) -> np.ndarray:
    """Return a depthwise kernel that keeps what is in the middle."""
    kernel = np.zeros((3, 3, channels, 1))
    kernel[1, 1] = 1
    return kernel


def _passing(first: np.ndarray) -> dict[str, np.ndarray]:
    """Return weights whose first layer is given and whose others hand the first 32 channels on."""
    weights: dict[str, np.ndarray] = {"conv1/convolution/merged_input": first}
    for n, (before, after) in enumerate(pairwise(CHANNELS), 1):
        weights[f"conv_dw_{n}/depthwise_kernel"] = _centre(before)
        weights[f"conv_dw_{n}_bn/batchnorm_1/mul"] = np.ones(before)
        weights[f"conv_pw_{n}/convolution/merged_input"] = np.eye(before, after)[None, None]
    return weights


def test_an_embedding_has_length_one_and_depends_on_the_picture(tmp_path: Path) -> None:
    """A crop gives 1024 numbers, the same each time, and another crop gives others."""
    network = FaceRes(save_faceres(tmp_path))
    rng = np.random.default_rng(1)
    one, other = (rng.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8) for _ in range(2))
    first = network(one)
    assert first.shape == (SPACE.width,)
    assert first.dtype == np.float32
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-5)
    assert (first == network(one)).all()
    assert np.linalg.norm(first - network(other)) > 1e-3


def test_edges_are_added_where_tensorflow_adds_them(tmp_path: Path) -> None:
    """Where the stride is 2, the row and column that are missing come last: only what looks there sees nothing."""
    first = np.zeros((3, 3, 3, 32))
    first[0, 0, 0, 0] = first[2, 2, 0, 1] = 0.01  # blue, from the upper left and from the lower right
    found = FaceRes(save_faceres(tmp_path, _passing(first)))(GREY)
    assert found[1] / found[0] == pytest.approx(36 / 49, abs=1e-3)  # of 7 x 7 places, the last row and column are dark


def test_blue_comes_first_and_the_mean_is_taken_off(tmp_path: Path) -> None:
    """Three channels see blue, green and red less their means, and nothing is below 0 or above 6."""
    first = np.zeros((3, 3, 3, 32))
    first[1, 1, range(3), range(3)] = 0.0625
    crop = np.broadcast_to(np.array([100, 140, 151], np.uint8), (SIDE, SIDE, 3))
    found = FaceRes(save_faceres(tmp_path, _passing(first)))(crop)
    blue, green = (151 - 103.939) / 16, (140 - 116.779) / 16
    assert found[2] == 0.0
    assert found[1] / found[0] == pytest.approx(green / blue, abs=1e-3)
    bright = FaceRes(save_faceres(tmp_path, _passing(8 * first)))(crop)
    assert bright[0] == bright[1]


@pytest.mark.parametrize("name", ["faceres.json", "faceres.bin"])
def test_a_missing_file_is_told(name: str, tmp_path: Path) -> None:
    """The sentence names the folder and where to read on."""
    (save_faceres(tmp_path) / name).unlink()
    with pytest.raises(MissingModelsError, match=r"does not hold faceres\.json and faceres\.bin: docs/analysers\.md"):
        FaceRes(tmp_path)


@pytest.mark.parametrize(
    "name, content", [("faceres.json", b"{}"), ("faceres.json", b"\xff"), ("faceres.bin", b"half of it")]
)
def test_a_damaged_file_is_told(name: str, content: bytes, tmp_path: Path) -> None:
    """What is cut off, no JSON or another network's ends in one sentence, too."""
    (save_faceres(tmp_path) / name).write_bytes(content)
    with pytest.raises(MissingModelsError, match="damaged or another network's"):
        FaceRes(tmp_path)
