"""One step of a training: what it looks at, what it leaves alone, what it does when numbers go astray."""

from dataclasses import replace

import pytest
import torch

from limner.engine.errors import DivergedError
from limner.engine.models.base import BaseModel
from limner.engine.models.lora import fresh_lora
from limner.engine.train.dataset import Dataset, dataset_of_faces
from limner.engine.train.learner import Trainer
from limner.engine.train.loop import Batch, draw, learning_rate, masked_losses
from limner.engine.train.recipe import Augmentation, FaceRecipe
from limner.tests.fakes.base import make_faces

RECIPE = FaceRecipe(rank=2, alpha=2, targets=("to_q", "conv1"), batch=4, max_steps=100, warmup=10)


def _data(base: BaseModel) -> Dataset:
    return dataset_of_faces(base, make_faces(2), Augmentation(variants=2), plain="photo of sks person", seed=0)


def test_background_has_no_part_in_the_loss(either_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The derivative of the loss by the prediction is nought outside of the mask, and only there."""
    batch = draw(either_base, _data(either_base), RECIPE, seed=0, step=0)
    mask = torch.zeros_like(batch.masks)
    mask[..., 2:6] = 1
    said = torch.randn(batch.clean.shape, generator=torch.Generator().manual_seed(1)).requires_grad_()
    monkeypatch.setattr(BaseModel, "predict", lambda *_: said)
    masked = Batch(batch.clean, batch.noise, batch.timesteps, batch.text, mask)
    (gradient,) = torch.autograd.grad(masked_losses(either_base, masked, 5.0).mean(), said)
    assert bool((gradient[..., 2:6] != 0).all())
    assert bool((gradient[..., :2] == 0).all())
    assert bool((gradient[..., 6:] == 0).all())


def test_size_of_the_mask_does_not_weigh(tiny_base: BaseModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is the same everywhere costs the same under a small mask and a large one."""
    batch = draw(tiny_base, _data(tiny_base), RECIPE, seed=0, step=0)
    wanted = tiny_base.schedule.target(batch.clean, batch.noise, batch.timesteps)
    monkeypatch.setattr(BaseModel, "predict", lambda *_: wanted + 1)
    losses = []
    for width in (1, 8):
        mask = torch.zeros_like(batch.masks)
        mask[..., :width] = 1
        masked = Batch(batch.clean, batch.noise, batch.timesteps, batch.text, mask)
        losses.append(masked_losses(tiny_base, masked, None).mean().item())
    assert losses == pytest.approx([1.0, 1.0], rel=1e-4)


def test_draw_depends_on_seed_and_step_alone(tiny_base: BaseModel) -> None:
    """A step's samples are the same whenever and how often it is taken."""
    data = _data(tiny_base)
    first, same = (draw(tiny_base, data, RECIPE, seed=3, step=7) for _ in range(2))
    other = draw(tiny_base, data, RECIPE, seed=3, step=8)
    assert torch.equal(first.noise, same.noise)
    assert torch.equal(first.timesteps, same.timesteps)
    assert not torch.equal(first.noise, other.noise)


def test_timesteps_are_spread(tiny_base: BaseModel) -> None:
    """Each equal part of the schedule has one sample in every batch."""
    data = _data(tiny_base)
    for step in range(20):
        timesteps = draw(tiny_base, data, RECIPE, seed=0, step=step).timesteps
        assert [int(one) * 4 // 1000 for one in timesteps] == [0, 1, 2, 3]


def test_the_plain_caption_is_seen_as_often_as_told(tiny_base: BaseModel) -> None:
    """Some samples see the plain caption, the rest their own."""
    data = _data(tiny_base)
    text = draw(tiny_base, data, replace(RECIPE, batch=400, plain_caption=0.5), seed=0, step=0).text
    plain = sum(torch.equal(one, data.texts.hidden[0]) for one in text.hidden)
    assert 160 < plain < 240


def test_only_the_lora_moves(either_base: BaseModel) -> None:
    """A step changes the LoRA and not one weight of the base."""
    before = {name: value.clone() for name, value in either_base.denoiser.state_dict().items()}
    with fresh_lora(either_base, "face", rank=2, alpha=2, targets=RECIPE.targets, seed=0) as parameters:
        start = {name: value.detach().clone() for name, value in parameters.items()}
        trainer = Trainer(either_base, parameters, RECIPE, seed=0)
        data = _data(either_base)
        for _ in range(2):
            trainer.advance(data, 1e-3)
        assert all(not torch.equal(value, start[name]) for name, value in parameters.items())
    after = either_base.denoiser.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_steps_learn(either_base: BaseModel) -> None:
    """The loss on one batch that is seen again and again falls."""
    with fresh_lora(either_base, "face", rank=8, alpha=8, targets=("to_q", "conv1", "conv2"), seed=0) as parameters:
        trainer = Trainer(either_base, parameters, replace(RECIPE, min_snr_gamma=None), seed=0)
        data = _data(either_base)
        batch = draw(either_base, data, RECIPE, seed=0, step=0)
        first = masked_losses(either_base, batch, None).mean().item()
        for _ in range(60):
            trainer.step = 0
            trainer.advance(data, 5e-3)
        assert masked_losses(either_base, batch, None).mean().item() < 0.97 * first


def test_numbers_that_are_not_finite_end_it(tiny_base: BaseModel) -> None:
    """A NaN raises DivergedError with its step, and the weights of the step before are still there."""
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=RECIPE.targets, seed=0) as parameters:
        trainer = Trainer(tiny_base, parameters, RECIPE, seed=0)
        data = _data(tiny_base)
        trainer.advance(data, 1e-3)
        data.latents[:] = float("nan")
        with pytest.raises(DivergedError, match="step 1") as caught:
            trainer.advance(data, 1e-3)
        assert caught.value.reason == "nan"
        assert all(bool(torch.isfinite(value).all()) for value in parameters.values())
        assert all(bool(torch.isfinite(value).all()) for value in trainer.average.values())


def test_average_follows(tiny_base: BaseModel) -> None:
    """The moving average lies between where the weights were and where they are."""
    with fresh_lora(tiny_base, "face", rank=2, alpha=2, targets=("to_q",), seed=0) as parameters:
        trainer = Trainer(tiny_base, parameters, RECIPE, seed=0)
        data = _data(tiny_base)
        for _ in range(5):
            trainer.advance(data, 1e-3)
        name = next(one for one in parameters if "lora_B" in one)
        assert 0 < trainer.average[name].norm().item() < parameters[name].norm().item()


def test_rate_warms_up_and_falls() -> None:
    """The rate climbs in a straight line, and ends at its share."""
    rates = [learning_rate(RECIPE, step) for step in range(RECIPE.max_steps + 1)]
    assert rates[0] == pytest.approx(RECIPE.lr / 10)
    assert max(rates) == pytest.approx(RECIPE.lr)
    assert rates[-1] == pytest.approx(RECIPE.lr * RECIPE.lr_end)
    assert rates[10:] == sorted(rates[10:], reverse=True)
