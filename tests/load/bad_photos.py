"""Send every bad photo to a true examiner: `python -m limner.tests.load.bad_photos`. Linux only.

Prints how long each of the slowest took and how much memory at its peak, beside what the examiner holds at rest.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from limner.tests.fakes.bad_photos import bad_photos, large_photos, odd_photos
from limner.tests.fakes.engine_child import Child, child
from limner.tests.fakes.photos import selfie

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Looked:
    """What one photo cost: seconds by the clock and of the processor, and MB of resident memory at the peak."""

    name: str
    reason: str
    seconds: float
    busy: float
    peak_mb: float


def main() -> None:
    """Measure and tell."""
    with child("examiner") as examiner:
        examiner.ask("examine", photo=selfie(), known=[])
        at_rest = examiner.status("VmRSS") / 1024
        bad = [look(examiner, name, photo) for name, photo in bad_photos().items()]
        large = [look(examiner, name, photo) for name, photo in large_photos().items()]
        odd = [look(examiner, name, photo) for name, photo in odd_photos().items()]
        print(f"At rest the examiner holds {at_rest:.0f} MB.")  # noqa: T201
        tell("bad", bad, at_rest)
        tell("large", large, at_rest)
        tell("odd", odd, at_rest)


def look(examiner: Child, name: str, photo: bytes) -> Looked:
    """Have one photo examined; Linux begins a new high-water mark for it (`man 5 proc`)."""
    Path(f"/proc/{examiner.process.pid}/clear_refs").write_text("5")
    began, was_busy = time.monotonic(), busy(examiner)
    (answer,) = examiner.ask("examine", photo=photo, known=[])
    seconds = time.monotonic() - began
    reason = answer["result"]["refusal"] if "result" in answer else f"error: {answer['error']['reason']}"
    return Looked(name, reason or "accepted", seconds, busy(examiner) - was_busy, examiner.status("VmHWM") / 1024)


def busy(examiner: Child) -> float:
    """Read how many seconds of a processor the examiner has had (fields 14 and 15 of `man 5 proc`)."""
    fields = Path(f"/proc/{examiner.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(what: str, looked: list[Looked], at_rest: float) -> None:
    """Print the slowest and the largest, and how many were refused."""
    refused = sum(one.reason != "accepted" for one in looked)
    print(f"\n{len(looked)} {what} photos, {refused} refused.")  # noqa: T201
    for one in sorted(looked, key=lambda one: -one.seconds)[:SHOWN]:
        memory = f"{one.peak_mb:5.0f} MB ({one.peak_mb - at_rest:+.0f})"
        print(f"{one.seconds:6.2f} s ({one.busy:.2f} s busy) {memory}  {one.reason:20} {one.name}")  # noqa: T201
    largest = max(looked, key=lambda one: one.peak_mb)
    print(f"Most memory: {largest.peak_mb:.0f} MB ({largest.peak_mb - at_rest:+.0f}), {largest.name}.")  # noqa: T201


if __name__ == "__main__":
    main()
