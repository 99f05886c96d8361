"""Faults on command: the next call of a method is refused, cut off, held up or done by half."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from limner.tests.fakes.telegram.errors import ApiError, CutError, too_many

When = Literal["before", "after"]
ANY = "*"


@dataclass(slots=True)
class Fault:
    """What shall happen to calls of a method (of any, `*`) to a chat (to any, None), so many times."""

    method: str
    chat_id: int | None
    times: int
    refusal: ApiError | None = None
    cut: When | None = None
    hold_s: float = 0.0
    items: int | None = None
    """Of an album only so many items are sent."""

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Tell whether a call is one of those that were meant."""
        return self.method in {ANY, method} and self.chat_id in {None, chat_id} and self.times > 0

    async def before(self) -> None:
        """Do what happens before the call takes effect. Raises ApiError and CutError."""
        await asyncio.sleep(self.hold_s)
        if self.refusal is not None and self.items is None:
            raise self.refusal
        if self.cut == "before":
            raise CutError

    def after(self) -> None:
        """Do what happens when it has taken effect. Raises ApiError and CutError."""
        if self.refusal is not None:
            raise self.refusal
        if self.cut == "after":
            raise CutError


NO_FAULT = Fault(ANY, None, 0)


def refusal(status: int, retry_after: int, description: str | None) -> ApiError:
    """Make the answer of a call that fails: a 429 with its time, or any other status with words of its own."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return too_many(retry_after)
    return ApiError(status, description or HTTPStatus(status).phrase)


class Faults:
    """All faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Have a fault happen."""
        self._coming.append(fault)

    def take(self, method: str, chat_id: int | None) -> Fault:
        """Take the fault that a call meets, or `NO_FAULT`."""
        for fault in self._coming:
            if fault.concerns(method, chat_id):
                fault.times -= 1
                return fault
        return NO_FAULT

    def clear(self) -> None:
        """Have no fault happen any more."""
        self._coming.clear()
