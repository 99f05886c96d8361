"""Housekeeping: what nobody asks for and somebody has to do, from hour to hour.

    the retention time    photos, Face LoRAs and portraits that are too old
    overdue holds         quota that was held for a time and never settled
    orphaned objects      objects that no row names; people whose forgetting was interrupted
    done updates          what platforms sent, long after it was done

Each part is harmless when repeated, so any number of workers may keep house at once. Knows no Redis; what that holds of
people who were forgotten goes by `traces`.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from limner.storage import Storage

logger = logging.getLogger(__name__)

# Telegram may send an update again for 24 hours; three days outlast a weekend's clock that is wrong.
# https://core.telegram.org/bots/api#getting-updates
UPDATES_KEPT = timedelta(days=3)
ORPHANED = timedelta(hours=1)


async def keep_house(storage: Storage, retention_days: int, rows_within_s: float = 0.0) -> None:
    """Do every part once; a part that fails is logged, and the others are done all the same.

    People's photos, Face LoRAs and portraits are kept for `retention_days`; 0 keeps them for ever. An object whose row
    comes within `rows_within_s` is no orphan.
    """
    parts: dict[str, Callable[[], Awaitable[int]]] = {
        "the retention time": lambda: storage.retire(retention_days),
        "overdue holds": storage.quota.expire,
        "orphaned objects": lambda: storage.sweep(ORPHANED, rows_within_s),
        "done updates": lambda: storage.inbox.sweep(datetime.now(UTC) - UPDATES_KEPT),
    }
    for name, part in parts.items():
        try:
            settled = await part()
        except Exception:
            # The rim of one part: what it left undone is there for the next time.
            logger.exception("Housekeeping broke at %s; the next time comes.", name)
        else:
            if settled:
                logger.info("Housekeeping, %s: %d settled.", name, settled)
