"""Receipts of deletions that a process was killed before it could tell. Knows no platform."""

import logging
from datetime import timedelta
from typing import Protocol

from limner.bots.ports import Receipt, Storage
from limner.bots.replies import Forgotten

__all__ = ["forgotten", "tell_owed"]

logger = logging.getLogger(__name__)

GRACE = timedelta(minutes=1)
"""So long a receipt is left to the turn that asked for the deletion and is about to tell it itself."""


class Teller(Protocol):
    """One platform's way to somebody who is no user any more."""

    async def receipt(self, platform_id: str, reply: Forgotten) -> bool:
        """Tell a receipt; True once nothing is owed any more: it is told, or no way leads to the person."""


def forgotten(receipt: Receipt) -> Forgotten:
    """Make the reply that tells a receipt."""
    return Forgotten(receipt.at, receipt.photos, receipt.portraits, receipt.face_loras, receipt.key_destroyed)


async def tell_owed(storage: Storage, platform: str, teller: Teller, grace: timedelta = GRACE) -> None:
    """Tell every receipt that has been owed for longer than `grace`; what cannot be told now stays owed."""
    for owed in await storage.receipts.owed(platform, grace):
        try:
            if await teller.receipt(owed.platform_id, forgotten(owed.receipt)):
                await storage.receipts.told(platform, owed.platform_id)
        except Exception:
            # The rim of one receipt: it stays owed, and the others are told.
            logger.exception("A receipt could not be told on %s; trying again.", platform)
