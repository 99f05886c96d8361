"""An engine that keeps a real sitter's pace, many times as fast: `python -m limner.tests.load.painter KIND SCALE`.

It sleeps for as long as a training and a rendering take on two cores, divided by the scale, and is otherwise the small
one of the tests. Its pictures say whom they are of: what stands behind the end of the sitter's first photo.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from limner.queue.child import Kind
from limner.queue.fairness import RENDERING_MS, TRAINING_MS
from limner.tests.fakes.engine_process import examine, hand_over, main, poster, send

STEPS = 10
OF = b" of "
"""Stands in a picture before the name of whom it shows."""
END_OF_JPEG = b"\xff\xd9"


def painter(scale: float) -> Callable[[Kind], Sequence[str]]:
    """Return the command of this engine, so many times as fast as on two cores."""
    return lambda kind: (sys.executable, "-P", "-m", "limner.tests.load.painter", kind, str(scale))


def answer_calls(scale: float) -> None:
    """Be the engine until standard input ends."""
    training_s, rendering_s = (milliseconds / 1000 / scale for milliseconds in (TRAINING_MS, RENDERING_MS))

    def train(call_id: str, args: dict[str, Any], channel: BinaryIO) -> bytes:
        first = int(args["resume"] or b"0")
        for step in range(first, STEPS):
            time.sleep(training_s / STEPS)
            send(channel, {"id": call_id, "checkpoint": str(step + 1).encode()})
        photo: bytes = args["photos"][0]
        return OF + photo.rpartition(END_OF_JPEG)[2]

    def make(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
        face_lora = args["face_lora"]
        if face_lora is None:
            face_lora = train(call_id, args, channel)
            hand_over(call_id, face_lora, face_lora, channel)
        time.sleep(rendering_s)
        png = b"portrait" + face_lora
        portraits = [{"png": png, "likeness": 0.5, "seed": args["seed"] + n} for n in range(args["count"])]
        return {"portraits": portraits, "seconds": {"train": training_s, "render": rendering_s}}

    main({"make": make, "examine": examine, "poster": poster})


if __name__ == "__main__":
    answer_calls(float(sys.argv[2]))
