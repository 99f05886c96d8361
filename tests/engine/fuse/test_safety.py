"""Safety is asked of every picture as it would go out, on every base."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from limner.engine.errors import BlockedError
from limner.engine.faces import Pixels
from limner.engine.fuse import safety
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.safety import UNSAFE, nsfw, safe_for
from limner.engine.models.base import BaseModel
from limner.engine.nano.people import views
from limner.engine.styles import load_styles
from limner.tests.fakes.base import ColourAnalyser, make_faces


def test_photos_of_clothed_people_pass() -> None:
    """The judge that comes with every base finds nothing in portraits, far from its line."""
    for person in ("P002", "P005", "P008"):
        for source, _, picture in views(person):
            if source in {"studio_portrait", "amateur_selfie", "studio_posture"}:
                picture.thumbnail((512, 512))
                assert nsfw(np.asarray(picture)) < UNSAFE / 2


def test_it_is_the_network_that_was_meant() -> None:
    """A grey picture has the score that the published weights give it, whatever the machine."""
    assert nsfw(np.full((256, 256, 3), 128, np.uint8)) == pytest.approx(0.1976, abs=2e-3)


def test_what_it_is_sure_of_is_not_shown(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the line on a picture may not be shown, also on a base without a checker of its own."""
    picture = np.zeros((8, 8, 3), np.uint8)
    for likely, shown in ((UNSAFE - 0.01, True), (UNSAFE, False)):
        monkeypatch.setattr(safety, "nsfw", lambda _, likely=likely: likely)
        assert safe_for(tiny_base)(picture) is shown


class _Extractor:
    def __call__(self, images: list[Any], return_tensors: str) -> Any:
        class Seen:
            pixel_values = torch.zeros(len(images), 3, 4, 4)

        return Seen


def _checker(images: list[np.ndarray], clip_input: torch.Tensor) -> tuple[list[np.ndarray], list[bool]]:
    flags = [bool(image.mean() > 100) for image in images]
    for image in images:
        image[:] = 0
    return images, flags


def test_the_bases_own_checker_is_heard_too(tiny_base: BaseModel) -> None:
    """What the directory's checker flags is not shown, and the picture itself is not touched."""
    safe = safe_for(replace(tiny_base, safety=(_checker, _Extractor())))
    dark, light = (np.full((8, 8, 3), value, np.uint8) for value in (50, 200))
    assert safe(dark)
    assert not safe(light)
    assert light.mean() == 200


@pytest.mark.parametrize("blocked", [1, 12])
def test_a_request_gives_what_may_be_shown(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch, blocked: int) -> None:
    """Another candidate takes a blocked one's place; where all are blocked, that is told."""
    asked: list[Pixels] = []

    def judged(picture: Pixels) -> float:
        asked.append(picture)
        return 1.0 if len(asked) <= blocked else 0.0

    monkeypatch.setattr(safety, "nsfw", judged)
    photo, reference = load_styles()["photo"], Reference.of(make_faces(3))

    def paint() -> int:
        return len(render(tiny_base, None, photo, reference, ColourAnalyser(), count=4, candidates=12, seed=1))

    if blocked == 12:
        with pytest.raises(BlockedError):
            paint()
    else:
        assert paint() == 4
    assert len(asked) == min(12, 4 + blocked)
