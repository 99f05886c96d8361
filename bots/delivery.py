"""News and results on their way to people.

Two streams with two promises. Results (a photo's verdict, portraits, a failure) come from storage's outbox and stay
there until they have reached the person: nothing is lost when this process, the page or the platform is away. Progress
comes from the news and may be dropped. News of a result only wakes the outbox up earlier than its own interval would.
"""

import asyncio
import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Protocol

from limner.bots.conversation import Conversation
from limner.bots.events import Event, PreviewDrawn, RequestFinished, RequestRetried
from limner.bots.ports import NewsSource, Storage
from limner.bots.receipts import Debts, Teller
from limner.bots.replies import ProgressShown, QueueMoved, Reply
from limner.queue.connection import UNREACHABLE
from limner.queue.messages import Moved, News, PhotoExamined, Progressed
from limner.storage.errors import NotFoundError
from limner.storage.outbox import Notice

__all__ = ["Delivery", "Door"]

logger = logging.getLogger(__name__)

SWEEP_S = 5.0
"""How long a result waits at most when its news was lost."""

MOST = 1000
"""How many notices one sweep reads: those of people who cannot be reached now stay at the front of the line."""

AT_ONCE = 8
"""People who are brought results at the same time: each may hold a set of portraits in memory."""


class Door(Teller, Protocol):
    """One platform's way to its people."""

    def reachable(self, user_id: str) -> bool:
        """Say whether it makes sense to try: an open page, a chat that did not block the bot."""

    async def deliver(self, user_id: str, notice_id: str, replies: Sequence[Reply]) -> bool:
        """Bring a result; True once it has arrived. The same notice may come again until then."""

    async def progress(self, user_id: str, reply: ProgressShown | QueueMoved) -> None:
        """Show progress, or drop it."""


class Delivery:
    """Brings one platform's results and progress to its people; `run` it beside the adapter."""

    def __init__(
        self,
        conversation: Conversation,
        storage: Storage,
        news: NewsSource,
        platform: str,
        door: Door,
        *,
        sweep_s: float = SWEEP_S,
    ) -> None:
        self._conversation = conversation
        self._storage = storage
        self.news = news
        self._platform = platform
        self._door = door
        self._sweep_s = sweep_s
        self._debts = Debts(storage, platform, door)
        self._wake = asyncio.Event()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[str, asyncio.Task[int]] = {}

    async def run(self) -> None:
        """Deliver until cancelled. What is left then is delivered by the next run."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._sweep_forever())
        finally:
            await self._stop()

    def wake(self) -> None:
        """Look into the outbox now: somebody has become reachable."""
        self._wake.set()

    async def sweep(self) -> int:
        """Deliver what can be delivered now; return how many notices arrived."""
        tasks = await self._begin()
        return sum(await asyncio.gather(*tasks))

    async def _begin(self) -> list["asyncio.Task[int]"]:
        """Begin to bring everybody what is there for them: one person's in order, nobody waiting for anybody else."""
        mine: dict[str, list[Notice]] = {}
        for notice in await self._storage.outbox.pending(self._platform, MOST):
            if notice.user_id not in self._under_way and self._door.reachable(notice.user_id):
                mine.setdefault(notice.user_id, []).append(notice)
        for user_id, notices in mine.items():
            task = asyncio.create_task(self._bring_all(notices))
            self._under_way[user_id] = task
            task.add_done_callback(partial(self._ended, user_id))
        return [self._under_way[user_id] for user_id in mine]

    def _ended(self, user_id: str, _: "asyncio.Task[int]") -> None:
        self._under_way.pop(user_id, None)

    async def _stop(self) -> None:
        # Waited for: what still writes to storage must be over before storage is closed.
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _bring_all(self, notices: Sequence[Notice]) -> int:
        arrived = 0
        for notice in notices:
            if self._door.reachable(notice.user_id):
                async with self._places:
                    arrived += await self._bring(notice)
        return arrived

    async def arrived(self, user_id: str, notice_ids: AbstractSet[str]) -> None:
        """Note that a person has seen these notices; those of anybody else are left alone."""
        for notice in await self._storage.outbox.of_user(self._platform, user_id):
            if notice.id in notice_ids:
                await self._storage.outbox.delivered(notice.id)

    async def _listen(self) -> None:
        async for _, news in self.news.listen(await self._newest()):
            reply = _progress(news)
            if reply is None:
                self.wake()
            elif self._door.reachable(news.user_id):
                await self._door.progress(news.user_id, reply)

    async def _newest(self) -> str:
        while True:
            try:
                return await self.news.latest_news()
            except UNREACHABLE as error:
                logger.warning("The news cannot be read yet (%s); trying again.", error)
                await asyncio.sleep(self._sweep_s)

    async def _sweep_forever(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._begin()
                await self._debts.tell()
            except Exception:
                # The rim of a sweep: a database that is away for a moment must not end delivery for good.
                logger.exception("The outbox of %s could not be read; trying again.", self._platform)
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._sweep_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _bring(self, notice: Notice) -> bool:
        try:
            user = await self._storage.users.get(notice.user_id)
            replies = await self._conversation.handle(user, _event(notice))
            # No reply: what the notice is about is gone (a photo that was removed, a sketch whose portraits are there).
            arrived = not replies or await self._door.deliver(notice.user_id, notice.id, replies)
            if arrived:
                await self._storage.outbox.delivered(notice.id)
        except NotFoundError:
            return False  # forgotten meanwhile; the notice is gone with the person
        except Exception:
            # The rim of one notice: it stays in the outbox, and the others go out.
            logger.exception("The notice %s could not be delivered; it stays in the outbox.", notice.id)
            return False
        return arrived


def _event(notice: Notice) -> Event:
    if notice.photo_id is not None:
        return PhotoExamined(notice.user_id, notice.photo_id, accepted=notice.kind == "photo_examined", reason=None)
    if notice.kind == "preview_made":
        return PreviewDrawn(notice.request_id or "")
    if notice.kind == "request_retried":
        return RequestRetried(notice.request_id or "")
    return RequestFinished(notice.request_id or "")


def _progress(news: News) -> ProgressShown | QueueMoved | None:
    match news:
        case Progressed():
            return ProgressShown(news.request_id, news.stage, news.done, news.total, news.eta_s)
        case Moved():
            return QueueMoved(news.request_id, news.position, news.wait_s)
        case _:
            return None
