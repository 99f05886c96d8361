"""The head mask by a SegFormer: labels become weights, by their names."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from limner.engine.errors import MissingModelsError
from limner.engine.parsing import WEIGHTS, SegformerParser
from limner.engine.preprocess.mask import BACKGROUND, BODY, head_mask
from limner.engine.preprocess.pipeline import prepare
from limner.tests.fakes import photos
from limner.tests.fakes.analyser import dlib_analyser
from limner.tests.fakes.crops import aligned
from limner.tests.fakes.segformer import LABELS, save_segformer

# The libraries' own, while saving.
pytestmark = pytest.mark.filterwarnings("default")

NOWHERE = np.zeros((68, 2), np.float32)


def mask_of(folder: Path, size: int = 128) -> np.ndarray:
    """Parse a crop that is light on its left and dark on its right; its lower half lies outside its photo."""
    crop = np.full((size, size, 3), 250, np.uint8)
    crop[:, size // 2 :] = 5
    known = np.zeros((size, size), np.float32)
    known[: size // 2] = 1
    return SegformerParser(folder)(crop, NOWHERE, known)


@pytest.mark.parametrize(
    "label, weight",
    [("skin", 1.0), ("eye_g", 1.0), ("hair", 0.95), ("cloth", BODY), ("hat", BODY), ("background", BACKGROUND)],
)
def test_each_label_has_the_weight_that_the_default_mask_gives(tmp_path: Path, label: str, weight: float) -> None:
    """Face 1, hair nearly so, shoulders and what is worn 0.75, background 0.15, and 0 where there was no photo."""
    mask = mask_of(save_segformer(tmp_path, light=label, dark=label))
    assert mask[:64] == pytest.approx(weight, abs=1e-4)
    assert (mask[64:] == 0).all()


def test_labels_go_by_name(tmp_path: Path) -> None:
    """A model that numbers its labels in another order gives the same mask."""
    mask = mask_of(save_segformer(tmp_path, LABELS[::-1], light="hair", dark="cloth"))
    assert mask[:64, :48].mean() == pytest.approx(0.95, abs=0.02)
    assert mask[:64, 80:].mean() == pytest.approx(BODY, abs=0.02)


def test_all_labels_have_a_weight() -> None:
    """Every one of the nineteen labels of CelebAMask-HQ is weighed."""
    assert set(LABELS) == WEIGHTS.keys()


@pytest.mark.parametrize("size", [64, 128, 512])
def test_a_mask_is_soft_and_of_the_crops_size(tmp_path: Path, size: int) -> None:
    """What is where in the crop is there in the mask, with a soft edge between, and the same each time."""
    folder = save_segformer(tmp_path)
    mask = mask_of(folder, size)
    assert mask.shape == (size, size)
    assert mask.dtype == np.float32
    inside = mask[: size // 2]
    assert inside[:, : 3 * size // 8].mean() > 0.95
    assert inside[:, 5 * size // 8 :].mean() < BACKGROUND + 0.05
    assert ((inside > BACKGROUND + 0.1) & (inside < 0.9)).any()
    assert (mask == mask_of(folder, size)).all()


def test_a_set_is_prepared_with_it(tmp_path: Path) -> None:
    """Faces that are prepared with a parser carry its mask; who they are and where is as without."""
    files = photos.three_photos("P007")
    plain = prepare(files, dlib_analyser()).faces
    parsed = prepare(
        files, dlib_analyser(), parser=SegformerParser(save_segformer(tmp_path, light="hair", dark="hair"))
    ).faces
    assert all(float(face.mask.max()) == pytest.approx(0.95) for face in parsed)
    assert [face.box for face in parsed] == [face.box for face in plain]
    assert all((a.embedding == b.embedding).all() for a, b in zip(parsed, plain, strict=True))


def test_the_default_parser_fulfils_the_same_seam() -> None:
    """The mask without a network has a crop's size and range too, and is 0 where there was no photo."""
    crop, landmarks, known = aligned(photos.selfie("P007"), dlib_analyser())
    known[100:] = 0
    mask = head_mask(crop, landmarks, known)
    assert mask.shape == (128, 128)
    assert mask.dtype == np.float32
    assert (mask[100:] == 0).all()
    assert 0 <= mask.min() <= mask.max() <= 1


def test_a_model_with_other_labels_is_refused(tmp_path: Path) -> None:
    """A SegFormer for streets is named as such before any photo is seen."""
    with pytest.raises(MissingModelsError, match=r"CelebAMask-HQ.*road"):
        SegformerParser(save_segformer(tmp_path, ("road", *LABELS[1:]), dark="road"))


def test_only_safetensors_are_read(tmp_path: Path) -> None:
    """Weights in another form, which could run code, are not loaded."""
    folder = save_segformer(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(MissingModelsError, match="safetensors"):
        SegformerParser(folder)


def test_missing_weights_are_no_model(tmp_path: Path) -> None:
    """A file that lacks the last layer is refused, for its mask would be chance."""
    folder = save_segformer(tmp_path)
    weights = load_file(folder / "model.safetensors")
    save_file(
        {name: value for name, value in weights.items() if "classifier" not in name},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    with pytest.raises(MissingModelsError, match=r"decode_head\.classifier"):
        SegformerParser(folder)
