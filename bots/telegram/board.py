"""The status message of a set of photos: one for each set, edited as photos come and are looked at.

However many photos come at once, there is one edit at a time, made from what storage says at that moment.
"""

import asyncio
import logging
from weakref import WeakValueDictionary

from limner.bots.telegram.desk import Desk, home
from limner.bots.telegram.messages.outgoing import Text
from limner.storage.errors import NotFoundError
from limner.storage.users import User

__all__ = ["Board"]

logger = logging.getLogger(__name__)

NOTE = "status"
REMEMBERED = 10_000
"""Texts that are known to be in a chat already. One that was dropped from here costs an edit that changes nothing."""


class Board:
    """Keeps the status messages true."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._shown: dict[str, tuple[str, int, Text | None]] = {}
        self._touched: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def touch(self, user: User) -> None:
        """Bring a person's status up to date soon, without waiting for it.

        What a crash prevents is made up for by the next verdict on a photo, which waits for its own `refresh`.
        """
        if user.id in self._touched:
            self._again.add(user.id)
            return
        task = asyncio.create_task(self._until_clean(user))
        self._touched[user.id] = task
        task.add_done_callback(lambda _: self._touched.pop(user.id, None))

    async def refresh(self, user: User) -> None:
        """Bring a person's status up to date, and return when it is. Raises what sending raises."""
        lock = self._locks.setdefault(user.id, asyncio.Lock())
        async with lock:
            standing = await self._desk.conversation.standing(user)
            set_id, count = standing.set_id, standing.count
            text = self._desk.renderer(user).photos(count, set_id, late=standing.waits)
            shown_set, message_id, shown = await self._last(user)
            if set_id == shown_set and text == shown:
                return
            empty = not count.good + count.checking + count.refused
            if set_id == shown_set and await self._desk.sender.edit(home(user).chat_id, message_id, text):
                if shown is None:
                    await self._note(user, set_id, message_id)
                self._remember(user, set_id, message_id, text)
            elif not empty:
                (message_id,) = await self._desk.sender.send(home(user), text)
                # Known here before it is written down: a disk that is full then makes no second message.
                self._remember(user, set_id, message_id, None)
                await self._note(user, set_id, message_id)
                self._remember(user, set_id, message_id, text)

    async def stop(self) -> None:
        """Let go of what is under way."""
        for task in self._touched.values():
            task.cancel()
        if self._touched:
            await asyncio.wait(tuple(self._touched.values()))

    async def _until_clean(self, user: User) -> None:
        clean = False
        while not clean:
            self._again.discard(user.id)
            try:
                await self.refresh(user)
            except NotFoundError:
                pass  # forgotten meanwhile
            except Exception as error:  # noqa: BLE001
                # The rim of a status: the next photo or verdict brings it up to date.
                logger.warning("A status could not be shown: %s.", type(error).__name__)
            clean = user.id not in self._again

    async def _last(self, user: User) -> tuple[str, int, Text | None]:
        if user.id in self._shown:
            return self._shown[user.id]
        note = await self._desk.storage.users.recall(user.id, NOTE)
        set_id, _, message_id = (note or "").partition(" ")
        return set_id, int(message_id or 0), None

    async def _note(self, user: User, set_id: str, message_id: int) -> None:
        await self._desk.storage.users.remember(user.id, NOTE, f"{set_id} {message_id}")

    def _remember(self, user: User, set_id: str, message_id: int, text: Text | None) -> None:
        if len(self._shown) >= REMEMBERED:
            self._shown.pop(next(iter(self._shown)))
        self._shown[user.id] = (set_id, message_id, text)
