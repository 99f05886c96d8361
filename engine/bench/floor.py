"""Measure the floor against what else there is: every comparison in one run, interleaved, medians of the repeats.

docs/performance.md says what is compared with what. `limner bench floor` calls `measure`.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from limner.engine.bench.floor_base import in_float32, sd15_sized
from limner.engine.bench.floor_drawing import Diffusers, Mixed, differences, draw_on_floor
from limner.engine.bench.floor_learning import (
    Alone,
    learn_on_floor,
    renders_among_trainings,
    single_renders,
    users_an_hour,
)
from limner.engine.bench.floor_memory import (
    joined_weights,
    seat_megabytes,
    seat_megabytes_held,
    switch_pipeline,
    switch_slot,
)
from limner.engine.bench.floor_rows import (
    FloorReport,
    FloorRow,
    Machine,
    faster,
    interleaved,
    middle,
    nearly_longest,
    shorter,
)
from limner.engine.bench.floor_world import Effort, World, world_of
from limner.engine.errors import UnknownBaseError
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.running import Running
from limner.engine.quiet import quiet

Times = Mapping[str, list[float]]

#: What is measured on nano, and on a base that is some hundred times its work.
NANO_EFFORT = Effort()
SMALL_EFFORT = Effort(users=2, steps=2, lessons=1, singles=1)


def measure_on(name: str | None, running: Running, effort: Effort) -> FloorReport:
    """Load a base and measure; without a name one of Stable Diffusion's size with weights of chance.

    Raises what `load_base` raises, UnknownBaseError where it is not of the Stable Diffusion family, and RuntimeError as
    `measure`.
    """
    quiet()
    base = load_base(name, running) if name else sd15_sized(running)
    if base.family.name != "sd15":
        raise UnknownBaseError(str(name), "the floor's bench takes bases of the Stable Diffusion family")
    return measure(base, effort)


def measure(base: BaseModel, effort: Effort) -> FloorReport:
    """Measure everything. Raises RuntimeError where ours and a peer do not draw the same from the same noise."""
    # diffusers tells at each Face LoRA that it has nothing for the text encoder.
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    before = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder, world_of(base, effort, Path(folder)) as world:
        held = seat_megabytes_held(world)
        bench = _Bench(world, Diffusers(world), Mixed.of(world), Alone(world))
        exact = base.dtype == torch.float32
        apart = differences(world, bench.diffusers, bench.mixed) if exact else differences_in_float32(base, effort)
        times = _timed(bench.contestants(), effort.repeats)
        rows = [*_rows(world, times), *_memory(world, held)]
        machine = _machine(base, effort, before, apart)
    return FloorReport(machine=machine, rows=rows)


def differences_in_float32(base: BaseModel, effort: Effort) -> dict[str, float]:
    """See `differences`, for a base that computes in half precision: on a copy that does not, with the same LoRAs."""
    exact = torch.backends.cudnn.flags(allow_tf32=False)
    with tempfile.TemporaryDirectory() as folder, exact, world_of(in_float32(base), effort, Path(folder)) as world:
        return differences(world, Diffusers(world), Mixed.of(world))


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """Ours and the peers, ready to be called."""

    world: World
    diffusers: Diffusers
    mixed: Mixed
    alone: Alone

    def contestants(self) -> dict[str, Callable[[], Times]]:
        """Name everything that is timed; each gives its own figures, by what they are of."""
        world, user = self.world, self.world.users[0]
        ready = joined_weights(world, user)
        return {
            "draw, both sides": _clocked(lambda: draw_on_floor(world, world.how(classifier_free=True))),
            "draw, diffusers": _clocked(self.diffusers.draw),
            "draw": _clocked(lambda: draw_on_floor(world, world.how())),
            "draw, peft": _clocked(self.mixed.draw),
            "learn": _told(lambda: learn_on_floor(world)),
            "learn, alone": _told(self.alone.learn),
            "learn, dreambooth": _told(self.alone.dreambooth),
            "switch, ready": _told(lambda: switch_slot(world, user, ready)),
            "switch": _told(lambda: switch_slot(world, user)),
            "switch, diffusers": _told(lambda: switch_pipeline(self.diffusers, user)),
            "single": lambda: {"": single_renders(world)},
            "among": lambda: dict(zip(("", ", turns"), renders_among_trainings(world), strict=True)),
        }


def _timed(contestants: Mapping[str, Callable[[], Times]], repeats: int) -> Times:
    """Call everybody once to warm up, then interleaved; give what each gave, by its name and theirs."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    for warm in contestants.values():
        warm()
    for name in interleaved(list(contestants), repeats):
        for part, figures in contestants[name]().items():
            times[name + part].extend(figures)
    return times


def _rows(world: World, times: Times) -> Iterator[FloorRow]:
    count = len(world.users)
    t = {name: middle(figures) for name, figures in times.items()}
    portraits, users = f"{count} portraits of {count} users", f"train {count} users at once"
    rate = {name: count / seconds for name, seconds in t.items() if name.startswith("draw")}
    hourly = {name: users_an_hour(world, seconds) for name, seconds in t.items() if name.startswith("learn")}
    yield faster(
        f"{portraits}; diffusers, one after the other",
        "portraits/s",
        rate["draw, both sides"],
        rate["draw, diffusers"],
    )
    yield faster(f"{portraits}; peft's mixed batch", "portraits/s", rate["draw"], rate["draw, peft"])
    yield faster(
        f"{users}; the same trainer, one after the other", "users/hour", hourly["learn"], hourly["learn, alone"]
    )
    yield faster(
        f"{users}; DreamBooth, one after the other", "users/hour", hourly["learn"], hourly["learn, dreambooth"]
    )
    yield shorter("another user, from files; load_lora_weights", "ms", t["switch"], t["switch, diffusers"])
    yield shorter("another user, from memory; load_lora_weights", "ms", t["switch, ready"], t["switch, diffusers"])
    turns = max(times["among, turns"])
    yield FloorRow(
        name=f"a render while {count} train: turns until it is in a batch, at most", ours=turns, unit="turns"
    )
    among, idle = nearly_longest(times["among"]), nearly_longest(times["single"])
    name = f"95th percentile of single renders while {count} train; on the idle floor"
    yield FloorRow(name=name, ours=among, peer=idle, ratio=among / idle, unit="s, ratio: times as long")


def _memory(world: World, held: float | None) -> Iterator[FloorRow]:
    yield FloorRow(name="a further seat, by its tensors", ours=seat_megabytes(world), unit="MB")
    if held is not None:
        yield FloorRow(name="a further seat, by the memory in use", ours=held, unit="MB")


def _clocked(work: Callable[[], object]) -> Callable[[], Times]:
    """Time something that ends with pictures, and so after the device is done."""

    def run() -> Times:
        began = time.perf_counter()
        work()
        return {"": [time.perf_counter() - began]}

    return run


def _told(work: Callable[[], float]) -> Callable[[], Times]:
    return lambda: {"": [work()]}


def _machine(base: BaseModel, effort: Effort, before: tuple[float, float, float], apart: dict[str, float]) -> Machine:
    on_gpu = base.device.type == "cuda"
    return Machine(
        torch=str(torch.__version__),  # a class of its own, which no encoder knows
        capability=torch.cuda.get_device_name(base.device) if on_gpu else torch.backends.cpu.get_cpu_capability(),
        device=str(base.device),
        dtype=str(base.dtype).removeprefix("torch."),
        threads=torch.get_num_threads(),
        base=base.name,
        users=effort.users,
        repeats=effort.repeats,
        load_at_begin=before,
        load_at_end=os.getloadavg(),
        differences=apart,
    )
