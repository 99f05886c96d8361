"""Photos fetched from Discord, from the addresses that came with an interaction; a few at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import discord

from limner.bots.discord.messages.wire import AWAY
from limner.bots.discord.updates.incoming import Attachment
from limner.bots.errors import UnfetchableError

__all__ = ["Fetcher"]

logger = logging.getLogger(__name__)

AT_ONCE = 3
"""Downloads side by side, each held in memory until it is stored: 60 MB at the most."""

TIME_S = 60.0
PAUSES_S = (0.5, 1.0, 2.0, 4.0)
GONE = frozenset({401, 403, 404, 410})
"""What an address answers that is signed for a day, after that day, or when its file was deleted."""


class Fetcher:
    """Fetches photos of `most` bytes at most."""

    def __init__(
        self, client: discord.Client, most: int, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._client = client
        self._most = most
        self._sleep = sleep
        self._places = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, file: Attachment) -> bytes:
        """Return a file's bytes. Raises UnfetchableError with the reason, and what came in the way at the last try."""
        if file.size > self._most:
            raise UnfetchableError("too_large")
        for pause in (*PAUSES_S, None):
            try:
                async with self._places, asyncio.timeout(TIME_S):
                    return await self._client.http.get_from_cdn(file.url)
            except discord.HTTPException as error:
                if error.status in GONE:
                    raise UnfetchableError("expired") from error
                if pause is None:
                    raise
            except AWAY:
                if pause is None:
                    raise
            logger.info("The photo %d could not be fetched; trying again.", file.id)
            await self._sleep(pause)
        raise UnfetchableError("unknown")
