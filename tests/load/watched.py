"""The server's updates with the times at which each was there and was confirmed."""

import time

from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.updates import Updates


class WatchedUpdates(Updates):
    """Updates that remember, by update id and in monotonic seconds, since when the bot could have them.

    `confirmed` says when it asked for those after it: the bot's own promise that it cannot lose it any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self.available: dict[int, float] = {}
        self.confirmed: dict[int, float] = {}

    def push(self, kind: str, content: Json) -> int | None:
        """Add an update; return its id, or None when the bot does not take this kind."""
        now = time.monotonic()
        update_id = super().push(kind, content)
        if update_id is not None:
            self.available[update_id] = now
        return update_id

    def _forget_before(self, offset: int) -> None:
        now = time.monotonic()
        self.confirmed |= {known: now for known in self.pending if known < offset}
        super()._forget_before(offset)

    @property
    def newest(self) -> int:
        """The id of the update that came last."""
        return next(reversed(self.sent))

    def newest_of(self, chat_id: int) -> int:
        """Return the id of the press that came last from a chat; 0 where there was none."""
        presses = (
            update_id
            for update_id, update in reversed(self.sent.items())
            if update.get("callback_query", {}).get("message", {}).get("chat", {}).get("id") == chat_id
        )
        return next(presses, 0)
