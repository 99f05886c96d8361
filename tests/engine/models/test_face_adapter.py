"""IP-Adapter-FaceID: the true layout of keys on a tiny UNet, what fits and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from limner.engine.errors import BadFaceAdapterError
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.coding import encode_prompts
from limner.engine.models.face_adapter import face_shown, read_face_adapter
from limner.engine.models.prompts import showing
from limner.tests.fakes.bases import write_sdxl, write_zimage

NAME = "ip-adapter-faceid_sd15.safetensors"
WIDE = np.eye(3, 512, dtype=np.float32)


def write_face_adapter(base: BaseModel, file: Path, *, lora: bool = False, width: int = 512) -> Path:
    """Write a random adapter for a UNet under the keys of h94/IP-Adapter-FaceID, with its LoRA where it is wanted."""
    chance = torch.Generator().manual_seed(2)

    def some(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=chance) * 0.2

    words = int(base.denoiser.config.cross_attention_dim)
    tensors = {
        "image_proj.proj.0.weight": some(2 * width, width),
        "image_proj.proj.0.bias": some(2 * width),
        "image_proj.proj.2.weight": some(4 * words, 2 * width),
        "image_proj.proj.2.bias": some(4 * words),
        "image_proj.norm.weight": torch.ones(words),
        "image_proj.norm.bias": torch.zeros(words),
    }
    for number, name in enumerate(base.denoiser.attn_processors):
        layer = base.denoiser.get_submodule(name.removesuffix(".processor"))
        inside, read = int(layer.to_q.in_features), int(layer.to_k.in_features)
        if "attn2" in name:
            for part in ("k", "v"):
                tensors[f"ip_adapter.{number}.to_{part}_ip.weight"] = some(inside, words)
        for part, wide in (("q", inside), ("k", read), ("v", read), ("out", inside)) if lora else ():
            tensors[f"ip_adapter.{number}.to_{part}_lora.down.weight"] = some(2, wide)
            tensors[f"ip_adapter.{number}.to_{part}_lora.up.weight"] = some(inside, 2)
    save_file(tensors, file)
    return file


@pytest.fixture(name="sdxl_base", scope="module")
def _sdxl_base(tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    return load_base(write_sdxl(tmp_path_factory.mktemp("sdxl") / "tiny-xl"))


def _predicted(base: BaseModel, face: torch.Tensor | None) -> torch.Tensor:
    prompts = encode_prompts(base, ["photo of sks person"]).repeat(2)
    latents = torch.randn((2, 4, 8, 8), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return base.predict(latents, torch.tensor([400, 800]), prompts if face is None else showing(prompts, face))


def _with(base: BaseModel, place: Path) -> BaseModel:
    return replace(base, face_adapter=place)


@pytest.mark.parametrize("name", ["epsilon_base", "sdxl_base"])
def test_a_face_changes_what_is_drawn(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Another face is another prediction; afterwards the UNet predicts as before, to the last bit."""
    base = request.getfixturevalue(name)
    kind = {"epsilon_base": "sd15", "sdxl_base": "sdxl"}[name]
    write_face_adapter(base, tmp_path / f"ip-adapter-faceid_{kind}.safetensors")
    before = _predicted(base, None)
    one, other = (read_face_adapter(_with(base, tmp_path), WIDE[[row]]) for row in (0, 1))
    with face_shown(base, one):
        seen = _predicted(base, one.face)
        assert not torch.allclose(seen, _predicted(base, other.face), atol=1e-4)
        assert not torch.allclose(seen, before, atol=1e-4)
    assert torch.equal(_predicted(base, None), before)


def test_the_face_is_the_mean_of_all(epsilon_base: BaseModel, tmp_path: Path) -> None:
    """Every photo counts the same, whatever the length of its embedding, and the mean has length 1."""
    file = write_face_adapter(epsilon_base, tmp_path / NAME)
    adapter = read_face_adapter(_with(epsilon_base, file), WIDE[:2] * np.array([[1.0], [5.0]], np.float32))
    assert adapter.face[:2].tolist() == pytest.approx([0.5**0.5] * 2)
    assert float(adapter.face.norm()) == pytest.approx(1)


def test_its_lora_lies_inside_or_beside_it(epsilon_base: BaseModel, tmp_path: Path) -> None:
    """The LoRA comes from the adapter's file, else from the file beside it, else there is none."""
    base = _with(epsilon_base, tmp_path)
    write_face_adapter(epsilon_base, tmp_path / NAME)
    assert read_face_adapter(base, WIDE).lora is None
    (tmp_path / "ip-adapter-faceid_sd15_lora.safetensors").write_bytes(b"beside")
    assert read_face_adapter(base, WIDE).lora == b"beside"
    write_face_adapter(epsilon_base, tmp_path / NAME, lora=True)
    assert read_face_adapter(base, WIDE).lora not in {None, b"beside"}


def _damaged(file: Path) -> None:
    file.write_bytes(b"no tensors")


def _not_finite(file: Path) -> None:
    tensors = load_file(file)
    tensors["image_proj.norm.bias"][0] = float("nan")
    save_file(tensors, file)


def _another_kind(file: Path) -> None:
    tensors = {key: value for key, value in load_file(file).items() if ".proj." not in key}
    save_file(tensors | {"image_proj.proj.weight": torch.zeros(4, 4)}, file)


def _another_base(file: Path) -> None:
    tensors = load_file(file)
    wide = {key: torch.zeros(32, 99) for key in tensors if key.endswith("_ip.weight")}
    save_file(tensors | wide, file)


@pytest.mark.parametrize(
    "change, words",
    [
        (_damaged, "not a safetensors file"),
        (_not_finite, "not finite"),
        (_another_kind, "no IP-Adapter-FaceID"),
        (_another_base, "its layers are not those of tiny-epsilon"),
        (Path.unlink, r"a \.bin must be converted first"),
    ],
)
def test_what_does_not_fit_is_refused(
    change: Callable[[Path], Any], words: str, epsilon_base: BaseModel, tmp_path: Path
) -> None:
    """A damaged file, another kind of adapter and one for another base are refused in one sentence."""
    change(write_face_adapter(epsilon_base, tmp_path / NAME))
    with pytest.raises(BadFaceAdapterError, match=words):
        read_face_adapter(_with(epsilon_base, tmp_path), WIDE)


def test_dlibs_embeddings_are_refused(epsilon_base: BaseModel, tmp_path: Path) -> None:
    """An adapter for 512 numbers takes no face of 128."""
    file = write_face_adapter(epsilon_base, tmp_path / NAME)
    with pytest.raises(BadFaceAdapterError, match="gives 128"):
        read_face_adapter(_with(epsilon_base, file), WIDE[:, :128])


def test_a_transformer_is_refused(tmp_path: Path) -> None:
    """A base without a UNet has no place for it."""
    base = load_base(write_zimage(tmp_path / "tiny-flow"))
    with pytest.raises(BadFaceAdapterError, match="of the family zimage"):
        read_face_adapter(_with(base, tmp_path), WIDE)
