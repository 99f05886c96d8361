"""Frames on a pipe: 4 bytes of length, big endian, then a msgpack map. What the engine's child process speaks."""

from __future__ import annotations

from typing import IO

import msgspec

from limner.engine.errors import BadFrameError

#: Twenty photos of 20 MB and a large base's checkpoint of 0.9 GB fit; a length beyond it is not one.
LARGEST = 1 << 31

_HEAD = 4


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """Read one frame's content, waiting for it; None at the end of the pipe. Raises BadFrameError."""
    head = _read(pipe, _HEAD)
    if len(head) < _HEAD:
        return None
    length = int.from_bytes(head, "big")
    if length > LARGEST:
        raise BadFrameError(f"it says that it has {length} bytes")
    content = _read(pipe, length)
    return content if len(content) == length else None


def write_frame(pipe: IO[bytes], message: object) -> None:
    """Write one frame and flush it."""
    content = msgspec.msgpack.encode(message)
    pipe.write(len(content).to_bytes(_HEAD, "big") + content)
    pipe.flush()


def _read(pipe: IO[bytes], wanted: int) -> bytes:
    """Read `wanted` bytes, fewer only at the end: a raw pipe gives what it has."""
    parts = []
    while wanted and (part := pipe.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)
