"""From LoRAs to portraits: repeatable, ranked, stoppable, each style in its place."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from limner.engine.errors import BadLoraError, StoppedError
from limner.engine.fuse.pipeline import Portrait, render
from limner.engine.fuse.reference import Reference
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import dump, fresh_lora
from limner.engine.progress import Progress
from limner.engine.styles import Style
from limner.tests.engine.fuse.test_adapters import make_lora
from limner.tests.fakes.base import ColourAnalyser, make_faces

PHOTO = Style("photo", "Photo", "A photo.", "photo of sks person", guidance=2.0)
PENCIL = Style("pencil", "Pencil", "A drawing.", "pencil drawing of sks person", guidance=2.0)


def _render(base: BaseModel, style: Style = PHOTO, lora: bytes | None = None, **more: object) -> list[Portrait]:
    arguments = {"count": 2, "candidates": 3, "seed": 5, **more}
    return render(base, lora, style, Reference.of(make_faces(3)), ColourAnalyser(), **arguments)  # type: ignore[arg-type]  # as above


def test_portraits_are_pictures_best_first(either_base: BaseModel) -> None:
    """As many portraits as asked for, of 512 px, the likest first, each with its seed."""
    portraits = _render(either_base)
    assert len(portraits) == 2
    likenesses = [one.likeness or 0.0 for one in portraits]
    assert likenesses == sorted(likenesses, reverse=True)
    assert len({one.seed for one in portraits}) == 2
    with Image.open(io.BytesIO(portraits[0].png)) as picture:
        assert picture.size == (512, 512)
        assert f"Seed: {portraits[0].seed}" in picture.info["parameters"]


def test_same_seed_same_portraits(tiny_base: BaseModel) -> None:
    """The same request gives the same files; another seed gives others."""
    face = make_lora(tiny_base, "face", rank=2, seed=1, targets=("to_q", "conv1"))
    assert _render(tiny_base, PENCIL, face) == _render(tiny_base, PENCIL, face)
    assert _render(tiny_base, PENCIL, face) != _render(tiny_base, PENCIL, face, seed=6)


def test_face_lora_shows(tiny_base: BaseModel) -> None:
    """With a Face LoRA the same noise becomes another picture."""
    face = make_lora(tiny_base, "face", rank=2, seed=1, targets=("to_q", "conv1"))
    seeds_of = {one.seed: one.png for one in _render(tiny_base, count=3)}
    assert all(seeds_of[one.seed] != one.png for one in _render(tiny_base, lora=face, count=3))


def test_style_lora_shows(tiny_base: BaseModel, tmp_path: Path) -> None:
    """A style's LoRA changes the picture, by as much as its multiplier says."""
    file = tmp_path / "lora.safetensors"
    file.write_bytes(make_lora(tiny_base, "style", rank=2, seed=1, targets=("to_q", "conv1")))
    with_lora = replace(PENCIL, lora=file)
    assert _render(tiny_base, with_lora) != _render(tiny_base, PENCIL)
    assert _render(tiny_base, replace(with_lora, style_scale=0.0)) == _render(tiny_base, PENCIL)


def test_style_for_another_base_is_its_prompt(tiny_base: BaseModel, tmp_path: Path) -> None:
    """A style's LoRA that is for another base is left out, and its prompt alone speaks."""
    file = tmp_path / "lora.safetensors"
    file.write_bytes(make_lora(tiny_base, "style", rank=2, seed=1, targets=("to_q", "conv1")))
    strange = replace(PENCIL, lora=file, base="nano")
    assert _render(tiny_base, strange) == _render(tiny_base, replace(PENCIL, guidance=None))
    assert _render(tiny_base, replace(strange, base="tiny")) != _render(tiny_base, PENCIL)


def test_start_from_the_photo(tiny_base: BaseModel) -> None:
    """A style that starts from the sitter's photo takes fewer steps and gives another picture."""
    seen: list[Progress] = []
    started = _render(tiny_base, replace(PHOTO, start_strength=0.5), on_progress=seen.append)
    assert started != _render(tiny_base)
    assert seen[-1].total == 3 + 3


def test_progress_ends_at_its_total(tiny_base: BaseModel) -> None:
    """Steps and judgements are counted, over more than one batch."""
    seen: list[Progress] = []
    _render(tiny_base, candidates=9, on_progress=seen.append)
    assert [one.done for one in seen] == list(range(1, 3 * 6 + 9 + 1))
    assert {one.total for one in seen} == {3 * 6 + 9}
    assert seen[-1].eta_s == 0


def test_stop_is_heard_within_one_step(tiny_base: BaseModel) -> None:
    """Asked to stop, the rendering ends, and the base is free of adapters."""
    seen: list[Progress] = []
    before = list(tiny_base.denoiser.state_dict())
    face = make_lora(tiny_base, "face", rank=2, seed=1, targets=("to_q",))
    with pytest.raises(StoppedError):
        _render(tiny_base, lora=face, on_progress=seen.append, should_stop=lambda: len(seen) >= 3)
    assert len(seen) == 3
    assert list(tiny_base.denoiser.state_dict()) == before


def test_face_lora_of_other_weights_is_refused(tiny_base: BaseModel) -> None:
    """A Face LoRA that was trained for a base since retrained would draw nobody, and says so."""
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=("to_q",), seed=1):
        stale = dump(tiny_base, "face", {"base_fingerprint": "of last year"})
    with pytest.raises(BadLoraError, match="other weights"):
        _render(tiny_base, lora=stale)


def test_an_lcm_lora_takes_few_steps(tiny_base: BaseModel, tmp_path: Path) -> None:
    """A base with an LCM-LoRA draws its candidates in six steps, with that LoRA in it, and the file says so."""
    seen: list[Progress] = []
    files = [tmp_path / "faint", tmp_path / "strong"]
    for seed, file in enumerate(files):
        file.write_bytes(make_lora(tiny_base, "lcm", rank=2, seed=seed, targets=("to_q", "conv1")))
    one, other = (_render(replace(tiny_base, few_step_lora=file), on_progress=seen.append) for file in files)
    assert seen[-1].total == 6 + 3
    assert {portrait.png for portrait in one} != {portrait.png for portrait in other}
    with Image.open(io.BytesIO(one[0].png)) as picture:
        assert "Steps: 6, Sampler: LCM, CFG scale: 1.0" in picture.info["parameters"]


def test_an_lcm_lora_that_is_gone_is_told(tiny_base: BaseModel, tmp_path: Path) -> None:
    """A file that was taken away is named, and nothing is drawn."""
    with pytest.raises(BadLoraError, match="cannot be read"):
        _render(replace(tiny_base, few_step_lora=tmp_path / "lcm.safetensors"))
