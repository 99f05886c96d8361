"""A Face LoRA from faces: repeatable, stoppable, resumable, and ended by likeness, steps or time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from safetensors.torch import load

from limner.engine.bench.true_size import denoiser
from limner.engine.errors import DivergedError, StoppedError
from limner.engine.faces import Face
from limner.engine.figures import changed
from limner.engine.frames import LARGEST
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import attached, read_notes
from limner.engine.progress import Progress
from limner.engine.train import pipeline
from limner.engine.train.dataset import Dataset, dataset_of_faces
from limner.engine.train.judge import Judge
from limner.engine.train.pipeline import TrainedFace, train_face_lora
from limner.engine.train.recipe import Augmentation, FaceRecipe, recipe_for
from limner.queue.child import LONGEST_FRAME
from limner.tests.fakes.base import QUICK_RECIPE, ColourAnalyser, make_faces

RECIPE = changed(FaceRecipe(), QUICK_RECIPE)


def _train(
    base: BaseModel,
    recipe: FaceRecipe = RECIPE,
    *,
    seed: int = 1,
    resume: bytes | None = None,
    on_checkpoint: Callable[[bytes], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> TrainedFace:
    return train_face_lora(
        base,
        make_faces(3),
        ColourAnalyser(),
        recipe,
        seed=seed,
        resume=resume,
        on_checkpoint=on_checkpoint,
        should_stop=should_stop,
        on_progress=on_progress,
    )


def _judged(likenesses: Sequence[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the judgements be these, the first of them at step 0."""
    found = iter(likenesses)
    monkeypatch.setattr(Judge, "__call__", lambda *_: next(found))


def test_either_base_gives_a_lora(either_base: BaseModel) -> None:
    """Bases that predict v and bases that predict noise are trained by the same code."""
    trained = _train(either_base)
    assert [point["step"] for point in trained.curve] == [0, 4, 8]
    assert trained.curve[0]["loss"] is None
    assert all(0 <= point["likeness"] <= 1 for point in trained.curve if point["likeness"] is not None)
    assert any(bool(value.any()) for name, value in load(trained.lora).items() if "lora_B" in name)
    with attached(either_base, {"face": trained.lora}):
        pass


def test_metadata_tells_what_it_is_for(tiny_base: BaseModel) -> None:
    """The file says which base and which words it belongs to, and how long it was trained."""
    notes = read_notes(_train(tiny_base).lora)
    assert notes["base"] == "tiny"
    assert notes["base_fingerprint"] == tiny_base.fingerprint
    assert notes["sitter"] == "sks person"
    assert notes["steps"] == "11"


def test_same_seed_same_file(tiny_base: BaseModel) -> None:
    """The same faces, recipe and seed give the same bytes; another seed gives others."""
    first, same, other = (_train(tiny_base, seed=seed) for seed in (1, 1, 2))
    assert first.lora == same.lora
    assert first.curve == same.curve
    assert first.lora != other.lora


def test_base_is_left_as_it_was(tiny_base: BaseModel) -> None:
    """After a training the base has its own layers and weights and nothing else."""
    before = {name: value.clone() for name, value in tiny_base.denoiser.state_dict().items()}
    _train(tiny_base)
    after = tiny_base.denoiser.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], value) for name, value in before.items())


@pytest.mark.parametrize("which", [0, 2, 4])
def test_resumed_equals_uninterrupted(tiny_base: BaseModel, which: int) -> None:
    """A training resumed from any checkpoint, before or after the choice, gives the file of one that never stopped."""
    checkpoints: list[bytes] = []
    whole = _train(tiny_base, on_checkpoint=checkpoints.append)
    assert len(checkpoints) == 5
    resumed = _train(tiny_base, resume=checkpoints[which])
    assert resumed.lora == whole.lora
    assert resumed.curve == whole.curve


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("last", range(1, 12))
def test_a_kill_at_any_step_repeats_no_more_than_promised(tiny_base: BaseModel, last: int) -> None:
    """Killed after any step of either phase, a training repeats at most `checkpoint_every` steps, for the same file."""
    recipe = replace(RECIPE, checkpoint_every=3)
    seen: list[int] = []
    checkpoints: list[bytes] = [b""]

    def kill(progress: Progress) -> None:
        seen.append(progress.done)
        if progress.done == last and len(seen) == last:
            raise KilledError

    with pytest.raises(KilledError):
        _train(tiny_base, recipe, on_checkpoint=checkpoints.append, on_progress=kill)
    resumed = _train(tiny_base, recipe, resume=checkpoints[-1], on_progress=kill)
    assert len(seen) - 11 <= recipe.checkpoint_every
    assert seen[-1] == 11
    assert resumed.lora == _train(tiny_base, recipe).lora


@pytest.mark.parametrize("family", ["sd15", "sdxl", "zimage"])
def test_a_checkpoint_of_every_family_fits_a_frame(family: str) -> None:
    """The largest checkpoint, with the best weights beside the last, passes the pipes in both directions."""
    recipe = recipe_for(family, family)
    layers = (part for name, part in denoiser(family).named_modules() if name.endswith(recipe.targets))
    sides = sum(layer.weight.shape[0] + layer.weight.shape[1] for layer in layers)
    # Weight, average, the optimiser's two moments, and the best: five numbers of four bytes.
    whole = recipe.rank * sides * 5 * 4
    assert whole > 10**8
    assert whole < 0.9 * min(LARGEST, LONGEST_FRAME)


def test_resume_takes_fewer_steps(tiny_base: BaseModel) -> None:
    """What was done before is not done again."""
    checkpoints: list[bytes] = []
    _train(tiny_base, on_checkpoint=checkpoints.append)
    seen: list[Progress] = []
    _train(tiny_base, resume=checkpoints[2], on_progress=seen.append)
    assert seen[0].done == 7
    assert seen[-1].done == seen[-1].total == 11


@pytest.mark.parametrize("resume", [b"", b"nonsense", b"\0" * 64])
def test_useless_checkpoint_is_left_aside(tiny_base: BaseModel, resume: bytes) -> None:
    """A checkpoint that cannot be read costs the steps, not the request."""
    assert _train(tiny_base, resume=resume).lora == _train(tiny_base).lora


def test_checkpoint_of_another_training_is_left_aside(tiny_base: BaseModel) -> None:
    """A checkpoint made with another seed does not leak into this training."""
    checkpoints: list[bytes] = []
    _train(tiny_base, seed=2, on_checkpoint=checkpoints.append)
    assert _train(tiny_base, resume=checkpoints[-1]).lora == _train(tiny_base).lora


def test_stop_is_heard_within_one_step(tiny_base: BaseModel) -> None:
    """Asked to stop, the training takes no further step and hands over a checkpoint that it can go on from."""
    seen: list[Progress] = []
    checkpoints: list[bytes] = []
    with pytest.raises(StoppedError, match="after 5 steps"):
        _train(
            tiny_base,
            on_progress=seen.append,
            on_checkpoint=checkpoints.append,
            should_stop=lambda: len(seen) >= 5,
        )
    assert len(seen) == 5
    assert _train(tiny_base, resume=checkpoints[-1]).lora == _train(tiny_base).lora


def test_stop_leaves_the_base_as_it_was(tiny_base: BaseModel) -> None:
    """A training that was stopped leaves no layer behind."""
    before = list(tiny_base.denoiser.state_dict())
    with pytest.raises(StoppedError):
        _train(tiny_base, should_stop=lambda: True)
    assert list(tiny_base.denoiser.state_dict()) == before


def test_likeness_chooses_the_weights(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights of the best judgement are kept, whatever came later."""
    recipe = replace(RECIPE, max_steps=12, finish_steps=0)
    _judged([0.9, 0.5, 0.4, 0.3], monkeypatch)
    best_first = _train(tiny_base, recipe).lora
    _judged([0.9, 0.3, 0.4, 0.5], monkeypatch)
    best_last = _train(tiny_base, recipe).lora
    assert best_first != best_last
    _judged([0.9, 0.5, 0.1, 0.2], monkeypatch)
    assert _train(tiny_base, recipe).lora == best_first


def test_patience_ends_it(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing better has come for as many judgements as patience lasts, the last phase begins."""
    _judged([0.1, 0.5, 0.4, 0.4, 0.9], monkeypatch)
    trained = _train(tiny_base, replace(RECIPE, max_steps=40, patience=2))
    assert [point["step"] for point in trained.curve] == [0, 4, 8, 12]
    assert read_notes(trained.lora)["steps"] == str(12 + RECIPE.finish_steps)


def test_time_budget_ends_it(tiny_base: BaseModel) -> None:
    """With no time left there is one judgement, the last phase, and a Face LoRA all the same."""
    trained = _train(tiny_base, replace(RECIPE, max_steps=400, seconds=0.0))
    assert [point["step"] for point in trained.curve] == [0, 1]
    assert read_notes(trained.lora)["steps"] == "4"


def test_last_steps_see_all_faces(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The held-out face is learned only after the weights are chosen."""
    encoded: list[int] = []

    def watching(base: BaseModel, faces: Sequence[Face], how: Augmentation, **more: Any) -> Dataset:
        encoded.append(len(faces))
        return dataset_of_faces(base, faces, how, **more)

    monkeypatch.setattr(pipeline, "dataset_of_faces", watching)
    _train(tiny_base)
    assert encoded == [2, 3]


def test_progress_never_goes_back(tiny_base: BaseModel) -> None:
    """Every step is told, with a total that stays and a remaining time that is never negative."""
    seen: list[Progress] = []
    _train(tiny_base, on_progress=seen.append)
    assert [one.done for one in seen] == list(range(1, 12))
    assert {(one.stage, one.total) for one in seen} == {("train", 11)}
    assert all(one.eta_s is not None and one.eta_s >= 0 for one in seen)


def test_divergence_is_an_error_of_its_own(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faces whose numbers are none end in DivergedError and not in a LoRA of NaN."""

    def spoilt(base: BaseModel, faces: Sequence[Face], how: Augmentation, **more: Any) -> Dataset:
        data = dataset_of_faces(base, faces, how, **more)
        data.latents[:] = float("nan")
        return data

    monkeypatch.setattr(pipeline, "dataset_of_faces", spoilt)
    with pytest.raises(DivergedError):
        _train(tiny_base)
