"""A small engine that speaks the real one's protocol: `python -m limner.tests.fakes.engine_process KIND`.

It needs no weights and takes milliseconds. Photos and styles are words that say what shall happen, so that a test can
have every ending: see `examine` and `make`. `tests/contracts/test_engine_process.py` holds it to what the
real one promises.
"""

import argparse
import hashlib
import os
import signal
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any, BinaryIO, NoReturn

import msgspec

Answer = Callable[[str, dict[str, Any], BinaryIO], dict[str, Any]]

ALIVE_EVERY_S = 5.0
# No sign of life may get into another message.
WRITING = threading.Lock()
# The calls that somebody waits for.
UNDER_WAY: set[str] = set()

STEPS = {
    "quick": 3,
    "drawn": 3,
    "large": 3,
    "slow": 100,
    "sketched": 100,
    "sketched-endless": 10**9,
    "dies-once": 20,
    "dies": 20,
    "endless": 10**9,
    "unkept": 10**9,
    "drawn-slowly": 3,
    "dies-drawing": 3,
    "blocked": 3,
}
STEP_S = 0.01
DRAWING_STEPS = 100
# The calls that were asked to stop.
STOPPED: set[str] = set()


class Refused(Exception):  # noqa: N818  (an answer, as the engine's own reasons are)
    """The call ends with an error of this reason."""


def main(calls: Mapping[str, Answer] | None = None) -> None:
    """Answer calls, by default those that there are here, until standard input ends."""
    calls = calls or {"examine": examine, "template": template, "make": make, "poster": poster, "copy": copy}
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library's print must not get between the messages
    os.write(1, b"a library says hello on standard output\n")
    heard: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    threading.Thread(target=listen, args=(heard,), daemon=True).start()
    threading.Thread(target=beat, args=(channel, alive_every()), daemon=True).start()
    while (call := heard.get()) is not None:
        send(channel, {"id": call["id"], "begun": True})
        try:
            answer = calls.get(call["call"], unknown)
            send(channel, {"id": call["id"], "result": answer(call["id"], call["args"], channel)})
        except Refused as refused:
            reason, message = refused.args
            send(channel, {"id": call["id"], "error": {"reason": reason, "message": message}})


def listen(heard: SimpleQueue[dict[str, Any] | None]) -> None:
    """Read messages beside the work; a stop is for the work under way."""
    while (message := receive(sys.stdin.buffer)) is not None:
        if "stop" in message:
            STOPPED.add(message["id"])
        else:
            with WRITING:
                UNDER_WAY.add(message["id"])
            heard.put(message)
    heard.put(None)


def beat(channel: BinaryIO, every_s: float) -> NoReturn:
    """Say again and again that the calls under way are alive."""
    while True:
        time.sleep(every_s)
        with WRITING:
            for call_id in UNDER_WAY:
                write(channel, {"id": call_id, "alive": True})


def alive_every() -> float:
    """Read the one option of the real engine that this one has too."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--alive-every", type=float, default=ALIVE_EVERY_S)
    return float(parser.parse_known_args()[0].alive_every)


def examine(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
    """Accept a JPEG, or a photo of the words "good …"; "die" ends the process, "hang" hangs; all else is no image."""
    photo: bytes = args["photo"]
    if photo == b"hang":
        time.sleep(3600)
    if photo == b"die":
        die()
    good = photo.startswith((b"good", b"\xff\xd8\xff"))
    return {
        "refusal": None if good else "not_an_image",
        "detail": {},
        "embedding": hashlib.sha256(photo).digest() * 16 if good else None,
        "thumbnail": b"thumbnail of " + photo if good else None,
        "quality": {"sharpness": 1.0} if good else {},
    }


def template(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
    """Find as many faces in a template as it says "face", the last of them the largest."""
    faces = args["template"].count(b"face")
    if not faces:
        raise Refused("template_no_face", "There is no face in the template.")
    return {"faces": faces, "largest": faces}


def make(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
    """Train for as many steps as the style says (unless there is a Face LoRA), then render.

    In the styles "sketched…" there is a first sketch before the training, where one is asked for. "dies-drawing" and
    "blocked" end so right after a training.
    """
    style: str = args["style"]
    if style == "frozen":
        os.kill(os.getpid(), signal.SIGSTOP)
    if style == "nonsense":
        with WRITING:
            channel.write(b"\xff" * 64)
            channel.flush()
    if style in ("silent", "nonsense"):
        time.sleep(3600)
    if style not in STEPS:
        raise Refused("unknown_style", f"There is no style {style!r}.")
    lora = args["face_lora"]
    if lora is None and len(args["photos"]) < 3:
        raise Refused("too_few_photos", f"{len(args['photos'])} photos are too few.")
    if style.startswith("sketched") and args.get("preview") and lora is None and args["resume"] is None:
        send(channel, {"id": call_id, "preview": b"sketch"})
    if lora is None:
        learn(call_id, args, channel)
    for _ in range(DRAWING_STEPS if style == "drawn-slowly" else 0):
        time.sleep(STEP_S)
    place = f" at {args['faces']} of {args['template'].decode()}".encode() if args.get("template") else b""
    portraits = [
        {"png": picture(n, style) + place, "likeness": 0.5, "seed": args["seed"] + n} for n in range(args["count"])
    ]
    return {
        "portraits": portraits,
        "seconds": {"prepare": 0.0, "train": 0.0, "render": 0.0},
        "refusals": [None] * len(args["photos"]),
    }


def learn(call_id: str, args: dict[str, Any], channel: BinaryIO) -> None:
    """Train and hand over the Face LoRA; what the style says happens then."""
    trained = train(call_id, args, channel)
    hand_over(call_id, trained, b"reference of " + b" ".join(args["photos"]), channel)
    if args["style"] == "dies-drawing":
        die()
    if args["style"] == "blocked":
        raise Refused("blocked", "No portrait passed the check.")


def hand_over(call_id: str, face_lora: bytes, reference: bytes, channel: BinaryIO) -> None:
    """Send what was learned."""
    learned = {"face_lora": face_lora, "reference": reference, "curve": [], "seconds": {"prepare": 0.0, "train": 0.0}}
    send(channel, {"id": call_id, "trained": learned})


def poster(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
    """Lay out a poster: one picture, whatever the portraits."""
    return {"poster": picture(len(args["portraits"]), "drawn")}


def copy(call_id: str, args: dict[str, Any], channel: BinaryIO) -> dict[str, Any]:
    """Copy a portrait as the engine does: its picture library is there for a test that looks at the file."""
    from limner.engine.copies import copy_portrait

    try:
        return {"copy": copy_portrait(args["portrait"], max_bytes=args["max_bytes"], square=args["square"])}
    except (OSError, ValueError) as error:
        raise Refused("internal", f"The engine failed with {type(error).__name__}.") from error


def picture(n: int, style: str) -> bytes:
    """Return a few words; "drawn", a PNG (https://www.w3.org/TR/png/) of one colour, 64 by 64; "large", one of 1 MB."""
    if style == "large":
        return large(n)
    if style != "drawn":
        return f"portrait {n} in {style}".encode()
    rows = (b"\0" + bytes((40 * n % 256, 90, 160)) * 64) * 64
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def large(n: int) -> bytes:
    """Return a portrait that no PNG makes small, marked as the engine's are, and higher than wide: 512 by 640."""
    import numpy as np

    from limner.engine.fuse.marks import portrait_png

    noise = np.random.default_rng(n).integers(0, 256, (640, 512, 3), np.uint8)
    return portrait_png(noise, {"Seed": n})


def unknown(call_id: str, args: dict[str, Any], channel: BinaryIO) -> NoReturn:
    """Answer a call that there is not."""
    raise Refused("internal", "There is no such call here.")


def train(call_id: str, args: dict[str, Any], channel: BinaryIO) -> bytes:
    """Count steps, each with its progress and checkpoint, on from where `resume` stood.

    Asked to stop, it leaves a checkpoint: in the style "unkept" the only one.
    """
    style: str = args["style"]
    first = int(args["resume"] or b"0")
    steps = STEPS[style]
    for step in range(first, steps):
        if call_id in STOPPED:
            send(channel, {"id": call_id, "checkpoint": str(step).encode()})
            raise Refused("stopped", f"The training was stopped after {step} steps, as asked.")
        if step == steps // 2 and (style == "dies" or (style == "dies-once" and first == 0)):
            die()
        time.sleep(STEP_S)
        progress = {"stage": "train", "done": step + 1, "total": steps, "eta_s": (steps - step) * STEP_S}
        send(channel, {"id": call_id, "progress": progress})
        if style != "unkept":
            send(channel, {"id": call_id, "checkpoint": str(step + 1).encode()})
    return f"Face LoRA trained from step {first}".encode()


def die() -> NoReturn:
    """End as the system's memory killer ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def receive(channel: BinaryIO) -> dict[str, Any] | None:
    """Read one message; None at the end of the input."""
    head = channel.read(4)
    if len(head) < 4:
        return None
    message: dict[str, Any] = msgspec.msgpack.decode(channel.read(int.from_bytes(head, "big")))
    return message


def send(channel: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message; a call's last is the last that is said of it."""
    with WRITING:
        if "result" in message or "error" in message:
            UNDER_WAY.discard(message["id"])
        write(channel, message)


def write(channel: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message and flush it; hold WRITING."""
    data = msgspec.msgpack.encode(message)
    channel.write(len(data).to_bytes(4, "big") + data)
    channel.flush()


if __name__ == "__main__":
    main()
