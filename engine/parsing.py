"""The head mask by a network: a SegFormer that parses faces, in the layout of `jonathandinu/face-parsing`.

It knows the 19 labels of CelebAMask-HQ (Lee et al. 2020), which are read from its configuration by name. Loads torch
when it is imported; only safetensors, only what is on this machine. Never run with real weights yet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from transformers import SegformerForSemanticSegmentation

from limner.engine.errors import MissingModelsError
from limner.engine.faces import Floats, Pixels
from limner.engine.preprocess.mask import BACKGROUND, BODY

WEIGHTS: Final = {
    "background": BACKGROUND,
    **dict.fromkeys(("skin", "nose", "l_eye", "r_eye", "l_brow", "r_brow", "mouth", "u_lip", "l_lip"), 1.0),
    **dict.fromkeys(("l_ear", "r_ear", "eye_g"), 1.0),
    "hair": 0.95,
    **dict.fromkeys(("neck", "cloth", "hat", "ear_r", "neck_l"), BODY),
}
"""What each label weighs in a training's loss, as in `head_mask`. eye_g: glasses; ear_r: earring; neck_l: necklace."""

_SIDE: Final = 512
"""The model was trained at this size, and its preprocessor asks for it."""

_MEAN: Final = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
_SPREAD: Final = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
"""ImageNet's, which SegFormer's preprocessor takes off."""


class SegformerParser:
    """Weigh a crop's pixels by what they show. Loads at once, so that a wrong file is told before the first photo."""

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        """Load a folder's model. Raises MissingModelsError when it is not a face parser of this layout."""
        self._device = device
        try:
            model, found = SegformerForSemanticSegmentation.from_pretrained(
                str(folder), use_safetensors=True, local_files_only=True, output_loading_info=True
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise MissingModelsError(
                f"The face parser in {folder} cannot be loaded: name the folder of a SegFormer with its safetensors."
            ) from error
        if found["missing_keys"]:  # transformers would fill them with chance and only say so
            lacking = ", ".join(sorted(found["missing_keys"])[:3])
            raise MissingModelsError(f"The face parser in {folder} is incomplete (without {lacking}): copy it again.")
        self._model = model.to(device).eval()
        self._weights = torch.tensor(_weights(model.config.id2label, folder), device=device)

    @torch.inference_mode()
    def __call__(self, crop: Pixels, landmarks: Floats, known: Floats) -> Floats:
        """Return the (size, size) float32 weights of a (size, size, 3) crop in [0, 1], 0 where there was no photo.

        Each pixel's is the mean of its labels' weights by their probabilities, so that edges are soft.
        """
        logits = self._model(pixel_values=_pixels(crop).to(self._device)).logits.float()
        mask = (logits.softmax(1) * self._weights.view(1, -1, 1, 1)).sum(1, keepdim=True)
        mask = F.interpolate(mask, size=crop.shape[:2], mode="bilinear", align_corners=False)
        return np.asarray(np.clip(mask[0, 0].cpu().numpy() * known, 0.0, 1.0), np.float32)


def _weights(labels: dict[int, str], folder: Path) -> list[float]:
    """Return the weights in the order of the model's outputs; its labels must be those of CelebAMask-HQ."""
    strange = sorted(set(labels.values()) ^ WEIGHTS.keys())
    if strange:
        raise MissingModelsError(
            f"The face parser in {folder} is not for CelebAMask-HQ's 19 labels ({', '.join(strange)}): name another."
        )
    return [WEIGHTS[labels[number]] for number in range(len(labels))]


def _pixels(crop: Pixels) -> torch.Tensor:
    picture = Image.fromarray(crop).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    scaled = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
    return ((scaled - _MEAN) / _SPREAD)[None]
