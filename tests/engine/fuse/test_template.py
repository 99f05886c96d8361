"""Sitters in a template's place: their faces change, all else stays, and the same seed gives the same picture."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from limner.engine.errors import BadLoraError, BlockedError, StoppedError, TemplateError
from limner.engine.fuse.marks import COMPOSITE
from limner.engine.fuse.pipeline import Portrait
from limner.engine.fuse.places import Template
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.template import Sitter, render_template
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.lora import dump, fresh_lora
from limner.engine.progress import Progress
from limner.engine.styles import Style
from limner.tests.engine.fuse.test_adapters import make_lora
from limner.tests.fakes.analyser import PaperAnalyser, paper_photo
from limner.tests.fakes.base import make_faces
from limner.tests.fakes.bases import write_sd15, write_sdxl, write_zimage

PHOTO = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0)
PICTURE = paper_photo((1, 40, 100, 80), (2, 260, 120, 100))
FACES = tuple(sorted(PaperAnalyser().detect(PICTURE), key=lambda face: face.box[0]))
LEFT, RIGHT = (slice(None), slice(0, 180)), (slice(None), slice(180, 400))


@pytest.fixture(name="sitters", scope="module")
def _sitters(tiny_base: BaseModel) -> list[Sitter]:
    loras = [make_lora(tiny_base, "face", rank=2, seed=seed, targets=("to_q", "conv1")) for seed in (1, 2)]
    return [Sitter(lora, Reference.of(make_faces(3, hue=hue))) for lora, hue in zip(loras, (0.1, 0.6), strict=True)]


def _render(base: BaseModel, sitters: list[Sitter], **more: Any) -> list[Portrait]:
    arguments = {"count": 2, "candidates": 3, "seed": 5, **more}
    return render_template(base, sitters, PHOTO, Template(PICTURE, FACES), PaperAnalyser(), **arguments)


def _pixels(portrait: Portrait) -> np.ndarray:
    with Image.open(io.BytesIO(portrait.png)) as picture:
        return np.asarray(picture)


def test_both_faces_change_and_the_rest_stays(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """A picture of the template's size, with two new heads; what is far from them keeps every bit."""
    first, second = map(_pixels, _render(tiny_base, sitters))
    assert first.shape == PICTURE.shape
    assert not np.array_equal(first, second)
    changed = (first != PICTURE).any(axis=2)
    for face in FACES:
        x, y = face.landmarks[30].astype(int)
        assert changed[y, x]
    assert not changed[:40].any()
    assert not changed[300:].any()
    assert not changed[:, 180:210].any()


def test_same_seed_same_picture(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """The same request gives the same files; another seed gives others."""
    assert _render(tiny_base, sitters) == _render(tiny_base, sitters)
    assert _render(tiny_base, sitters) != _render(tiny_base, sitters, seed=6)


def test_each_face_has_its_own_sitter(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """By position, the left face is the first sitter's; who sits on the right does not matter to it."""
    both = _pixels(_render(tiny_base, sitters, count=1, candidates=1)[0])
    twice = _pixels(_render(tiny_base, [sitters[0], sitters[0]], count=1, candidates=1)[0])
    assert np.array_equal(both[LEFT], twice[LEFT])
    assert not np.array_equal(both[RIGHT], twice[RIGHT])


def test_a_choice_is_obeyed(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """One sitter who takes the second face leaves the first as it is."""
    made = _pixels(_render(tiny_base, sitters[:1], chosen=[2])[0])
    assert np.array_equal(made[LEFT], PICTURE[LEFT])
    assert not np.array_equal(made[RIGHT], PICTURE[RIGHT])


def test_sitters_and_faces_must_come_out_even(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """One sitter for two faces, and no choice: refused before anything is drawn."""
    seen: list[Progress] = []
    with pytest.raises(TemplateError, match="2 faces for 1 sitter"):
        _render(tiny_base, sitters[:1], on_progress=seen.append)
    assert not seen


def test_the_file_says_what_was_done(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """The mark is IPTC's for a picture of which a model made a part; the parameters have both seeds and the size."""
    portrait = _render(tiny_base, sitters, count=1)[0]
    with Image.open(io.BytesIO(portrait.png)) as picture:
        assert COMPOSITE in picture.info["XML:com.adobe.xmp"]
        said = picture.info["parameters"]
    assert f"Seed: {portrait.seed} " in said
    assert "Size: 400x400" in said
    assert "Denoising strength: 0." in said


def test_an_lcm_lora_paints_templates_too(tiny_base: BaseModel, sitters: list[Sitter], tmp_path: Path) -> None:
    """Where the base has one, faces are drawn in its few steps, with LCM's scheduler."""
    file = tmp_path / "lcm.safetensors"
    file.write_bytes(make_lora(tiny_base, "lcm", rank=2, seed=3, targets=("to_q", "conv1")))
    portrait = _render(replace(tiny_base, few_step_lora=file), sitters)[0]
    with Image.open(io.BytesIO(portrait.png)) as picture:
        assert "Sampler: LCM" in picture.info["parameters"]
    assert portrait.png != _render(tiny_base, sitters)[0].png


def test_progress_ends_at_its_total(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """Both faces are one piece of work, counted to its end."""
    seen: list[Progress] = []
    _render(tiny_base, sitters, strength=0.5, on_progress=seen.append)
    assert [one.done for one in seen] == list(range(1, seen[-1].total + 1))
    assert {one.total for one in seen} == {2 * (3 + 3)}


def test_stop_is_heard_and_the_base_left_clean(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """Asked to stop in the middle of the second face, it ends, and no adapter stays in the base."""
    seen: list[Progress] = []
    before = list(tiny_base.denoiser.state_dict())
    with pytest.raises(StoppedError):
        _render(tiny_base, sitters, on_progress=seen.append, should_stop=lambda: len(seen) >= 10)
    assert list(tiny_base.denoiser.state_dict()) == before


def test_face_lora_of_other_weights_is_refused(tiny_base: BaseModel, sitters: list[Sitter]) -> None:
    """Any sitter's Face LoRA for a base since retrained is refused, as in plain portraits."""
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=("to_q",), seed=1):
        stale = dump(tiny_base, "face", {"base_fingerprint": "of last year"})
    with pytest.raises(BadLoraError, match="other weights"):
        _render(tiny_base, [sitters[0], replace(sitters[1], face_lora=stale)])


@pytest.mark.parametrize("write", [write_sd15, write_sdxl, write_zimage])
def test_each_family_repaints(write: Callable[[Path], Path], tmp_path: Path) -> None:
    """Noise or velocity, diffusion or flow: the face is new and what is around it stays."""
    base = load_base(write(tmp_path / "base"))
    sitter = Sitter(make_lora(base, "face", rank=2, seed=1, targets=("to_q",)), Reference.of(make_faces(3)))
    made = _pixels(_render(base, [sitter], chosen=[1], count=1, candidates=1)[0])
    assert np.array_equal(made[RIGHT], PICTURE[RIGHT])
    assert not np.array_equal(made[LEFT], PICTURE[LEFT])
    assert np.array_equal(made[:40], PICTURE[:40])


def test_a_template_that_may_not_be_shown_is_refused(
    tiny_base: BaseModel, sitters: list[Sitter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked is of the whole picture, too, for the template is somebody's own."""
    monkeypatch.setattr("limner.engine.fuse.safety.nsfw", lambda picture: float(picture.shape[1] > tiny_base.size))
    with pytest.raises(BlockedError):
        _render(tiny_base, sitters)
