"""The record of all calls."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Call:
    """One call: when it came (monotonic seconds), what it asked, and what came of it."""

    at: float
    route: str
    """Its method and path, as in `POST /channels/{channel_id}/messages`; with the path itself where it is unknown."""
    ids: dict[str, str] = field(default_factory=dict)
    """What stands in the path, by name."""
    query: dict[str, str] = field(default_factory=dict)
    fields: Any = None
    """The JSON body, or `payload_json` of a form."""
    files: dict[str, int] = field(default_factory=dict)
    """Sizes in bytes of the files that came with it, by file name."""
    status: int = 0
    """HTTP status of the answer; 0 while it is under way or when the connection was cut."""
    code: int | None = None
    """Discord's code where it was refused."""
    answer: Any = None


def most_within(times: list[float], window_s: float) -> int:
    """Return the largest number of times that lie within any window; `times` in order."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= window_s:
            first += 1
        most = max(most, last - first + 1)
    return most
