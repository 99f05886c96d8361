"""Can the styles be told apart? A small classifier on figures of colour and line, no pretrained model.

It learns from the procedural renderings that the Style LoRAs learned from (:mod:`limner.engine.nano.stylise`) and is
asked about rendered portraits.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from PIL import Image

from limner.engine.nano.augment import draws
from limner.engine.nano.people import faces_of
from limner.engine.nano.stylise import STYLISE

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
#: Side that pictures are compared at: edges of a large picture are softer than those of a small one.
_SIDE = 128


def figures(picture: np.ndarray) -> np.ndarray:
    """Return what a (H, W, 3) uint8 picture looks like, whoever is on it: colour, saturation and edges; (26,)."""
    small = Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small, np.float32) / 255
    grey = pixels @ _LUMINANCE
    saturation = pixels.max(-1) - pixels.min(-1)
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    half = _SIDE // 2
    sides = pixels[:, :half].mean((0, 1)) - pixels[:, half:].mean((0, 1))
    rim = np.concatenate([pixels[:8].reshape(-1, 3), pixels[-8:].reshape(-1, 3)]).mean(0)
    parts = [
        pixels.mean((0, 1)),
        pixels.std((0, 1)),
        np.quantile(grey, (0.05, 0.25, 0.5, 0.75, 0.95)),
        np.quantile(saturation, (0.1, 0.5, 0.9)),
        [saturation.mean(), saturation.std()],
        [across.mean(), down.mean(), np.quantile(across, 0.95), np.quantile(down, 0.95)],
        sides,
        rim,
    ]
    return np.concatenate([np.asarray(part, np.float32) for part in parts])


class StyleJudge:
    """Softmax regression on standardised figures."""

    def __init__(self, pictures: Sequence[np.ndarray], styles: Sequence[str], *, steps: int = 400) -> None:
        self.names = sorted(set(styles))
        data = np.stack([figures(picture) for picture in pictures])
        self._mean, self._spread = data.mean(0), data.std(0) + 1e-6
        inputs = torch.from_numpy((data - self._mean) / self._spread)
        wanted = torch.tensor([self.names.index(style) for style in styles])
        torch.manual_seed(0)
        self._model = torch.nn.Linear(inputs.shape[1], len(self.names))
        optimizer = torch.optim.AdamW(self._model.parameters(), lr=0.05, weight_decay=0.01)
        for _ in range(steps):
            loss = torch.nn.functional.cross_entropy(self._model(inputs), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def __call__(self, picture: np.ndarray) -> str:
        """Name the style of a (H, W, 3) uint8 picture."""
        inputs = torch.from_numpy((figures(picture) - self._mean) / self._spread)
        return self.names[int(self._model(inputs[None]).argmax())]


def learned_judge(people: Sequence[str] = ("P002", "P003", "P005"), pictures: int = 60) -> StyleJudge:
    """Make a judge of nano's styles and of plain photos from renderings of people that nano learned from."""
    faces = [face for person in people for face in faces_of(person)]
    photos = [one.image for one in draws(faces, pictures, seed=77, styled=0)]
    rng = np.random.default_rng(77)
    seen = [("photo", photo) for photo in photos]
    for style, (_, stylise) in STYLISE.items():
        drawn = (stylise(photo.astype(np.float32) / 255, rng) for photo in photos)
        seen += [(style, (picture * 255).round().astype(np.uint8)) for picture in drawn]
    return StyleJudge([picture for _, picture in seen], [style for style, _ in seen])


def told_apart(portraits: Mapping[str, Sequence[tuple[str, bytes]]]) -> float:
    """Return the share of portraits whose style is named by a judge that learned from the other sitters' portraits.

    `portraits` are (style, PNG file) pairs for each of two sitters or more. A judge of procedural renderings asks
    whether a style looks as it was meant (`named_share`); this one asks whether the styles differ.
    """
    seen = {who: [(style, _pixels(png)) for style, png in made] for who, made in portraits.items()}
    right = []
    for who, mine in seen.items():
        others = [one for other, made in seen.items() if other != who for one in made]
        judge = StyleJudge([picture for _, picture in others], [style for style, _ in others])
        right += [judge(picture) == style for style, picture in mine]
    return float(np.mean(right))


def named_share(judge: StyleJudge, portraits: Sequence[bytes], style: str) -> float:
    """Return the share of portraits (PNG files of any size) whose style the judge names rightly."""
    return float(np.mean([judge(_pixels(png)) == style for png in portraits]))


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
