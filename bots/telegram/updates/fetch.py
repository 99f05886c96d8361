"""Photos fetched from Telegram: several at a time, ahead of their turn, within a memory budget, with retries."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter

from limner.bots.errors import UnfetchableError
from limner.bots.telegram.limits import DOWNLOAD_BYTES
from limner.bots.telegram.patience import seconds_of
from limner.bots.telegram.updates.incoming import PhotoFile

__all__ = ["Fetch", "Fetcher"]

logger = logging.getLogger(__name__)

BUDGET = 24 * 2**20
"""Bytes that fetched photos may take until they are stored: one of the largest (less would never let it in), or fifty
usual ones."""

AT_ONCE = 16
"""Downloads side by side; the other connections to Telegram are for answers."""

UNKNOWN_SIZE = 2**20
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0)
"""A minute and a half: longer than Telegram's usual hiccups. Afterwards the person is asked to send the photo again."""


class Fetcher:
    """Fetches photos. What is begun holds part of the budget until it is released."""

    def __init__(self, bot: Bot, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._bot = bot
        self._sleep = sleep
        self._budget = _Budget(BUDGET)
        self._places = asyncio.Semaphore(AT_ONCE)

    def begin(self, photo: PhotoFile) -> "Fetch":
        """Begin to fetch a photo, behind those that were begun before."""
        return Fetch(asyncio.create_task(self._fetch(photo)), lambda: self._budget.give_back(photo))

    async def _fetch(self, photo: PhotoFile) -> bytes:
        if photo.size > DOWNLOAD_BYTES:
            raise UnfetchableError("too_large")
        await self._budget.take(photo)
        for pause in (*PAUSES_S, None):
            try:
                async with self._places:
                    return await self._once(photo)
            except BadRequest as error:
                raise UnfetchableError("too_large" if "too big" in error.message.lower() else "unknown") from error
            except RetryAfter as error:
                await self._sleep(seconds_of(error))
            except NetworkError as error:
                if pause is None:
                    raise
                logger.info("A photo could not be fetched (%s); trying again.", type(error).__name__)
                await self._sleep(pause)
        raise UnfetchableError("unknown")

    async def _once(self, photo: PhotoFile) -> bytes:
        file = await self._bot.get_file(photo.file_id)
        if (file.file_size or 0) > DOWNLOAD_BYTES:
            raise UnfetchableError("too_large")
        return bytes(await file.download_as_bytearray())


class Fetch:
    """A photo on its way."""

    def __init__(self, task: "asyncio.Task[bytes]", give_back: Callable[[], None]) -> None:
        self._task = task
        # Released before anybody asked: its error has been seen all the same.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._give_back = give_back

    async def data(self) -> bytes:
        """Return the photo's bytes, once it is here; may be asked again.

        Raises UnfetchableError with the reason, and NetworkError when Telegram could not be reached at all.
        """
        return await asyncio.shield(self._task)

    def release(self) -> None:
        """Let go of the photo, whether it came or not."""
        self._task.cancel()
        self._give_back()


class _Budget:
    """Bytes to be taken strictly in order: one that waits for room holds up the later ones.

    Otherwise the later photos of a person could hold all the room that their first one waits for.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken: dict[int, int] = {}
        self._order = asyncio.Lock()
        self._freed = asyncio.Event()

    async def take(self, photo: PhotoFile) -> None:
        """Wait for room for a photo, and take it."""
        wanted = photo.size or UNKNOWN_SIZE
        async with self._order:
            while sum(self._taken.values()) + wanted > self._size:
                self._freed.clear()
                await self._freed.wait()
            self._taken[id(photo)] = wanted

    def give_back(self, photo: PhotoFile) -> None:
        """Give back what was taken for a photo, if it was."""
        self._taken.pop(id(photo), None)
        self._freed.set()
