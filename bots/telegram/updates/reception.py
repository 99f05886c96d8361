"""The one way in: updates are written down, then handled. Polling, the webhook and the library all end here."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from limner.bots.telegram.updates.dispatch import Dispatcher
from limner.bots.telegram.updates.incoming import Incoming, PreCheckout, Pressed
from limner.bots.telegram.updates.translate import translate
from limner.storage.inbox import Inbox

__all__ = ["PLATFORM", "Reception"]

logger = logging.getLogger(__name__)

PLATFORM = "telegram"
PAGE = 500


class Reception:
    """Takes updates in. `at_once` answers what Telegram does not let wait: presses of buttons, and payments."""

    def __init__(self, inbox: Inbox, dispatcher: Dispatcher, at_once: Callable[[Incoming], Awaitable[None]]) -> None:
        self._inbox = inbox
        self._dispatcher = dispatcher
        self._at_once = at_once
        self._answering: set[asyncio.Task[None]] = set()

    async def handle_update(self, raw: dict[str, Any]) -> None:
        """Write one update down and begin to handle it; return when it cannot be lost any more."""
        await self.handle_updates([raw])

    async def handle_updates(self, raws: Sequence[dict[str, Any]]) -> None:
        """Write updates down, all in one transaction, and begin to handle those that are new."""
        await self._dispatcher.room()
        translated = [_translate(raw) for raw in raws]
        known = [(one, raw) for one, raw in zip(translated, raws, strict=True) if one is not None]
        if not known:
            return
        rows = [(one.update_id, one.lane, json.dumps(raw).encode()) for one, raw in known]
        new = await self._inbox.write_many(PLATFORM, rows)
        for (incoming, _), is_new in zip(known, new, strict=True):
            if is_new:
                self._begin(incoming)

    async def replay(self) -> int:
        """Begin to handle what a process before us has left, in its order; return how much that was."""
        after, count = 0, 0
        while page := await self._inbox.pending(PLATFORM, after, PAGE):
            for update in page:
                await self._dispatcher.room()
                incoming = _translate(json.loads(update.body), again=True)
                if incoming is None:
                    await self._inbox.done(PLATFORM, update.update_id)
                else:
                    self._begin(incoming)
            after, count = page[-1].update_id, count + len(page)
        return count

    async def stop(self) -> None:
        """Let the answers that are under way end."""
        if self._answering:
            await asyncio.wait(tuple(self._answering))

    def _begin(self, incoming: Incoming) -> None:
        if isinstance(incoming.content, Pressed | PreCheckout):
            answer = asyncio.create_task(self._answer(incoming))
            self._answering.add(answer)
            answer.add_done_callback(self._answering.discard)
        if isinstance(incoming.content, PreCheckout):
            return
        self._dispatcher.submit(incoming)

    async def _answer(self, incoming: Incoming) -> None:
        try:
            await self._at_once(incoming)
        except Exception as error:  # noqa: BLE001
            # The rim of an answer: a press that is not answered shows a clock for a while, and has its effect; a
            # payment that is not answered in time does not take place, and later there is nothing left to answer.
            logger.warning("The update %d could not be answered: %s.", incoming.update_id, type(error).__name__)
        if isinstance(incoming.content, PreCheckout):
            await self._inbox.done(PLATFORM, incoming.update_id)


def _translate(raw: dict[str, Any], *, again: bool = False) -> Incoming | None:
    try:
        return translate(raw, again=again)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        logger.warning("An update is not what Telegram describes (%s); it is passed over.", type(error).__name__)
        return None
