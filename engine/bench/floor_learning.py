"""Trainings of several users: at once on the floor, one after the other by our trainer and by a plain DreamBooth loop.

Only the steps are measured: no faces are prepared, nothing is judged. All users' time for as many samples is taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from msgspec import structs

from limner.engine.bench.floor_base import twin
from limner.engine.bench.floor_drawing import draw_seated
from limner.engine.bench.floor_world import World
from limner.engine.bench.recipe import find_recipe
from limner.engine.bench.rivals import train_plainly
from limner.engine.faces import Face, Quality
from limner.engine.models.base import BaseModel
from limner.engine.models.coding import decode_latents
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.train.learner import Learner, learner


def learn_on_floor(world: World) -> float:
    """Train everybody at once, each in a thread of its own; give the seconds from the first step to the last."""
    ready = threading.Barrier(len(world.users) + 1)

    def one(name: str) -> None:
        with world.seats.taken(name) as base, _begun(world, base, ready) as course:
            _lessons(world, course)

    with ThreadPoolExecutor(len(world.users)) as pool:
        ended = [pool.submit(one, user.name) for user in world.users]
        ready.wait()
        began = time.perf_counter()
        for one_end in ended:
            one_end.result()
        return time.perf_counter() - began


class Alone:
    """Trainings one after the other, on modules of their own."""

    def __init__(self, world: World) -> None:
        self.world, self.base = world, twin(world.base)
        self.faces = [_face(self.base, number) for number in range(3)]

    def learn(self) -> float:
        """Train everybody with the trainer that a request without a floor has; give the seconds of the steps."""
        total = 0.0
        for _ in self.world.users:
            with learner(self.base, self.world.recipe, seed=0) as course:
                began = time.perf_counter()
                _lessons(self.world, course)
                total += time.perf_counter() - began
        return total

    def dreambooth(self) -> float:
        """Train everybody as diffusers' script does, VAE and text encoder at each step, for as many samples."""
        samples = self.world.effort.lessons * self.world.recipe.batch
        recipe = structs.replace(find_recipe("dreambooth"), max_steps=samples, mark_every=samples)
        analyser = DlibAnalyser()  # is never asked: this recipe compares nothing
        total = 0.0
        for seed, _ in enumerate(self.world.users):
            (learned,) = train_plainly(self.base, self.faces, analyser, recipe, seed=seed)
            total += learned.spent.wall
        return total


def users_an_hour(world: World, seconds: float) -> float:
    """Turn what everybody's few steps took into whole trainings an hour."""
    whole = (world.recipe.max_steps + world.recipe.finish_steps) / world.effort.lessons * seconds
    return 3600 * len(world.users) / whole


def single_renders(world: World) -> list[float]:
    """Draw one portrait after the other for one user; give the seconds of each."""
    return [_single(world)[0] for _ in range(world.effort.singles)]


def renders_among_trainings(world: World) -> tuple[list[float], list[float]]:
    """Do the same while everybody trains; give the seconds of each, and after how many turns each was in a batch."""
    with _everybody_training(world):
        found = [_single(world) for _ in range(world.effort.singles)]
    return [seconds for seconds, _ in found], [float(turns) for _, turns in found]


@contextmanager
def _everybody_training(world: World) -> Iterator[None]:
    stop, ready = threading.Event(), threading.Barrier(len(world.users) + 1)

    def one(name: str) -> None:
        with world.seats.taken(name) as base, _begun(world, base, ready) as course:
            while not stop.is_set():
                course.advance(world.data, world.recipe.lr)

    with ThreadPoolExecutor(len(world.users)) as pool:
        ended = [pool.submit(one, user.name) for user in world.users]
        ready.wait()
        try:
            _wait_for(lambda: world.seats.floor.turns["learn"], ended[0].done)
            yield
        finally:
            stop.set()
        for one_end in ended:
            one_end.result()


@contextmanager
def _begun(world: World, base: BaseModel, ready: threading.Barrier) -> Iterator[Learner]:
    """Begin a training and wait until everybody has begun; who cannot lets nobody wait."""
    try:
        with learner(base, world.recipe, seed=0) as course:
            ready.wait()
            yield course
    except BaseException:
        ready.abort()
        raise


def _single(world: World) -> tuple[float, int]:
    """Draw once; give the seconds from asking to pictures, and the turns of trainings until the first step."""
    turns, first = world.seats.floor.turns, 0

    def on_step(done: int, total: int) -> None:
        nonlocal first
        if done == 1:
            first = turns["learn"]

    began, before = time.perf_counter(), turns["learn"]
    user = world.users[0]
    with world.seats.taken("who comes in between") as base:
        decode_latents(base, draw_seated(base, user, world.how(), on_step))
    return time.perf_counter() - began, first - before


def _lessons(world: World, course: Learner) -> None:
    for _ in range(world.effort.lessons):
        course.advance(world.data, world.recipe.lr)


def _wait_for(count: Callable[[], int], broken: Callable[[], bool]) -> None:
    """Wait until one more turn has been counted."""
    before = count()
    while count() == before and not broken():
        time.sleep(0.005)


def _face(base: BaseModel, number: int) -> Face:
    """Make a picture of chance: the loops take as long as with a face."""
    size = base.size
    image = np.random.default_rng(number).integers(0, 256, (size, size, 3), dtype=np.uint8)
    quality = Quality(face_px=size // 2, sharpness=0.5, highlight=200.0, clipped=0.0, yaw=0.0, pitch=0.0, roll=0.0)
    everywhere, nobody = np.ones((size, size), np.float32), np.zeros(128, np.float32)
    return Face(image, everywhere, nobody, "photo of sks person", (0, 0, size, size), quality)
