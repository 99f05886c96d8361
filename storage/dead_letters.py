"""Dead letters: requests that failed or wait, for the operator to see, to try again and to give back.

A request ends once and stays as it ended; what is tried again is a new request from the same photos. So quota, outbox
and queue need no second way: the new one is reserved, told and enqueued (by the reconciler) as any other is.
"""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import uuid4

import sqlalchemy as sa

from limner.storage import ledger, outbox
from limner.storage.database import Clock, Connection, Database, columns_of
from limner.storage.errors import NotFoundError, StorageError
from limner.storage.requests import Request, enter, one_request
from limner.storage.schema import face_loras, holds, photos, requests, users

_SHOWN = ("queued", "running", "failed")
_KEY = "retry:"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A request that failed or waits, whose it is on which platform, and what became of its quota."""

    request: Request
    platform: str
    platform_id: str
    quota: Literal["held", "committed", "refunded"] | None
    """None where whoever paid was forgotten."""
    retried: bool


class DeadLetters:
    """Show, retry and give back."""

    def __init__(self, database: Database, clock: Clock, daily_portraits: int) -> None:
        self._database = database
        self._clock = clock
        self._daily_portraits = daily_portraits

    async def newest(self, limit: int = 50) -> list[DeadLetter]:
        """List requests that failed or have not ended, the newest last."""
        again = requests.alias()
        retried = sa.exists().where(again.c.user_id == requests.c.user_id, again.c.key == _KEY + requests.c.id)
        query = (
            sa.select(users.c.platform, users.c.platform_id, holds.c.state, retried, *columns_of(requests, Request))
            .join(users, users.c.id == requests.c.user_id)
            .outerjoin(holds, holds.c.key == requests.c.id)
            .where(requests.c.state.in_(_SHOWN))
            .order_by(requests.c.created_at.desc(), requests.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [DeadLetter(Request(*row[4:]), *row[:4]) for row in reversed(rows)]

    async def retry(self, request_id: str, base: str) -> Request:
        """Accept a failed request anew, as painted with `base`, and post that it is tried again; return the new one.

        Repeated, it gives the same new request, which can be retried itself once it has failed. Raises NotFoundError,
        QuotaExceededError, and StorageError where the request did not fail or nothing is left to paint it from.
        """
        now = self._clock()
        async with self._database.write() as connection:
            old = await one_request(connection, requests.c.id == request_id, request_id)
            if not await _was_retried(connection, old):
                await _check_possible(connection, old, base)
            new = replace(old, id=uuid4().hex, state="queued", reason=None, attempt=0, created_at=now)
            new = replace(new, started_at=None, finished_at=None)
            payer = await connection.scalar(sa.select(holds.c.user_id).where(holds.c.key == old.id))
            if payer is None:
                raise NotFoundError("account that paid for", old.id)
            accepted = await enter(connection, now, new, _KEY + old.id, payer, daily=self._daily_portraits)
            if accepted is new:
                await outbox.post(connection, now, new.user_id, "request_retried", request_id=new.id)
        return accepted

    async def give_back(self, request_id: str) -> int:
        """Give the portraits of a request that has ended back to whoever paid, once; return how many, 0 for none left.

        Raises NotFoundError for an unknown request and where whoever paid was forgotten, StorageError for a request
        that has not ended.
        """
        async with self._database.write() as connection:
            request = await one_request(connection, requests.c.id == request_id, request_id)
            if request.state in ("queued", "running"):
                raise StorageError(f"The request {request_id!r} has not ended; wait for its end.")
            return await ledger.give_back(connection, self._clock(), request_id)


async def _was_retried(connection: Connection, old: Request) -> bool:
    mine = sa.and_(requests.c.user_id == old.user_id, requests.c.key == _KEY + old.id)
    return await connection.scalar(sa.select(requests.c.id).where(mine)) is not None


async def _check_possible(connection: Connection, old: Request, base: str) -> None:
    if old.state != "failed":
        raise StorageError(f"The request {old.id!r} is {old.state}; only a failed one can be tried again.")
    if old.templated:
        raise StorageError(f"The template of {old.id!r} was deleted with its end; the person must send it again.")
    learned = sa.select(face_loras.c.id).where(face_loras.c.set_id == old.set_id, face_loras.c.base == base)
    sent = sa.select(photos.c.id).where(
        photos.c.set_id == old.set_id, photos.c.state == "accepted", photos.c.original_object.is_not(None)
    )
    if (await connection.scalar(sa.union_all(learned, sent).limit(1))) is None:
        raise StorageError(f"Photos and Face LoRA of {old.id!r} are gone; the person must send photos again.")
