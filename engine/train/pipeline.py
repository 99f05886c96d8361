"""One sitter's way: faces in, a Face LoRA out.

    encode the faces -> steps without the held-out face, judged by it -> the best weights -> last steps with all faces

Knows no photos and no styles.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from limner.engine.errors import StoppedError
from limner.engine.faces import Analyser, Face
from limner.engine.models.base import BaseModel
from limner.engine.progress import OnProgress, Progress, ShouldStop, ignore, never
from limner.engine.train.checkpoint import Course, Point, read, write
from limner.engine.train.dataset import Dataset, dataset_of_faces
from limner.engine.train.judge import Judge, hold_out
from limner.engine.train.learner import Learner, learner
from limner.engine.train.loop import learning_rate
from limner.engine.train.recipe import FaceRecipe
from limner.engine.words import plain_caption, sitter_of


@dataclass(frozen=True, slots=True)
class TrainedFace:
    """A Face LoRA as a safetensors file, the judgements on its way, and how long it took with all interruptions."""

    lora: bytes
    curve: list[Point]
    """One entry a judgement: step, mean loss since the last (None at step 0), likeness to the held-out face."""
    seconds: float


def train_face_lora(  # noqa: PLR0913  what a request says, by keyword
    base: BaseModel,
    faces: Sequence[Face],
    analyser: Analyser,
    recipe: FaceRecipe,
    *,
    seed: int,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
    resume: bytes | None = None,
    on_checkpoint: Callable[[bytes], None] | None = None,
) -> TrainedFace:
    """Train a Face LoRA for the person of `faces` and leave the base as it was.

    The same base, faces, recipe and seed give the same file on the same machine and number of threads, interrupted or
    not, as long as the time budget does not end the run. `resume` is what `on_checkpoint` was given last; one of
    another training is left aside. `should_stop` is asked before every step. Raises DivergedError and StoppedError.
    """
    begun = time.monotonic()
    sitter = sitter_of([face.caption for face in faces])
    learned, judged = hold_out(faces)

    def encode(chosen: Sequence[Face]) -> Dataset:
        how, plain = recipe.augmentation, plain_caption(sitter)
        return dataset_of_faces(base, chosen, how, plain=plain, seed=seed, size=recipe.resolution)

    with learner(base, recipe, seed=seed) as trainer:
        key = _key(base, faces, recipe, seed)
        course = (read(resume, trainer, key) if resume else None) or Course(key)
        judge = Judge(analyser, tuple(face.embedding for face in judged), plain_caption(sitter), recipe)
        run = _Run(trainer, course, judge, begun, on_progress, should_stop, on_checkpoint)
        if course.finish_step is None:
            run.choose(encode(learned))
        run.finish(lambda: encode(faces))
        seconds = run.elapsed()
        notes = {"sitter": sitter, "base": base.name, "base_fingerprint": base.fingerprint, "steps": str(trainer.step)}
        lora = trainer.dump(notes)
    return TrainedFace(lora=lora, curve=course.curve, seconds=seconds)


@dataclass(slots=True, eq=False)
class _Run:
    """The two phases of a training over one trainer and one course."""

    trainer: Learner
    course: Course
    judge: Judge
    begun: float
    on_progress: OnProgress
    should_stop: ShouldStop
    on_checkpoint: Callable[[bytes], None] | None
    steps_here: int = 0
    stepping: float = 0.0
    judging: float = 0.0

    @property
    def recipe(self) -> FaceRecipe:
        return self.trainer.recipe

    def choose(self, data: Dataset) -> None:
        """Step and judge until nothing better comes, the steps or the time are used up; then take the best weights."""
        if not self.course.curve:
            self._judge()
        while not self._enough():
            self._mark(self.trainer.step)
            self._advance(data, learning_rate(self.recipe, self.trainer.step), done=self.trainer.step)
            step = self.trainer.step
            if step % self.recipe.judge_every == 0 or step == self.recipe.max_steps or self._late():
                self._judge()
        self.trainer.load(self.course.best)
        self.course.best = {}
        self.course.finish_step = 0
        self._checkpoint()

    def finish(self, encode: Callable[[], Dataset]) -> None:
        """Take the last steps with all faces, from the weights that were chosen, at a rate that falls to nought."""
        total = self.recipe.finish_steps
        data = encode() if (self.course.finish_step or 0) < total else None
        while data is not None and (done := self.course.finish_step or 0) < total:
            self._mark(done)
            rate = self.recipe.lr * self.recipe.finish_rate * (1 + math.cos(math.pi * done / total)) / 2
            self._advance(data, rate, done=self.recipe.max_steps + done)
            self.course.finish_step = done + 1

    def elapsed(self) -> float:
        """Count the seconds of this run and of those before it."""
        return self.course.seconds + time.monotonic() - self.begun

    def _advance(self, data: Dataset, rate: float, *, done: int) -> None:
        if self.should_stop():
            self._checkpoint()
            raise StoppedError("training", done)
        started = time.monotonic()
        self.course.losses.append(self.trainer.advance(data, rate))
        self.stepping += time.monotonic() - started
        self.steps_here += 1
        total = self.recipe.max_steps + self.recipe.finish_steps
        self.on_progress(Progress("train", done + 1, total, self._eta(total - done - 1)))

    def _eta(self, left: int) -> float:
        """Estimate from the pace of this run, judgements included; never more than the budget leaves."""
        pace = (time.monotonic() - self.begun) / self.steps_here
        return round(max(0.0, min(left * pace, self.recipe.seconds - self.elapsed())), 1)

    def _judge(self) -> None:
        started = time.monotonic()
        with self.trainer.averaged() as speaker:
            likeness = self.judge(speaker)
        self.judging = time.monotonic() - started
        course = self.course
        loss = sum(course.losses) / len(course.losses) if course.losses else None
        course.losses.clear()
        course.curve.append({"step": self.trainer.step, "loss": loss, "likeness": likeness})
        if self.trainer.step == 0:
            return  # what the base draws without a Face LoRA; for the plot, not for the choice
        if likeness > course.best_likeness:
            course.best = {name: value.clone() for name, value in self.trainer.average.items()}
            course.best_likeness, course.since_best = likeness, 0
        else:
            course.since_best += 1

    def _enough(self) -> bool:
        """Tell whether steps, patience or time are at their end; never before there are weights to choose."""
        used_up = self.trainer.step >= self.recipe.max_steps or self.course.since_best >= self.recipe.patience
        return bool(self.course.best) and (used_up or self._late())

    def _late(self) -> bool:
        """Tell whether what is left of the time is needed for a judgement and the last steps."""
        pace = self.stepping / max(1, self.steps_here)
        return self.elapsed() + self.judging + pace * self.recipe.finish_steps > self.recipe.seconds

    def _mark(self, step: int) -> None:
        """Write a checkpoint before a phase's step where one is due; not at once after it was resumed from one."""
        if step and self.steps_here and step % self.recipe.checkpoint_every == 0:
            self._checkpoint()

    def _checkpoint(self) -> None:
        if self.on_checkpoint is not None:
            self.on_checkpoint(write(self.trainer, self.course, seconds=self.elapsed()))


def _key(base: BaseModel, faces: Sequence[Face], recipe: FaceRecipe, seed: int) -> str:
    digest = hashlib.sha256(f"{base.fingerprint} {recipe} {seed}".encode())
    for face in faces:
        for piece in (face.image.tobytes(), face.mask.tobytes(), face.embedding.tobytes(), face.caption.encode()):
            digest.update(piece)
    return digest.hexdigest()
