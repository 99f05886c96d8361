"""The queue of updates: numbered, kept until they are confirmed, handed out by long polling or to a webhook.

Source: https://core.telegram.org/bots/api#getupdates.
"""

import asyncio
from copy import deepcopy

from limner.tests.fakes.telegram.chats import Json, Signal
from limner.tests.fakes.telegram.errors import ApiError

# Sent only to a bot that asks for them by name.
ON_REQUEST_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
ANSWER_MOST = 100
FIRST_ID = 700_000_001


class Updates:
    """All updates of one bot that it has not confirmed, oldest first."""

    def __init__(self) -> None:
        self.pending: dict[int, Json] = {}
        self.sent: dict[int, Json] = {}
        """Every update there ever was, by its id."""
        self.arrived = Signal()
        self.waiting = 0
        """How many polls wait for an update at this moment."""
        self._next = FIRST_ID
        self._again: list[Json] = []
        self._allowed: frozenset[str] = frozenset()
        self._turn = 0

    def push(self, kind: str, content: Json) -> int | None:
        """Add an update; return its id, or None when the bot does not take this kind."""
        if kind not in self._allowed if self._allowed else kind in ON_REQUEST_ONLY:
            return None
        update_id, self._next = self._next, self._next + 1
        self.pending[update_id] = self.sent[update_id] = {"update_id": update_id, kind: deepcopy(content)}
        self.arrived.fire()
        return update_id

    def repeat(self, update_id: int) -> None:
        """Deliver an update once more, whether it was confirmed or not."""
        self._again.append(self.sent[update_id])
        self.arrived.fire()

    def allow(self, kinds: list[str] | None) -> None:
        """Take only some kinds from now on; None leaves it as it is, an empty list means the usual ones."""
        if kinds is not None:
            self._allowed = frozenset(kinds)

    def drop(self) -> None:
        """Forget what is pending."""
        self.pending.clear()

    def confirm(self, update_id: int) -> None:
        """Count one update as received."""
        self.pending.pop(update_id, None)

    def batch(self, limit: int = ANSWER_MOST) -> list[Json]:
        """Give what is to be delivered next: first what is repeated, then what is pending."""
        again, self._again = self._again[:limit], self._again[limit:]
        return again + list(self.pending.values())[: limit - len(again)]

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """Answer getUpdates: confirm what lies before the offset, then wait for what there is.

        A negative offset counts from the end and forgets what lies before. A second call ends the first with 409.
        """
        self._turn += 1
        turn = self._turn
        self.arrived.fire()
        self._forget_before(offset if offset >= 0 else (list(self.pending)[offset:] or [0])[0])
        self.waiting += 1
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := self.batch(limit)):
                    await self.arrived.wait()
                    self._check_turn(turn)
            return found
        except TimeoutError:
            return []
        finally:
            self.waiting -= 1

    def _check_turn(self, turn: int) -> None:
        if turn != self._turn:
            what = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise ApiError(409, f"Conflict: {what}")

    def _forget_before(self, offset: int) -> None:
        for update_id in [known for known in self.pending if known < offset]:
            del self.pending[update_id]
