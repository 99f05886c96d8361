"""The first sketch: marked, repeatable, in the style, and none rather than a bad one."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.engine.errors import StoppedError
from limner.engine.faces import Detection
from limner.engine.fuse.marks import SOURCE_TYPE
from limner.engine.fuse.preview import draw_preview
from limner.engine.fuse.reference import Reference
from limner.engine.models.base import BaseModel
from limner.engine.styles import Style
from limner.tests.engine.models.test_face_adapter import write_face_adapter
from limner.tests.fakes.base import ColourAnalyser, make_faces

PENCIL = Style("pencil", "Pencil", "A drawing.", "pencil drawing of sks person", guidance=2.0)
PHOTO = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0)


class WideAnalyser(ColourAnalyser):
    """Gives embeddings of 512 numbers, as insightface does."""

    def embed(self, image: np.ndarray, detection: Detection) -> np.ndarray:
        """Pad the colours further."""
        return np.pad(super().embed(image, detection), (0, 384))


def _wide() -> Reference:
    narrow = Reference.of(make_faces(3))
    return replace(narrow, embeddings=np.pad(narrow.embeddings, ((0, 0), (0, 384))))


def say_margin(monkeypatch: pytest.MonkeyPatch, margin: float) -> None:
    """Judge every candidate's style like this: what a random base thinks of a style means nothing."""
    found = "limner.engine.fuse.drawing.style_margin"
    monkeypatch.setattr(found, lambda _, latents, *__, **___: [margin] * len(latents))


@pytest.fixture(autouse=True)
def _in_style(monkeypatch: pytest.MonkeyPatch) -> None:
    say_margin(monkeypatch, 0.1)


def _draw(base: BaseModel, style: Style = PENCIL, seed: int = 3) -> bytes | None:
    return draw_preview(base, style, Reference.of(make_faces(3)), ColourAnalyser(), seed=seed)


def test_it_is_a_marked_picture(either_base: BaseModel) -> None:
    """The file says that it is a preview, how it was drawn, and that a machine made it."""
    drawn = _draw(either_base)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (512, 512)
        assert picture.info["parameters"].startswith("Preview: yes, Style: pencil")
        assert SOURCE_TYPE in picture.info["XML:com.adobe.xmp"]


def test_same_seed_same_sketch(tiny_base: BaseModel) -> None:
    """The same request gives the same sketch, another seed another one, and the base is left as it was."""
    before = list(tiny_base.denoiser.state_dict())
    assert _draw(tiny_base) == _draw(tiny_base)
    assert _draw(tiny_base) != _draw(tiny_base, seed=4)
    assert list(tiny_base.denoiser.state_dict()) == before


def test_a_plain_photo_is_not_sketched(tiny_base: BaseModel) -> None:
    """A person is not sent their own photo back."""
    assert _draw(tiny_base, PHOTO) is None


@pytest.mark.parametrize("margin", [-0.1, 0.0])
def test_out_of_style_means_no_sketch(tiny_base: BaseModel, margin: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the style is seen on no candidate, nothing is shown."""
    monkeypatch.setattr(
        "limner.engine.fuse.drawing.style_margin", lambda _, latents, *__, **___: [margin] * len(latents)
    )
    assert _draw(tiny_base) is None


def test_no_face_means_no_sketch(tiny_base: BaseModel) -> None:
    """Where no candidate has a face, nothing is shown."""

    class Blind(ColourAnalyser):
        def detect(self, image: np.ndarray) -> list[Detection]:
            return []

    assert draw_preview(tiny_base, PENCIL, Reference.of(make_faces(3)), Blind(), seed=3) is None


def test_unsafe_means_no_sketch(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no candidate may be shown, nothing is, and nothing fails."""
    monkeypatch.setattr("limner.engine.fuse.safety.nsfw", lambda _: 1.0)
    assert _draw(tiny_base) is None


def test_stop_is_heard(tiny_base: BaseModel) -> None:
    """Asked to stop, the sketch is not drawn to its end."""
    with pytest.raises(StoppedError):
        draw_preview(tiny_base, PENCIL, Reference.of(make_faces(3)), ColourAnalyser(), seed=3, should_stop=lambda: True)


def test_with_an_adapter_also_photos_are_sketched(epsilon_base: BaseModel, tmp_path: Path) -> None:
    """An IP-Adapter-FaceID draws somebody from noise, in any style, and leaves the base as it was."""
    file = write_face_adapter(epsilon_base, tmp_path / "ip-adapter-faceid_sd15.safetensors", lora=True)
    base = replace(epsilon_base, face_adapter=file)
    before = list(base.denoiser.state_dict())
    sketch = draw_preview(base, PHOTO, _wide(), WideAnalyser(), seed=3)
    assert sketch is not None
    with Image.open(io.BytesIO(sketch)) as picture:
        assert "Denoising strength: 1.0" in picture.info["parameters"]
    assert list(base.denoiser.state_dict()) == before
    assert draw_preview(base, PENCIL, _wide(), WideAnalyser(), seed=3) not in {None, sketch}


def test_an_adapter_that_does_not_fit_is_told_and_left_out(
    epsilon_base: BaseModel, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With dlib's embeddings the sketch begins at the photo, and the log says why in one sentence."""
    file = write_face_adapter(epsilon_base, tmp_path / "ip-adapter-faceid_sd15.safetensors")
    assert _draw(replace(epsilon_base, face_adapter=file)) == _draw(epsilon_base)
    assert "takes face embeddings of 512 numbers, and the face analyser gives 128" in caplog.text
