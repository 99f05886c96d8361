"""What a killed training needs to go on as if nothing had happened, as one safetensors file in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from safetensors import SafetensorError
from safetensors.torch import load, save

from limner.engine.errors import BadLoraError
from limner.engine.models.lora import read_notes
from limner.engine.train.learner import Learner, Values

Point = dict[str, float | int | None]


@dataclass(slots=True, eq=False)
class Course:
    """Where a training stands beside the trainer's tensors. Changes as the training goes on."""

    key: str
    """Names the base, the recipe, the faces and the seed: a checkpoint of another training is not used."""
    finish_step: int | None = None
    """Steps taken with all faces; None while the weights are still being chosen."""
    curve: list[Point] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    """The losses since the last judgement."""
    best: Values = field(default_factory=dict)
    best_likeness: float = -1.0
    since_best: int = 0
    seconds: float = 0.0
    """What the runs before this one took."""


def write(trainer: Learner, course: Course, *, seconds: float) -> bytes:
    """Write the trainer and the course. `seconds` counts all runs so far."""
    tensors = trainer.state()
    tensors |= {f"best/{name}": value for name, value in course.best.items()}
    state = {
        "key": course.key,
        "step": trainer.step,
        "finish_step": course.finish_step,
        "curve": course.curve,
        "losses": course.losses,
        "best_likeness": course.best_likeness,
        "since_best": course.since_best,
        "seconds": seconds,
    }
    whole = {name: value.cpu().contiguous() for name, value in tensors.items()}
    return save(whole, metadata={"course": json.dumps(state)})


def read(data: bytes, trainer: Learner, key: str) -> Course | None:
    """Bring the trainer to a checkpoint and give its course; None, nothing changed, when it is of another training."""
    try:
        state = json.loads(read_notes(data).get("course", "{}"))
        tensors = load(data)
    except (BadLoraError, SafetensorError, ValueError):
        return None
    if state.pop("key", None) != key:
        return None
    trainer.step = state.pop("step")
    trainer.restore(tensors)
    best = {name.removeprefix("best/"): value for name, value in tensors.items() if name.startswith("best/")}
    return Course(key=key, best={name: value.to(trainer.base.device) for name, value in best.items()}, **state)


def values_of(data: bytes) -> tuple[int, Values]:
    """Read from a checkpoint of `write` its step, and the best weights, or the average before there are any."""
    state = json.loads(read_notes(data)["course"])
    tensors = load(data)
    kind = "best/" if any(name.startswith("best/") for name in tensors) else "average/"
    values = {name.removeprefix(kind): value for name, value in tensors.items() if name.startswith(kind)}
    return state["step"], values
