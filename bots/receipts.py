"""Receipts of deletions that a process was killed before it could tell. Knows no platform."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from limner.bots.ports import Owed, Receipt, Storage
from limner.bots.replies import Forgotten
from limner.storage.users import User

__all__ = ["Debts", "forgotten", "note_told"]

logger = logging.getLogger(__name__)

GRACE_S = 60.0
"""So long a receipt is left to the turn that asked for the deletion and is about to tell it itself."""

PAUSES_S = (1.0, 5.0, 5.0)
"""Between the tries to write down that one was told."""


class Teller(Protocol):
    """One platform's way to somebody who is no user any more."""

    async def receipt(self, platform_id: str, reply: Forgotten) -> bool:
        """Tell a receipt; True once nothing is owed any more: it is told, or no way leads to the person."""


def forgotten(receipt: Receipt) -> Forgotten:
    """Make the reply that tells a receipt."""
    return Forgotten(receipt.at, receipt.photos, receipt.portraits, receipt.face_loras, receipt.key_destroyed)


async def note_told(storage: Storage, user: User, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Write down that the turn has told its receipt itself. Raises nothing: the turn would make the person anew.

    What cannot be written for some seconds, on a full disk, stays owed, and is told once more by whoever sweeps.
    """
    for pause in (*PAUSES_S, None):
        try:
            return await storage.receipts.told(user.platform, user.platform_id)
        except Exception:
            # The rim of one receipt.
            logger.exception("A receipt could not be marked as told on %s.", user.platform)
        if pause is not None:
            await sleep(pause)
    return None


class Debts:
    """Receipts that a platform owes; each is told when this process has known of it for `grace_s`.

    That is measured by a clock that only counts: where the time of day is wrong by hours for a moment, a receipt would
    seem old that its turn is just telling, and be told twice.
    """

    def __init__(
        self,
        storage: Storage,
        platform: str,
        teller: Teller,
        grace_s: float = GRACE_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._platform = platform
        self._teller = teller
        self._grace_s = grace_s
        self._now = now
        self._since: dict[tuple[str, datetime], float] = {}

    async def tell(self) -> None:
        """Tell what has been owed for long enough; what cannot be told now stays owed."""
        now, owed = self._now(), await self._storage.receipts.owed(self._platform)
        self._since = {_key(one): self._since.get(_key(one), now) for one in owed}
        for one in owed:
            if now - self._since[_key(one)] >= self._grace_s:
                await self._tell(one)

    async def _tell(self, owed: Owed) -> None:
        try:
            if await self._teller.receipt(owed.platform_id, forgotten(owed.receipt)):
                await self._storage.receipts.told(self._platform, owed.platform_id)
        except Exception:
            # The rim of one receipt: it stays owed, and the others are told.
            logger.exception("A receipt could not be told on %s; trying again.", self._platform)


def _key(owed: Owed) -> tuple[str, datetime]:
    return owed.platform_id, owed.receipt.at
