"""The message that shows how far a request is: edited seldom, and gone when there is something better to say.

It is the answer to the interaction that asked, and only its way leads there: after a quarter of an hour it stays as it
is and says so, until the person asks with /status for a new one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import msgspec

from limner.bots.discord.desk import Desk
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.limits import EDIT_PAUSE_S
from limner.bots.discord.messages.outgoing import Outgoing, Place, Way
from limner.bots.replies import ProgressShown, QueueMoved
from limner.storage.errors import NotFoundError
from limner.storage.users import User

__all__ = ["Progress"]

LAST_S = 60.0
"""Within so many seconds of its end a way is taken for the last edit, which says that there will be no more."""


@dataclass(slots=True)
class _Showing:
    """What is shown of one person's request."""

    request_id: str
    style: str
    place: Place
    latest: ProgressShown | QueueMoved
    edited_at: float
    message: Outgoing | None = None
    over: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Progress:
    """Shows progress, and remembers where a request was asked for."""

    def __init__(
        self,
        desk: Desk,
        ladder: Ladder,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._desk = desk
        self._ladder = ladder
        self._now = now
        self._sleep = sleep
        self._showing: dict[str, _Showing] = {}

    async def began(self, user: User, request_id: str, place: Place) -> None:
        """Note where a request's progress is to be shown and its portraits are to go."""
        await self._desk.storage.users.remember(user.id, _note(request_id), msgspec.json.encode(place).decode())
        self._forget(user.id)

    async def moved(self, user: User, request_id: str, way: Way) -> None:
        """Show progress in the message of a newer way from now on; portraits go where they were to go."""
        place = await self.place(user.id, request_id)
        if place is not None:
            await self._ladder.take_back(place.way)
            # The limit stays: by it the portraits are put into messages, some of which may have arrived.
            await self.began(user, request_id, replace(place, way=replace(way, limit=place.way.limit)))

    async def place(self, user_id: str, request_id: str) -> Place | None:
        """Give where a request was asked for."""
        note = await self._desk.storage.users.recall(user_id, _note(request_id))
        return None if note is None else msgspec.json.decode(note, type=Place)

    async def show(self, user_id: str, reply: ProgressShown | QueueMoved) -> None:
        """Show how far a request is, now or in a few seconds, when only the latest counts; or drop it."""
        showing = self._showing.get(user_id)
        if showing is None or showing.request_id != reply.request_id:
            showing = await self._find(user_id, reply)
            if showing is None:
                return
            self._showing[user_id] = showing
        showing.latest = reply
        if showing.task is None and not showing.over:
            showing.task = asyncio.create_task(self._edit(user_id, showing))

    async def ended(self, user: User, request_id: str) -> str:
        """Take the message away, now that there is something better to say. Returns the new message: none."""
        place = await self.place(user.id, request_id)
        self._forget(user.id)
        if place is not None:
            await self._ladder.take_back(place.way)
            await self._desk.storage.users.remember(user.id, _note(request_id), None)
        return ""

    async def stop(self) -> None:
        """Let go of what is under way."""
        tasks = [showing.task for showing in self._showing.values() if showing.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _forget(self, user_id: str) -> None:
        showing = self._showing.pop(user_id, None)
        if showing is not None and showing.task is not None:
            showing.task.cancel()

    async def _find(self, user_id: str, reply: ProgressShown | QueueMoved) -> _Showing | None:
        place = await self.place(user_id, reply.request_id)
        if place is None or not self._ladder.is_open(place.way):
            return None
        request = await self._desk.storage.requests.get(reply.request_id)
        # The message has just been written: that counts as its first edit.
        return _Showing(request.id, request.style, place, reply, self._now())

    async def _edit(self, user_id: str, showing: _Showing) -> None:
        try:
            user = await self._desk.storage.users.get(user_id)
            await self._sleep(max(0.0, showing.edited_at + EDIT_PAUSE_S - self._now()))
            last = self._desk.now() > showing.place.way.until - LAST_S
            message = self._desk.renderer(user).progress(showing.latest, showing.style, last=last)
            if message != showing.message and await self._ladder.edit(showing.place.way, message):
                showing.message = message
            showing.over = last or not self._ladder.is_open(showing.place.way)
            showing.edited_at = self._now()
        except NotFoundError:
            self._showing.pop(user_id, None)  # forgotten meanwhile
        finally:
            showing.task = None


def _note(request_id: str) -> str:
    return f"place:{request_id}"
