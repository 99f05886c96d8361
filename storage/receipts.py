"""Receipts that are owed: of people who asked to be forgotten and have not been told yet that it is done.

A row holds the platform, the chat, and the keyed hash by which the deletion log knows the rest; it goes as soon as the
receipt is told. It is written before anything is deleted, so that whoever is killed in between is finished and told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from limner.storage.database import Clock, Connection, Database, insert_new
from limner.storage.schema import deletion_log, owed_receipts


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted, and when; `key_destroyed` says that no copy of it can be read any more."""

    at: datetime
    photos: int
    portraits: int
    face_loras: int
    key_destroyed: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """A receipt, and the platform's own id of whom it is owed to."""

    platform_id: str
    receipt: Receipt


async def owe(connection: Connection, user_hash: str, platform: str, platform_id: str) -> None:
    """Write down that a receipt is owed, in the caller's transaction; harmless when repeated."""
    await insert_new(connection, owed_receipts, user_hash=user_hash, platform=platform, platform_id=platform_id)


class Receipts:
    """Keep what is owed until it is told."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def owed(self, platform: str) -> list[Owed]:
        """List the receipts of finished deletions that a platform owes, the oldest first."""
        log = deletion_log.c
        query = (
            sa.select(owed_receipts.c.platform_id, log.at, log.photos, log.portraits, log.face_loras)
            .join(deletion_log, log.user_hash == owed_receipts.c.user_hash)
            .where(owed_receipts.c.platform == platform)
            .order_by(log.at)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Owed(row.platform_id, Receipt(row.at, row.photos, row.portraits, row.face_loras, key_destroyed=True))
            for row in rows
        ]

    async def told(self, platform: str, platform_id: str) -> None:
        """Drop what was owed to a person; harmless when repeated."""
        mine = sa.and_(owed_receipts.c.platform == platform, owed_receipts.c.platform_id == platform_id)
        async with self._database.write() as connection:
            await connection.execute(owed_receipts.delete().where(mine))
        await self._database.scrub()

    async def sweep(self, older_than: timedelta) -> None:
        """Drop what nobody came to hear: whom it is owed to must not be kept for ever either."""
        old = sa.select(deletion_log.c.user_hash).where(deletion_log.c.at < self._clock() - older_than)
        async with self._database.write() as connection:
            await connection.execute(owed_receipts.delete().where(owed_receipts.c.user_hash.in_(old)))
