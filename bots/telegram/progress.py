"""The message that shows how far a request is: edited seldom, and dropped whenever there is something better to say."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from limner.bots.replies import ProgressShown, QueueMoved
from limner.bots.telegram.desk import Desk, home
from limner.bots.telegram.limits import edit_pause, worth_telling
from limner.bots.telegram.messages.outgoing import Text
from limner.storage.errors import NotFoundError
from limner.storage.users import User

__all__ = ["Progress"]

NOTE = "progress"


@dataclass(slots=True)
class _Showing:
    """What is shown of one person's request."""

    request_id: str
    style: str
    message_id: int
    latest: ProgressShown | QueueMoved
    edited_at: float
    text: Text | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Progress:
    """Shows progress in the message that accepted the request."""

    def __init__(
        self,
        desk: Desk,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._desk = desk
        self._now = now
        self._sleep = sleep
        self._showing: dict[str, _Showing] = {}

    async def began(self, user: User, request_id: str, message_id: int) -> None:
        """Note in which message a request's progress is to be shown."""
        await self._desk.storage.users.remember(user.id, NOTE, f"{request_id} {message_id}")

    async def show(self, user_id: str, reply: ProgressShown | QueueMoved) -> None:
        """Show how far a request is, now or in a few seconds, when only the latest counts; or drop it."""
        if isinstance(reply, QueueMoved) and not worth_telling(reply.position):
            return
        showing = self._showing.get(user_id)
        if showing is None or showing.request_id != reply.request_id:
            showing = await self._find(user_id, reply)
            if showing is None:
                return
            self._showing[user_id] = showing
        showing.latest = reply
        if showing.task is None:
            showing.task = asyncio.create_task(self._edit(user_id, showing))

    async def ended(self, user: User, request_id: str, _: str = "") -> list[int]:
        """Take the message away, now that there is something better to say. Returns the ids of new messages: none."""
        note = await self._desk.storage.users.recall(user.id, NOTE)
        showing = self._showing.pop(user.id, None)
        if showing is not None and showing.task is not None:
            showing.task.cancel()
        known, _, message_id = (note or "").partition(" ")
        if known == request_id:
            await self._desk.sender.delete(home(user).chat_id, [int(message_id)])
            await self._desk.storage.users.remember(user.id, NOTE, None)
        return []

    async def stop(self) -> None:
        """Let go of what is under way."""
        tasks = [showing.task for showing in self._showing.values() if showing.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _find(self, user_id: str, reply: ProgressShown | QueueMoved) -> _Showing | None:
        note = await self._desk.storage.users.recall(user_id, NOTE)
        known, _, message_id = (note or "").partition(" ")
        if known != reply.request_id:
            return None
        request = await self._desk.storage.requests.get(reply.request_id)
        # The message has just been written: that counts as its first edit.
        return _Showing(request.id, request.style, int(message_id), reply, self._now())

    async def _edit(self, user_id: str, showing: _Showing) -> None:
        try:
            user = await self._desk.storage.users.get(user_id)
            chat_id = home(user).chat_id
            await self._sleep(max(0.0, showing.edited_at + edit_pause(chat_id) - self._now()))
            text = self._desk.renderer(user).progress(showing.latest, showing.style)
            if text != showing.text and await self._desk.sender.edit_if_free(chat_id, showing.message_id, text):
                showing.text = text
            showing.edited_at = self._now()
        except NotFoundError:
            self._showing.pop(user_id, None)  # forgotten meanwhile
        finally:
            showing.task = None
