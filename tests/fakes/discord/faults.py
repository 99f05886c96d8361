"""Faults on command: the next call of a route is refused, cut off or held up."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from limner.tests.fakes.discord.errors import ApiError, CutError, too_many

When = Literal["before", "after"]
ANY = "*"
# What Discord says with these codes; any other refusal has the words of its status.
WORDS = {
    10003: "Unknown Channel",
    10008: "Unknown Message",
    10062: "Unknown interaction",
    40005: "Request entity too large",
    50001: "Missing Access",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
}


@dataclass(slots=True)
class Fault:
    """What shall happen to calls of a route (of any, `*`) about a channel (about any, None), so many times."""

    route: str
    channel_id: int | None
    times: int
    refusal: ApiError | None = None
    cut: When | None = None
    hold_s: float = 0.0

    def concerns(self, route: str, channel_id: str | None) -> bool:
        """Tell whether a call is one of those that were meant."""
        return self.route in {ANY, route} and str(self.channel_id or channel_id) == str(channel_id) and self.times > 0

    async def before(self) -> None:
        """Do what happens before the call takes effect. Raises ApiError and CutError."""
        await asyncio.sleep(self.hold_s)
        if self.refusal is not None:
            raise self.refusal
        if self.cut == "before":
            raise CutError

    def after(self) -> None:
        """Do what happens when it has taken effect. Raises CutError."""
        if self.cut == "after":
            raise CutError


def refusal(status: int, code: int, retry_after: float, *, everywhere: bool = False) -> ApiError:
    """Make the answer of a call that fails: a 429 with its time, or any other status with Discord's code."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_many(retry_after, "global" if everywhere else "shared")
    return ApiError(status, code, WORDS.get(code, f"{status}: {HTTPStatus(status).phrase}"))


class Faults:
    """All faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Have a fault happen."""
        self._coming.append(fault)

    def take(self, route: str, channel_id: str | None) -> Fault:
        """Take the fault that a call meets, or one that does nothing."""
        for fault in self._coming:
            if fault.concerns(route, channel_id):
                fault.times -= 1
                return fault
        return Fault(ANY, None, 0)

    def clear(self) -> None:
        """Have no fault happen any more."""
        self._coming.clear()
