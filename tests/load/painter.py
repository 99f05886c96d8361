"""An engine that keeps a real sitter's pace, many times as fast: `… painter KIND SCALE STEPS EVERY`.

It sleeps for as long as a training and a rendering take on two cores, divided by the scale, and is otherwise the small
one of the tests. A training has so many steps, and a checkpoint after every so many. Its pictures say whom they are of:
what stands behind the end of the sitter's first photo.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from limner.queue.child import Kind
from limner.queue.fairness import RENDERING_MS, TRAINING_MS
from limner.tests.fakes.engine_process import (
    STOPPED,
    Refused,
    examine,
    hand_over,
    main,
    picture,
    poster,
    send,
)

STEPS = 10
OF = b" of "
"""Stands in a picture before the name of whom it shows."""
END_OF_JPEG = b"\xff\xd9"


def painter(scale: float, steps: int = STEPS, every: int = 1) -> Callable[[Kind], Sequence[str]]:
    """Return the command of this engine, so many times as fast as on two cores."""
    figures = (str(scale), str(steps), str(every))
    return lambda kind: (sys.executable, "-P", "-m", "limner.tests.load.painter", kind, *figures)


def answer_calls(scale: float, steps: int, every: int) -> None:
    """Be the engine until standard input ends."""
    training_s, rendering_s = (milliseconds / 1000 / scale for milliseconds in (TRAINING_MS, RENDERING_MS))

    def train(call_id: str, args: dict[str, Any], channel: BinaryIO) -> bytes:
        first = int(args["resume"] or b"0")
        for step in range(first + 1, steps + 1):
            if call_id in STOPPED:
                send(channel, {"id": call_id, "checkpoint": str(step - 1).encode()})
                raise Refused("stopped", f"The training was stopped after {step - 1} steps, as asked.")
            time.sleep(training_s / steps)
            eta_s = training_s * (steps - step) / steps
            send(channel, {"id": call_id, "progress": {"stage": "train", "done": step, "total": steps, "eta_s": eta_s}})
            if step % every == 0:
                send(channel, {"id": call_id, "checkpoint": str(step).encode()})
        photo: bytes = args["photos"][0]
        return OF + photo.rpartition(END_OF_JPEG)[2]

    def make(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
        face_lora = args["face_lora"]
        if face_lora is None:
            face_lora = train(call_id, args, channel)
            hand_over(call_id, face_lora, face_lora, channel)
        time.sleep(rendering_s)
        png = picture(0, "drawn") + face_lora
        portraits = [{"png": png, "likeness": 0.5, "seed": args["seed"] + n} for n in range(args["count"])]
        return {"portraits": portraits, "seconds": {"train": training_s, "render": rendering_s}}

    main({"make": make, "examine": examine, "poster": poster})


if __name__ == "__main__":
    answer_calls(float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
