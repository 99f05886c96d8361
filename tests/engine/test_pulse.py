"""Signs of life between the frames of the work."""

import io
import threading
from typing import Any

import msgspec

from limner.engine.frames import read_frame
from limner.engine.pulse import Pulse


class _Slow(io.BytesIO):
    """A pipe that takes a frame in two halves and lets others run in between."""

    def write(self, data: Any) -> int:
        """Write one half, then the other."""
        half = len(data) // 2
        super().write(data[:half])
        threading.Event().wait(0.0005)
        return half + super().write(data[half:])


def _read(pipe: io.BytesIO) -> list[dict[str, Any]]:
    pipe.seek(0)
    return [msgspec.msgpack.decode(frame) for frame in iter(lambda: read_frame(pipe), None)]


def test_frames_never_get_into_each_other() -> None:
    """Signs of life and the work's own frames, written by two threads, can all be read again."""
    pulse = Pulse(pipe := _Slow())
    pulse.heard("a1")

    def beat() -> None:
        for _ in range(50):
            pulse.beat()

    beating = threading.Thread(target=beat)
    beating.start()
    for n in range(50):
        pulse.write({"id": "a1", "progress": {"done": n}})
    beating.join()
    frames = _read(pipe)
    assert [frame["progress"]["done"] for frame in frames if "progress" in frame] == list(range(50))
    assert sum("alive" in frame for frame in frames) == 50


def test_it_speaks_from_hearing_a_call_to_its_last_word() -> None:
    """There is no sign of life before a call is heard, and none after its result or error."""
    pulse = Pulse(pipe := io.BytesIO())
    pulse.beat()
    for call_id, end in (("a1", "result"), ("a2", "error")):
        pulse.heard(call_id)
        pulse.beat()
        pulse.write({"id": call_id, end: {}})
        pulse.beat()
    alive = [{"id": call_id, "alive": True} for call_id in ("a1", "a2")]
    assert _read(pipe) == [alive[0], {"id": "a1", "result": {}}, alive[1], {"id": "a2", "error": {}}]
