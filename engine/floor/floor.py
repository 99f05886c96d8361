"""The floor: one thread that owns the device, and at each turn fills it with what waits.

A turn is one evaluation of the denoiser for drawings of any number of requests (each at its own step, with its own
LoRAs, words, seed and sampler), or one step of the trainings of several, or a call. Requests come and go between two
turns; a training never holds a drawing up for longer than a turn. What waits is served fairly: between drawing and
learning by `SHARES`, and within each between those who asked (`fairness`).

Knows no faces, no files and no likeness.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from limner.engine.errors import DivergedError, is_memory
from limner.engine.floor.errands import Call, Drawing, Errand, Lesson
from limner.engine.floor.fairness import FairTime
from limner.engine.floor.layers import Stack
from limner.engine.floor.optimizer import SlotAdamW
from limner.engine.floor.turns import evaluate, step
from limner.engine.models.base import BaseModel

if TYPE_CHECKING:
    import torch

T = TypeVar("T")

#: Where both wait, drawings get so much more of the device than trainings: somebody looks at a clock meanwhile.
SHARES = {"draw": 2.0, "learn": 1.0}
#: While drawings wait, a turn of trainings takes at most about so long, in seconds, but one training is always taken.
LESSON_S = 0.3
#: How long a turn waits for those who took part in the last one and prepare their next step: a share of its length.
GATHER = 0.1


class Floor:
    """A base on a device, and the stacks in which requests have their slots.

    `lessons` and `drawings` are the stacks of trainings and of drawings, both on the base's denoiser; `largest` is the
    number of samples that are evaluated at once; a request that asks for more gets its answer in parts. The thread
    begins at once; `close` ends it.
    """

    def __init__(self, base: BaseModel, lessons: Stack, drawings: Stack, *, largest: int) -> None:
        self.base, self.lessons, self.drawings, self.largest = base, lessons, drawings, largest
        for weight in lessons.parameters():
            weight.requires_grad_()
        self.optimizer = SlotAdamW(lessons.parameters())
        self.turns: Counter[str] = Counter()
        """Turns of each kind, and the samples in them: `draw`, `draw samples`, `learn`, `learn samples`, `call`."""
        self._shares: FairTime[str] = FairTime(SHARES)
        self._people: FairTime[str] = FairTime()
        self._waiting: list[Errand] = []
        self._changed = threading.Condition()
        self._closed = False
        self._pupils: set[int] = set()
        self._lesson_s = LESSON_S
        self._thread = threading.Thread(target=self._serve, name="floor", daemon=True)
        self._thread.start()

    def run(self, errand: Errand) -> None:
        """Have something done and wait for it. Raises what it came to."""
        if isinstance(errand, Drawing) and not self._asks(errand):
            errand.wait()
            return
        with self._changed:
            if self._closed:
                raise RuntimeError("The floor is closed.")
            self._waiting.append(errand)
            self._changed.notify()
        errand.wait()

    def call(self, who: str, slot: int, work: Callable[[], T]) -> T:
        """Call something on the floor's thread, between two turns, and return what it returns."""
        call = Call(who, slot, work=work)
        self.run(call)
        result: T = call.result
        return result

    @property
    def closed(self) -> bool:
        """Whether nothing can be done here any more."""
        return self._closed

    def leave(self, who: str, slot: int) -> None:
        """Say that a request has left its slot."""
        with self._changed:
            self._pupils.discard(slot)
            self._people.leave(who)

    def close(self) -> None:
        """End the thread after its turn; whoever still waits hears that the floor is closed."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self.lessons.remove()
        self.drawings.remove()

    def _serve(self) -> None:
        try:
            while (chosen := self._next()) is not None:
                self._turn(chosen)
        finally:
            # Closed, or broken in a way that nobody foresaw: nobody shall wait for a thread that is gone.
            with self._changed:
                self._closed = True
                for errand in self._waiting:
                    errand.end(RuntimeError("The floor is closed."))

    def _next(self) -> Sequence[Errand] | None:
        """Wait for something to do, and take the errands of one turn out of what waits; None when it is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            chosen = self._choose()
            for errand in chosen:
                self._waiting.remove(errand)
        return chosen

    def _choose(self) -> Sequence[Errand]:
        """Choose the errands of a turn: calls first, they are short; then by shares and by fairness."""
        calls = [errand for errand in self._waiting if isinstance(errand, Call)]
        if calls:
            return calls[:1]
        drawings = [errand for errand in self._waiting if isinstance(errand, Drawing)]
        lessons = [errand for errand in self._waiting if isinstance(errand, Lesson)]
        kinds = [name for name, found in (("draw", drawings), ("learn", lessons)) if found]
        if self._shares.order(kinds)[0] == "draw":
            return self._fitting(drawings)
        return self._taught(lessons, alone=not drawings)

    def _fitting(self, drawings: Sequence[Drawing]) -> list[Drawing]:
        """Take those who had least, and of the others whoever fits into their batch."""
        chosen: list[Drawing] = []
        for drawing in self._fairly(drawings):
            room = self.largest - sum(one.samples for one in chosen)
            if not chosen or (drawing.samples <= room and drawing.kind == chosen[0].kind):
                chosen.append(drawing)
        return chosen

    def _taught(self, lessons: Sequence[Lesson], *, alone: bool) -> list[Lesson]:
        """Take as many trainings as there are, or as fit into `LESSON_S` while somebody waits for a drawing."""
        if alone and self._pupils - {lesson.slot for lesson in lessons}:
            # The others of the last turn are preparing their next step: a full batch is worth a short wait.
            self._changed.wait(GATHER * self._lesson_s)
            lessons = [errand for errand in self._waiting if isinstance(errand, Lesson)]
        per_lesson = self._lesson_s / max(1, len(self._pupils))
        most = len(lessons) if alone else max(1, int(LESSON_S / max(per_lesson, 1e-3)))
        ordered = self._fairly(lessons)
        same = [lesson for lesson in ordered if lesson.kind == ordered[0].kind][:most]
        # Samples of one slot lie side by side, and grouped products want as many a slot.
        first = same[0].batch
        assert first is not None
        return [lesson for lesson in same if lesson.batch is not None and len(lesson.batch.clean) == len(first.clean)]

    def _fairly(self, errands: Sequence[Any]) -> list[Any]:
        place = {who: number for number, who in enumerate(self._people.order(errand.who for errand in errands))}
        return sorted(errands, key=lambda errand: place[errand.who])

    def _turn(self, chosen: Sequence[Errand]) -> None:
        began = time.monotonic()
        try:
            match chosen[0]:
                case Call() as call:
                    call.result = call.work()
                    call.end()
                case Drawing():
                    self._draw([errand for errand in chosen if isinstance(errand, Drawing)])
                case Lesson():
                    self._learn([errand for errand in chosen if isinstance(errand, Lesson)])
        except BaseException as error:  # noqa: BLE001  the rim of a turn: whoever waits hears it, and the thread goes on
            self._broken(chosen, error)
        self._account(chosen, time.monotonic() - began)

    def _broken(self, chosen: Sequence[Errand], error: BaseException) -> None:
        """Try a broken turn again, in smaller batches where memory ran out, then one by one."""
        for weight in self.lessons.parameters():
            weight.grad = None
        drawn = isinstance(chosen[0], Drawing)
        if drawn and self.largest > 1 and isinstance(error, Exception) and is_memory(error):
            self.largest //= 2
            self._turn(chosen)
        elif len(chosen) > 1:
            for errand in chosen:
                self._turn([errand])
        else:
            chosen[0].end(error)

    def _account(self, chosen: Sequence[Errand], seconds: float) -> None:
        kind = {Drawing: "draw", Lesson: "learn"}.get(type(chosen[0]), "call")
        with self._changed:
            self.turns[kind] += 1
            for errand in chosen:
                self._people.spend(errand.who, seconds / len(chosen))
            if kind != "call":
                self._shares.spend(kind, seconds)
            if kind == "learn":
                self._pupils = {errand.slot for errand in chosen}
                self._lesson_s = seconds

    def _draw(self, drawings: Sequence[Drawing]) -> None:
        answers = evaluate(self.base, self.drawings, drawings, largest=self.largest)
        self.turns["draw samples"] += sum(map(len, answers))
        for drawing, answer in zip(drawings, answers, strict=True):
            self._answer(drawing, answer)

    def _answer(self, drawing: Drawing, output: torch.Tensor) -> None:
        """Let a drawing take its step, and wait for its next one if it has any."""
        assert drawing.work is not None
        try:
            drawing.work.take(output)
        except BaseException as error:  # noqa: BLE001  a request that stops is no matter of the others
            drawing.end(error)
            return
        if self._asks(drawing):
            with self._changed:
                self._waiting.append(drawing)  # this very thread looks next

    def _asks(self, drawing: Drawing) -> bool:
        """Hear what a drawing asks next; end it where it asks no more."""
        assert drawing.work is not None
        try:
            drawing.asked = drawing.work.ask()
        except BaseException as error:  # noqa: BLE001  as above
            drawing.end(error)
            return False
        if drawing.asked is None:
            drawing.end()
        return drawing.asked is not None

    def _learn(self, lessons: Sequence[Lesson]) -> None:
        bad = step(self.base, self.lessons, self.optimizer, lessons)
        self.turns["learn samples"] += sum(len(lesson.batch.clean) for lesson in lessons if lesson.batch is not None)
        for lesson in lessons:
            steps = int(self.optimizer.steps[lesson.slot])
            lesson.end(DivergedError(steps) if lesson.slot in bad else None)
