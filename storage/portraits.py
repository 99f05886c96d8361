"""Portraits: what goes back to the sitter, reachable by that sitter alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from limner.storage.database import Database, columns_of, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.objects import Objects
from limner.storage.schema import portrait_copies, portraits


@dataclass(frozen=True, slots=True)
class NewPortrait:
    """A portrait on its way into storage; `n` is its rank in the request, 0 the best."""

    n: int
    png: bytes
    likeness: float | None
    seed: int
    style: str
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Portrait:
    """A stored portrait without its pixels."""

    id: str
    request_id: str
    user_id: str
    n: int
    style: str
    seed: int
    likeness: float | None
    created_at: datetime


class Portraits:
    """Find, read and delete portraits; `Requests.made` is the only way in.

    A copy is a JPEG of at most so many bytes, square or as the portrait is. It goes when its portrait goes.
    """

    def __init__(self, database: Database, objects: Objects) -> None:
        self._database = database
        self._objects = objects

    async def of_request(self, request_id: str) -> list[Portrait]:
        """List a request's portraits, best first."""
        query = _select().where(portraits.c.request_id == request_id).order_by(portraits.c.n)
        return await self._list(query)

    async def of_user(self, user_id: str, limit: int = 100) -> list[Portrait]:
        """List a user's portraits, newest request first, best first within it."""
        newest = (portraits.c.created_at.desc(), portraits.c.request_id, portraits.c.n)
        return await self._list(_select().where(portraits.c.user_id == user_id).order_by(*newest).limit(limit))

    async def read(self, portrait_id: str, user_id: str) -> bytes:
        """Give the PNG; NotFoundError when it is another user's or deleted."""
        query = sa.select(portraits.c.png_object).where(_mine(portrait_id, user_id))
        async with self._database.read() as connection:
            path = (await connection.execute(query)).scalar_one_or_none()
        if path is None:
            raise NotFoundError("portrait", portrait_id)
        return await self._objects.read(user_id, path)

    async def delete(self, portrait_id: str, user_id: str) -> None:
        """Delete a portrait and its copies for good; NotFoundError when it is another user's or deleted already."""
        mine = _mine(portrait_id, user_id)
        copied = sa.select(portrait_copies.c.jpeg_object).where(portrait_copies.c.portrait_id == portrait_id)
        async with self._database.write() as connection:
            path = await connection.scalar(sa.select(portraits.c.png_object).where(mine))
            if path is None:
                raise NotFoundError("portrait", portrait_id)
            copies = (await connection.execute(copied)).scalars().all()
            await connection.execute(portraits.delete().where(mine))
        await self._objects.delete([path, *copies])

    async def read_copy(self, portrait_id: str, user_id: str, most_bytes: int, *, square: bool) -> bytes | None:
        """Give a portrait's copy, None before it is made; NotFoundError when the portrait is another's or deleted."""
        copied = sa.and_(
            portrait_copies.c.portrait_id == portraits.c.id,
            portrait_copies.c.most_bytes == most_bytes,
            portrait_copies.c.square == square,
        )
        whole = portraits.outerjoin(portrait_copies, copied)
        query = sa.select(portrait_copies.c.jpeg_object).select_from(whole).where(_mine(portrait_id, user_id))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("portrait", portrait_id)
        return None if row.jpeg_object is None else await self._objects.read(user_id, row.jpeg_object)

    async def save_copy(self, portrait_id: str, user_id: str, most_bytes: int, jpeg: bytes, *, square: bool) -> None:
        """Keep a portrait's copy; one that is there already stays. NotFoundError as for `read_copy`."""
        path = await self._objects.write(user_id, "copy", jpeg)
        row = {"portrait_id": portrait_id, "most_bytes": most_bytes, "square": square, "jpeg_object": path}
        async with self._database.write() as connection:
            mine = sa.select(portraits.c.id).where(_mine(portrait_id, user_id))
            there = (await connection.execute(mine)).first() is not None
            kept = there and await insert_new(connection, portrait_copies, **row)
        if not kept:
            await self._objects.delete([path])
        if not there:
            raise NotFoundError("portrait", portrait_id)

    async def _list(self, query: sa.Select[Any]) -> list[Portrait]:
        async with self._database.read() as connection:
            return [Portrait(*row) for row in await connection.execute(query)]


async def rows_for(
    objects: Objects, request_id: str, user_id: str, now: datetime, new: Sequence[NewPortrait]
) -> list[dict[str, Any]]:
    """Write the PNGs as objects and return the rows that name them, not inserted yet."""
    return [
        {
            "id": uuid4().hex,
            "request_id": request_id,
            "user_id": user_id,
            "n": portrait.n,
            "style": portrait.style,
            "seed": portrait.seed,
            "likeness": portrait.likeness,
            "meta": dict(portrait.meta),
            "png_object": await objects.write(user_id, "portrait", portrait.png),
            "created_at": now,
        }
        for portrait in new
    ]


def _select() -> sa.Select[Any]:
    return sa.select(*columns_of(portraits, Portrait))


def _mine(portrait_id: str, user_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(portraits.c.id == portrait_id, portraits.c.user_id == user_id)
