"""Requests: portraits asked for in one style from one set, from acceptance to exactly one end.

queued -> running -> made | failed | cancelled. Each step is one conditional update, so of two that race (a cancel and
a result, two workers) exactly one wins and the other changes nothing. The quota moves and the notice is posted in the
transaction of the step itself.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from statistics import mean
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from limner.storage import ledger, outbox
from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.objects import Objects
from limner.storage.portraits import NewPortrait, rows_for
from limner.storage.schema import photo_sets, portraits, requests
from limner.storage.templates import take_over

_UNFINISHED = requests.c.state.in_(("queued", "running"))
# What is deleted with the end of a request.
_WORKING_OBJECTS = ("checkpoint_object", "preview_object", "template_object")
_ENDS: dict[str, outbox.NoticeKind] = {
    "made": "portraits_made",
    "failed": "request_failed",
    "cancelled": "request_cancelled",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `attempt` counts its tries from 0; `reason` says why it failed; `event_id` which event it is for.

    `templated` says that it was asked for with a template, which is kept until the request ends.
    """

    id: str
    user_id: str
    set_id: str
    style: str
    count: int
    seed: int
    state: Literal["queued", "running", "made", "failed", "cancelled"]
    reason: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    event_id: str | None = None
    templated: bool = False


class Requests:
    """Keep requests and take them through their states."""

    def __init__(self, database: Database, objects: Objects, clock: Clock, daily_portraits: int) -> None:
        self._database = database
        self._objects = objects
        self._clock = clock
        self._daily_portraits = daily_portraits

    async def accept(  # noqa: PLR0913  what a request says, by keyword
        self,
        user_id: str,
        set_id: str,
        style: str,
        count: int,
        seed: int,
        key: str | None = None,
        *,
        event_id: str | None = None,
        payer_id: str | None = None,
        templated: bool = False,
    ) -> Request:
        """Reserve `count` portraits of quota and queue the request, both or neither.

        With a `key` (a button press, an update id) a repeated call gives back the first request. The quota is that of
        `payer_id`, by default the user's own. A `templated` request takes over the template that waits. Raises
        QuotaExceededError when the payer has too little left, NotFoundError when the set is not this user's, when there
        is no such payer, or no template.
        """
        now, payer = self._clock(), payer_id or user_id
        new = Request(
            uuid4().hex, user_id, set_id, style, count, seed, "queued", None, 0, now, None, None, event_id, templated
        )
        async with self._database.write() as connection:
            accepted = await enter(connection, now, new, key, payer, daily=self._daily_portraits)
            if templated and accepted is new:
                await _take_template(connection, new)
        return accepted

    async def keyed(self, user_id: str, key: str) -> Request | None:
        """Find the request that a user made with a key (`accept`), None where there is none."""
        mine = sa.and_(requests.c.user_id == user_id, requests.c.key == key)
        return next(iter(await self._list(sa.select(*columns_of(requests, Request)).where(mine))), None)

    async def start(self, request_id: str, attempt: int) -> bool:
        """Mark a try as running; False when the request has ended or a later try was begun.

        The same try may start again (its worker died). Raises NotFoundError for an unknown request.
        """
        may = sa.and_(_UNFINISHED, requests.c.attempt <= attempt)
        started = sa.func.coalesce(requests.c.started_at, self._clock())
        return await self._step(request_id, may, state="running", attempt=attempt, started_at=started)

    async def requeue(self, request_id: str, attempt: int) -> bool:
        """Put try `attempt` back into the queue as try `attempt + 1`; False when it moved on meanwhile."""
        may = sa.and_(_UNFINISHED, requests.c.attempt == attempt)
        return await self._step(request_id, may, state="queued", attempt=attempt + 1)

    async def made(self, request_id: str, portraits: Sequence[NewPortrait]) -> bool:
        """Store the portraits and end the request as made; False (and nothing stored) when it has ended already.

        The quota of portraits that were asked for and not made is given back. Raises NotFoundError for an unknown
        request and ValueError without portraits: an answer is never empty.
        """
        if not portraits:
            raise ValueError(f"The request {request_id!r} cannot be made of no portraits.")
        request = await self.get(request_id)
        if request.state not in {"queued", "running"}:
            return False
        rows = await rows_for(self._objects, request.id, request.user_id, self._clock(), portraits)
        spent = min(len(rows), request.count)
        won = await self._end(request_id, "made", None, spent, rows)
        if not won:
            await self._objects.delete(row["png_object"] for row in rows)
        return won

    async def fail(self, request_id: str, reason: str) -> bool:
        """End a request as failed and refund it; False when it has ended already."""
        return await self._end(request_id, "failed", reason, 0)

    async def cancel(self, request_id: str) -> bool:
        """End a request as cancelled and refund it; False when it has ended already."""
        return await self._end(request_id, "cancelled", None, 0)

    async def get(self, request_id: str) -> Request:
        """Find a request; NotFoundError for an unknown one. Compare its `user_id` before showing it to anybody."""
        async with self._database.read() as connection:
            return await one_request(connection, requests.c.id == request_id, request_id)

    async def of_user(self, user_id: str, limit: int = 20) -> list[Request]:
        """List a user's requests, newest first."""
        newest = sa.select(*columns_of(requests, Request)).order_by(requests.c.created_at.desc(), requests.c.id)
        return await self._list(newest.where(requests.c.user_id == user_id).limit(limit))

    async def active(self, user_id: str) -> list[Request]:
        """List a user's requests that have not ended, oldest first."""
        return await self._list(_oldest_first().where(requests.c.user_id == user_id, _UNFINISHED))

    async def queued(self) -> list[Request]:
        """List everybody's requests that wait, oldest first."""
        return await self._list(_oldest_first().where(requests.c.state == "queued"))

    async def running(self) -> list[Request]:
        """List everybody's requests that a worker has begun, oldest first."""
        return await self._list(_oldest_first().where(requests.c.state == "running"))

    async def pace(self, latest: int = 10) -> float | None:
        """Tell how many seconds the latest requests took from their beginning, on average; None before the first."""
        newest = (
            sa.select(requests.c.started_at, requests.c.finished_at)
            .where(requests.c.state == "made", requests.c.started_at.is_not(None))
            .order_by(requests.c.finished_at.desc())
            .limit(latest)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(newest)).all()
        return mean((ended - began).total_seconds() for began, ended in rows) if rows else None

    async def checkpoint(self, request_id: str, data: bytes) -> bool:
        """Replace the state that training can resume from; False when the request has ended."""
        request = await self.get(request_id)
        path = await self._objects.write(request.user_id, "checkpoint", data)
        mine = requests.c.id == request_id
        async with self._database.write() as connection:
            before = await connection.scalar(sa.select(requests.c.checkpoint_object).where(mine))
            kept = await connection.execute(requests.update().where(mine, _UNFINISHED).values(checkpoint_object=path))
        await self._objects.delete([before if kept.rowcount == 1 else path])
        return kept.rowcount == 1

    async def drop_checkpoint(self, request_id: str) -> None:
        """Delete the state that training could resume from; nothing when there is none."""
        mine = requests.c.id == request_id
        async with self._database.write() as connection:
            before = await connection.scalar(sa.select(requests.c.checkpoint_object).where(mine))
            await connection.execute(requests.update().where(mine).values(checkpoint_object=None))
        await self._objects.delete([before])

    async def read_checkpoint(self, request_id: str) -> bytes | None:
        """Give the latest checkpoint of a request that has not ended, or None."""
        query = sa.select(requests.c.user_id, requests.c.checkpoint_object).where(requests.c.id == request_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or row.checkpoint_object is None:
            return None
        try:
            return await self._objects.read(row.user_id, row.checkpoint_object)
        except NotFoundError:  # replaced by a newer one between the two reads
            return await self.read_checkpoint(request_id)

    async def preview(self, request_id: str, png: bytes) -> bool:
        """Keep a request's first sketch until the request ends, and post that it is there; once for each request.

        False, and nothing is kept, when it has one or has ended. It costs no quota. Raises NotFoundError.
        """
        request = await self.get(request_id)
        path = await self._objects.write(request.user_id, "preview", png)
        mine = sa.and_(requests.c.id == request_id, requests.c.preview_object.is_(None), _UNFINISHED)
        async with self._database.write() as connection:
            kept = await connection.execute(requests.update().where(mine).values(preview_object=path))
            if kept.rowcount == 1:
                now = self._clock()
                await outbox.post(connection, now, request.user_id, "preview_made", request_id=request_id)
        if kept.rowcount == 0:
            await self._objects.delete([path])
        return kept.rowcount == 1

    async def has_preview(self, request_id: str) -> bool:
        """Tell whether a request that has not ended has a sketch."""
        query = sa.select(requests.c.id).where(requests.c.id == request_id, requests.c.preview_object.is_not(None))
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def read_preview(self, request_id: str, user_id: str) -> bytes:
        """Give the sketch; NotFoundError when the request is another user's, has none or has ended."""
        mine = sa.and_(requests.c.id == request_id, requests.c.user_id == user_id)
        async with self._database.read() as connection:
            path = await connection.scalar(sa.select(requests.c.preview_object).where(mine))
        if path is None:
            raise NotFoundError("preview of", request_id)
        return await self._objects.read(user_id, path)

    async def read_template(self, request_id: str, user_id: str) -> bytes:
        """Give the template; NotFoundError when the request is another user's, has none or has ended."""
        mine = sa.and_(requests.c.id == request_id, requests.c.user_id == user_id)
        async with self._database.read() as connection:
            path = await connection.scalar(sa.select(requests.c.template_object).where(mine))
        if path is None:
            raise NotFoundError("template of", request_id)
        return await self._objects.read(user_id, path)

    async def _step(self, request_id: str, may: sa.ColumnElement[bool], **values: Any) -> bool:
        mine = requests.c.id == request_id
        async with self._database.write() as connection:
            changed = await connection.execute(requests.update().where(mine, may).values(values))
            if changed.rowcount == 0:
                await one_request(connection, mine, request_id)
        return changed.rowcount == 1

    async def _end(
        self, request_id: str, state: str, reason: str | None, spent: int, rows: Sequence[dict[str, Any]] = ()
    ) -> bool:
        mine, now = requests.c.id == request_id, self._clock()
        end = {"state": state, "reason": reason, "finished_at": now, **dict.fromkeys(_WORKING_OBJECTS)}
        async with self._database.write() as connection:
            before = (await connection.execute(sa.select(requests).where(mine))).one_or_none()
            if before is None:
                raise NotFoundError("request", request_id)
            changed = await connection.execute(requests.update().where(mine, _UNFINISHED).values(end))
            if changed.rowcount == 0:
                return False
            if rows:
                await connection.execute(portraits.insert(), list(rows))
            with suppress(NotFoundError):  # whoever paid for another was forgotten, and the hold with them
                await ledger.settle(connection, now, request_id, spent)
            await outbox.post(connection, now, before.user_id, _ENDS[state], request_id=request_id)
        await self._objects.delete(getattr(before, name) for name in _WORKING_OBJECTS)
        return True

    async def _list(self, query: sa.Select[Any]) -> list[Request]:
        async with self._database.read() as connection:
            return [Request(*row) for row in await connection.execute(query)]


def _oldest_first() -> sa.Select[Any]:
    return sa.select(*columns_of(requests, Request)).order_by(requests.c.created_at, requests.c.id)


async def enter(
    connection: Connection, now: datetime, new: Request, key: str | None, payer: str, *, daily: int
) -> Request:
    """Write a request down and reserve its portraits, in the caller's transaction; or give the one that has the key."""
    row = {name: getattr(new, name) for name in Request.__slots__}
    await _check_set(connection, new.user_id, new.set_id)
    if not await insert_new(connection, requests, **row, key=key):
        # The key is known; or the set went in this very moment, and then there is nothing to be found.
        same = sa.and_(requests.c.user_id == new.user_id, requests.c.key == (key or new.id))
        return await one_request(connection, same, key or new.id)
    await ledger.reserve(connection, now, payer, new.count, new.id, daily=daily)
    return new


async def _check_set(connection: Connection, user_id: str, set_id: str) -> None:
    query = sa.select(photo_sets.c.id).where(photo_sets.c.id == set_id, photo_sets.c.user_id == user_id)
    if (await connection.execute(query)).first() is None:
        raise NotFoundError("photo set", set_id)


async def _take_template(connection: Connection, request: Request) -> None:
    path = await take_over(connection, request.user_id)
    if path is None:
        raise NotFoundError("template of", request.user_id)
    mine = requests.c.id == request.id
    await connection.execute(requests.update().where(mine).values(template_object=path))


async def one_request(connection: Connection, condition: sa.ColumnElement[bool], name: str) -> Request:
    """Find a request in the caller's transaction; NotFoundError, with this name, for an unknown one."""
    row = (await connection.execute(sa.select(*columns_of(requests, Request)).where(condition))).one_or_none()
    if row is None:
        raise NotFoundError("request", name)
    return Request(*row)
