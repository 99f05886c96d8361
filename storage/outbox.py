"""The outbox: what a sitter must still be told, written in the transaction that made it true.

One row for each subject (a request or a photo) and kind, so that telling twice is not asking twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.schema import outbox, users

NoticeKind = Literal[
    "photo_examined", "preview_made", "portraits_made", "request_failed", "request_cancelled", "request_retried"
]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell a sitter; exactly one of `request_id` and `photo_id` is set."""

    id: str
    user_id: str
    platform: str
    kind: NoticeKind
    request_id: str | None
    photo_id: str | None
    created_at: datetime
    delivered_at: datetime | None


async def post(
    connection: Connection,
    now: datetime,
    user_id: str,
    kind: NoticeKind,
    *,
    request_id: str | None = None,
    photo_id: str | None = None,
) -> bool:
    """Put a notice into the outbox inside the caller's transaction; False when it is there already."""
    query = sa.select(users.c.platform).where(users.c.id == user_id)
    return await insert_new(
        connection,
        outbox,
        id=uuid4().hex,
        user_id=user_id,
        platform=(await connection.execute(query)).scalar_one(),
        kind=kind,
        subject=request_id or photo_id,
        request_id=request_id,
        photo_id=photo_id,
        created_at=now,
    )


class Outbox:
    """Read the outbox for one platform's delivery."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def pending(self, platform: str, limit: int = 100, *, users: Collection[str] | None = None) -> list[Notice]:
        """List what was not delivered yet on a platform, oldest first; with `users` only what is for one of them."""
        query = _undelivered(platform).limit(limit)
        if users is not None:
            query = query.where(outbox.c.user_id.in_(users))
        return await self._list(query)

    async def of_user(self, platform: str, user_id: str) -> list[Notice]:
        """List all that one user was not told yet on a platform, oldest first."""
        return await self._list(_undelivered(platform).where(outbox.c.user_id == user_id))

    async def delivered(self, notice_id: str) -> bool:
        """Mark a notice as delivered; False when it was marked before. Raises NotFoundError for an unknown one."""
        async with self._database.write() as connection:
            mine = outbox.c.id == notice_id
            marked = await connection.execute(
                outbox.update().where(mine, outbox.c.delivered_at.is_(None)).values(delivered_at=self._clock())
            )
            if marked.rowcount == 0 and (await connection.execute(sa.select(outbox.c.id).where(mine))).first() is None:
                raise NotFoundError("notice", notice_id)
        return marked.rowcount == 1

    async def _list(self, query: sa.Select[Any]) -> list[Notice]:
        async with self._database.read() as connection:
            return [Notice(*row) for row in await connection.execute(query)]


def _undelivered(platform: str) -> sa.Select[Any]:
    return (
        sa.select(*columns_of(outbox, Notice))
        .where(outbox.c.platform == platform, outbox.c.delivered_at.is_(None))
        .order_by(outbox.c.created_at, outbox.c.id)
    )
