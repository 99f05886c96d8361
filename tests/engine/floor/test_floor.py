"""Requests that share the floor end as if each had it alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
import torch
from safetensors.torch import load

from limner.engine.errors import DivergedError, FloorError, StoppedError
from limner.engine.figures import changed
from limner.engine.floor.floor import Floor
from limner.engine.floor.layers import Stack
from limner.engine.floor.seats import Seats
from limner.engine.fuse.adapters import fused
from limner.engine.fuse.sampler import Sampling, sample
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import encode_prompts
from limner.engine.models.lora import read_notes
from limner.engine.train.pipeline import TrainedFace, train_face_lora
from limner.engine.train.recipe import FaceRecipe
from limner.tests.engine.floor.test_layers import make_lora
from limner.tests.fakes.base import QUICK_RECIPE, ColourAnalyser, make_faces

T = TypeVar("T")
RECIPE = changed(FaceRecipe(), QUICK_RECIPE)


@pytest.fixture(name="seats")
def _seats(tiny_base: BaseModel) -> Iterator[Seats]:
    """Give a floor of three seats on the tiny base."""
    lessons = Stack(tiny_base.denoiser, RECIPE.targets, slots=3, rank=RECIPE.rank)
    drawings = Stack(tiny_base.denoiser, RECIPE.targets, slots=3, rank=RECIPE.rank + 4)
    floor = Floor(tiny_base, lessons, drawings, largest=8)
    yield Seats(floor)
    floor.close()


def together(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Run jobs in threads of their own, and give what they return."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result(timeout=120) for done in [pool.submit(job) for job in jobs]]


def draw(base: BaseModel, lora: bytes, seeds: Sequence[int], how: Sampling) -> torch.Tensor:
    """Draw with a Face LoRA, wherever the base leads."""
    words = encode_prompts(base, ["photo of sks person", ""])
    said, unsaid = (words.rows(slice(n, n + 1)).repeat(len(seeds)) for n in (0, 1))
    with fused(base, face=lora, style=None) as fusion:
        fusion.scale(face=0.8, style=0.0)
        return sample(fusion, said, unsaid, how, seeds=seeds)


def train(base: BaseModel, seed: int, recipe: FaceRecipe = RECIPE, resume: bytes | None = None) -> TrainedFace:
    """Train somebody's Face LoRA, wherever the base leads."""
    return train_face_lora(base, make_faces(3), ColourAnalyser(), recipe, seed=seed, resume=resume)


def seated(seats: Seats, who: str, work: Callable[[BaseModel], T]) -> Callable[[], T]:
    """Make a job that does some work at a seat."""

    def job() -> T:
        with seats.taken(who) as base:
            return work(base)

    return job


def test_drawings_of_different_people_are_each_their_own(tiny_base: BaseModel, seats: Seats) -> None:
    """Three requests with their own LoRAs, seeds, steps, samplers and guidance draw together what each draws alone."""
    wished = [([1, 2], Sampling(4, 3.0)), ([3], Sampling(7, 2.0, "dpm")), ([4, 5], Sampling(5, 1.0))]
    loras = [make_lora(tiny_base, seed, rank=4, targets=list(RECIPE.targets)) for seed in (1, 2, 3)]
    alone = [draw(tiny_base, lora, *wish) for lora, wish in zip(loras, wished, strict=True)]
    jobs = [
        seated(seats, f"person {n}", partial(draw, lora=lora, seeds=seeds, how=how))
        for n, (lora, (seeds, how)) in enumerate(zip(loras, wished, strict=True))
    ]
    for found, expected in zip(together(jobs), alone, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_a_seat_begins_as_alone(tiny_base: BaseModel, seats: Seats) -> None:
    """Two people who train together have, within rounding, the Face LoRAs that they have alone."""
    alone = [train(tiny_base, seed) for seed in (1, 2)]
    jobs = [seated(seats, f"person {seed}", partial(train, seed=seed)) for seed in (1, 2)]
    for found, expected in zip(together(jobs), alone, strict=True):
        ours, theirs = load(found.lora), load(expected.lora)
        assert ours.keys() == theirs.keys()
        assert read_notes(found.lora) == read_notes(expected.lora)
        for name, value in theirs.items():
            torch.testing.assert_close(ours[name].float(), value.float(), atol=2e-3, rtol=1e-2)
        assert [point["step"] for point in found.curve] == [point["step"] for point in expected.curve]


def test_a_training_moves_from_floor_to_floor_and_off_it(tiny_base: BaseModel, seats: Seats) -> None:
    """A checkpoint written at a seat goes on in another seat, and alone, to the same Face LoRA within rounding."""
    kept: list[bytes] = []

    def watched(base: BaseModel) -> TrainedFace:
        return train_face_lora(base, make_faces(3), ColourAnalyser(), RECIPE, seed=1, on_checkpoint=kept.append)

    whole = seated(seats, "one", watched)()
    with seats.taken("somebody"):  # so that the next one gets another slot
        again = seated(seats, "one", lambda base: train(base, 1, resume=kept[1]))()
    alone = train(tiny_base, 1, resume=kept[1])
    for name, value in load(whole.lora).items():
        torch.testing.assert_close(load(again.lora)[name].float(), value.float(), atol=2e-3, rtol=1e-2)
        torch.testing.assert_close(load(alone.lora)[name].float(), value.float(), atol=2e-3, rtol=1e-2)


def test_ones_nan_is_nobody_elses(tiny_base: BaseModel, seats: Seats, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training whose numbers go astray ends with its reason, and the one beside it ends as it should."""
    expected = load(train(tiny_base, 1).lora)
    astray = replace(RECIPE, lr=1e30, clip=1e30)

    def job(base: BaseModel) -> TrainedFace | None:
        with pytest.raises(DivergedError):
            train(base, 2, astray)
        return None

    _, found = together([seated(seats, "astray", job), seated(seats, "well", lambda base: train(base, 1))])
    assert found is not None
    for name, value in expected.items():
        torch.testing.assert_close(load(found.lora)[name].float(), value.float(), atol=2e-3, rtol=1e-2)


def test_a_drawing_joins_a_training(tiny_base: BaseModel, seats: Seats) -> None:
    """Who comes to draw while somebody trains is done before the training is."""
    ended: list[str] = []
    started = threading.Event()
    long = replace(RECIPE, max_steps=60, patience=100, judge_every=60)

    def learn(base: BaseModel) -> None:
        train_face_lora(base, make_faces(3), ColourAnalyser(), long, seed=1, on_progress=lambda _: started.set())
        ended.append("training")

    def look(base: BaseModel) -> None:
        started.wait(60)
        draw(base, lora, [1], Sampling(4, 2.0))
        ended.append("drawing")

    lora = make_lora(tiny_base, 1, rank=4, targets=list(RECIPE.targets))
    together([seated(seats, "learner", learn), seated(seats, "drawer", look)])
    assert ended == ["drawing", "training"]


def test_who_stops_leaves_at_the_next_step(tiny_base: BaseModel, seats: Seats) -> None:
    """A drawing that is to stop ends at its step with its reason; another one beside it goes on."""
    lora = make_lora(tiny_base, 1, rank=4, targets=list(RECIPE.targets))

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise StoppedError("rendering", done)

    def stopped(base: BaseModel) -> str:
        words = encode_prompts(base, ["photo of sks person"])
        with fused(base, face=lora, style=None) as fusion, pytest.raises(StoppedError):
            sample(fusion, words, words, Sampling(9, 2.0), seeds=[1], on_step=stop)
        return "stopped"

    how = Sampling(6, 2.0)
    expected = draw(tiny_base, lora, [3], how)
    word, found = together(
        [seated(seats, "one", stopped), seated(seats, "other", lambda base: draw(base, lora, [3], how))]
    )
    assert word == "stopped"
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_where_memory_runs_out_batches_shrink(
    tiny_base: BaseModel, seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that is too large for the device is halved until it fits, and the pictures are the same."""
    lora = make_lora(tiny_base, 1, rank=4, targets=list(RECIPE.targets))
    expected = draw(tiny_base, lora, [1, 2, 3], Sampling(3, 2.0))
    predict = BaseModel.predict

    def small(self: BaseModel, latents: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        if len(latents) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return predict(self, latents, *others)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(BaseModel, "predict", small)
    found = seated(seats, "one", lambda base: draw(base, lora, [1, 2, 3], Sampling(3, 2.0)))()
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert seats.floor.largest == 2


def test_what_breaks_for_one_breaks_for_nobody_else(
    tiny_base: BaseModel, seats: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evaluation that fails because of one request's samples fails that request alone."""
    lora = make_lora(tiny_base, 1, rank=4, targets=list(RECIPE.targets))
    how = Sampling(4, 2.0)
    expected = draw(tiny_base, lora, [3], how)
    predict = BaseModel.predict

    def choosy(self: BaseModel, latents: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        if bool((latents.flatten(1).mean(dim=1) > 3).any()):
            raise ValueError("nobody draws sevens")
        return predict(self, latents, *others)  # type: ignore[arg-type]  # passed on as they came

    def sevens(base: BaseModel) -> None:
        words = encode_prompts(base, ["photo of sks person"])
        start = torch.full((1, 4, 8, 8), 7.0)
        with fused(base, face=lora, style=None) as fusion, pytest.raises(ValueError, match="sevens"):
            sample(fusion, words, words, how, seeds=[1], start=start, mask=torch.zeros(1, 1, 8, 8))

    monkeypatch.setattr(BaseModel, "predict", choosy)
    _, found = together([seated(seats, "odd", sevens), seated(seats, "even", lambda base: draw(base, lora, [3], how))])
    assert found is not None
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_more_requests_than_seats_wait(tiny_base: BaseModel, seats: Seats) -> None:
    """Six requests on three seats are all served, and never more than three at once."""
    present, most = 0, 0
    lock = threading.Lock()
    lora = make_lora(tiny_base, 1, rank=4, targets=list(RECIPE.targets))

    def job(base: BaseModel) -> torch.Tensor:
        nonlocal present, most
        with lock:
            present += 1
            most = max(most, present)
        found = draw(base, lora, [1], Sampling(3, 2.0))
        with lock:
            present -= 1
        return found

    drawn = together([seated(seats, f"person {n}", job) for n in range(6)])
    assert most <= 3
    for found in drawn:
        torch.testing.assert_close(found, drawn[0], atol=1e-4, rtol=1e-4)


def test_another_recipe_is_told(seats: Seats) -> None:
    """A training with other layers or a higher rank than the floor was laid out for is refused with both named."""
    with seats.taken("one") as base:
        with pytest.raises(FloorError, match=r"rank 16 .* rank 4"):
            train(base, 1, replace(RECIPE, rank=16))
        with pytest.raises(FloorError, match="differ in"):
            train(base, 1, replace(RECIPE, targets=("to_q",)))


def test_the_base_is_left_as_it_was(tiny_base: BaseModel) -> None:
    """After a floor was closed no hook is left on the base, no weight has changed, and it trains alone as before."""
    before = {name: value.clone() for name, value in tiny_base.denoiser.state_dict().items()}
    lessons = Stack(tiny_base.denoiser, RECIPE.targets, slots=1, rank=4)
    floor = Floor(tiny_base, lessons, Stack(tiny_base.denoiser, RECIPE.targets, slots=1, rank=4), largest=4)
    seated(Seats(floor), "one", lambda base: train(base, 1))()
    floor.close()
    assert not any(module._forward_hooks for module in tiny_base.denoiser.modules())
    after = tiny_base.denoiser.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert isinstance(train(tiny_base, 1).lora, bytes)


def test_a_closed_floor_leaves_nobody_waiting(tiny_base: BaseModel) -> None:
    """Whoever comes to a floor that was closed is told so at once."""
    lessons = Stack(tiny_base.denoiser, RECIPE.targets, slots=1, rank=4)
    floor = Floor(tiny_base, lessons, Stack(tiny_base.denoiser, RECIPE.targets, slots=1, rank=4), largest=4)
    floor.close()
    with pytest.raises(RuntimeError, match="closed"):
        floor.call("one", 0, lambda: None)
