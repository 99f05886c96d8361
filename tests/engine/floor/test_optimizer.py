"""Each slot learns as if torch's AdamW had it alone."""

from __future__ import annotations

import torch
from torch import nn

from limner.engine.floor.optimizer import Figures, SlotAdamW

FIGURES = Figures(lr=1e-2, weight_decay=1e-2, clip=1.0, ema=0.9)


def stacked(slots: int) -> list[nn.Parameter]:
    """Give two stacked weights of chance, one of them of kernels."""
    chance = torch.Generator().manual_seed(1)
    return [nn.Parameter(torch.randn(slots, *shape, generator=chance)) for shape in ((4, 3), (2, 3, 3, 3))]


def set_gradients(weights: list[nn.Parameter], slots: list[int], seed: int) -> None:
    """Give the slots that are in the batch gradients of chance, and the others nought."""
    chance = torch.Generator().manual_seed(seed)
    for weight in weights:
        weight.grad = torch.zeros_like(weight)
        for slot in slots:
            weight.grad[slot] = 3 * torch.randn(weight[slot].shape, generator=chance)


def test_a_late_joiner_learns_as_alone() -> None:
    """Two slots that begin at different steps, with rates of their own, move as two AdamWs with clipped gradients."""
    weights, begins = stacked(3), {0: 0, 2: 4}
    optimizer = SlotAdamW(weights)
    alone = {slot: [nn.Parameter(weight[slot].detach().clone()) for weight in weights] for slot in begins}
    theirs = {slot: torch.optim.AdamW(own, weight_decay=1e-2) for slot, own in alone.items()}
    untouched = [weight[1].detach().clone() for weight in weights]
    for step in range(10):
        present = [slot for slot, begin in begins.items() if step >= begin]
        figures = {slot: Figures(lr=1e-2 / (step + slot + 1), weight_decay=1e-2, clip=1.0, ema=0.9) for slot in present}
        set_gradients(weights, present, step)
        for slot in present:
            for own, weight in zip(alone[slot], weights, strict=True):
                assert weight.grad is not None
                own.grad = weight.grad[slot].clone()
            nn.utils.clip_grad_norm_(alone[slot], 1.0)
            for group in theirs[slot].param_groups:
                group["lr"] = figures[slot].lr
            theirs[slot].step()
        assert optimizer.step(figures) == []
    for slot, parameters in alone.items():
        for own, weight in zip(parameters, weights, strict=True):
            torch.testing.assert_close(weight[slot].detach(), own.detach(), atol=1e-6, rtol=1e-5)
    assert all(torch.equal(weight[1], before) for weight, before in zip(weights, untouched, strict=True))


def test_one_slots_nan_is_its_own() -> None:
    """A slot whose gradient is not finite is named and left as it was; the others step as if it were not there."""
    together, alone = stacked(2), stacked(2)
    before = [weight[1].detach().clone() for weight in together]
    both, one = SlotAdamW(together), SlotAdamW(alone)
    set_gradients(together, [0, 1], 1)
    set_gradients(alone, [0], 1)
    for mine, theirs in zip(together, alone, strict=True):
        assert mine.grad is not None
        assert theirs.grad is not None
        theirs.grad[0] = mine.grad[0]
    assert together[0].grad is not None
    together[0].grad[1, 0, 0] = float("nan")
    assert both.step({0: FIGURES, 1: FIGURES}) == [1]
    assert one.step({0: FIGURES}) == []
    for mine, theirs, kept in zip(together, alone, before, strict=True):
        assert torch.equal(mine[0], theirs[0])
        assert torch.equal(mine[1], kept)
    assert both.steps.tolist() == [1, 0]


def test_a_slot_goes_on_in_another() -> None:
    """What is read from one slot and put into another steps on there to the same weights and average, bit for bit."""
    weights = stacked(2)
    optimizer = SlotAdamW(weights)
    for seed in range(3):
        set_gradients(weights, [0], seed)
        optimizer.step({0: FIGURES})
    optimizer.restore(1, *optimizer.state(0))
    set_gradients(weights, [0], 9)
    for weight in weights:
        assert weight.grad is not None
        weight.grad[1] = weight.grad[0]
    optimizer.step({0: FIGURES, 1: FIGURES})
    for values in (optimizer.weights, optimizer.averages, optimizer.means, optimizer.squares):
        assert all(torch.equal(value[0], value[1]) for value in values)
    assert optimizer.steps.tolist() == [4, 4]


def test_who_begins_has_no_past() -> None:
    """A slot that somebody else had before begins without moments or steps, its average at its weights."""
    weights = stacked(2)
    optimizer = SlotAdamW(weights)
    set_gradients(weights, [0], 1)
    optimizer.step({0: FIGURES})
    optimizer.begin(0)
    assert optimizer.steps.tolist() == [0, 0]
    assert not any(bool(value[0].any()) for value in (*optimizer.means, *optimizer.squares))
    assert all(torch.equal(a[0], w[0]) for a, w in zip(optimizer.averages, weights, strict=True))
