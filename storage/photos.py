"""Photos: what a sitter sent, one set at a time, and what the examination said of each."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from limner.storage import outbox
from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.errors import DuplicatePhotoError, NotFoundError, SetClosedError, StorageError
from limner.storage.objects import Objects
from limner.storage.schema import photo_sets, photos

_PARTS = (photos.c.original_object, photos.c.thumbnail_object, photos.c.embedding_object)
_NO_PARTS = dict.fromkeys((part.name for part in _PARTS), None)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a set; `reason` says why it was refused."""

    id: str
    set_id: str
    user_id: str
    state: Literal["received", "accepted", "refused", "deleted"]
    reason: str | None
    created_at: datetime
    sha256: str


class Photos:
    """Keep photos, their thumbnails and embeddings, all of them encrypted."""

    def __init__(self, database: Database, objects: Objects, clock: Clock) -> None:
        self._database = database
        self._objects = objects
        self._clock = clock

    async def open_set(self, user_id: str) -> str:
        """Give the set this sitter is collecting now, or begin one. Raises NotFoundError for an unknown user."""
        mine = sa.select(photo_sets.c.id).where(photo_sets.c.user_id == user_id, photo_sets.c.state == "open")
        row = {"id": uuid4().hex, "user_id": user_id, "state": "open", "created_at": self._clock()}
        async with self._database.read() as connection:  # spares the one writer, who is asked at every photo
            found: str | None = (await connection.execute(mine)).scalar_one_or_none()
        if found is not None:
            return found
        async with self._database.write() as connection:
            found = (await connection.execute(mine)).scalar_one_or_none()
            if found is None and not await insert_new(connection, photo_sets, **row):
                found = (await connection.execute(mine)).scalar_one_or_none()
                if found is None:
                    raise NotFoundError("user", user_id)
        return found or str(row["id"])

    async def add(self, user_id: str, set_id: str, data: bytes, dedupe_key: str | None = None) -> Photo:
        """Keep a photo in state `received`. `dedupe_key` is the platform's own name for it.

        Raises DuplicatePhotoError when the set has the same bytes or key already, SetClosedError after its originals
        were deleted, NotFoundError when the set is not this user's.
        """
        photo = Photo(uuid4().hex, set_id, user_id, "received", None, self._clock(), hashlib.sha256(data).hexdigest())
        async with self._database.read() as connection:  # spares the object when the answer is no already
            await _check_free(connection, photo, dedupe_key)
        path = await self._objects.write(user_id, "photo", data)
        row = {name: getattr(photo, name) for name in Photo.__slots__}
        row |= {"dedupe_key": dedupe_key, "original_object": path}
        try:
            async with self._database.write() as connection:
                await _check_free(connection, photo, dedupe_key)
                await connection.execute(photos.insert().values(row))
        except StorageError:
            await self._objects.delete([path])
            raise
        return photo

    async def get(self, photo_id: str, user_id: str) -> Photo:
        """Find a photo of this user; NotFoundError for anybody else's."""
        query = sa.select(*columns_of(photos, Photo)).where(photos.c.id == photo_id, photos.c.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("photo", photo_id)
        return Photo(*row)

    async def read(self, photo_id: str, user_id: str) -> bytes:
        """Give the photo as it was sent; NotFoundError when it is another user's or deleted."""
        path = await self._part(photos.c.original_object, photo_id, user_id)
        if path is None:
            raise NotFoundError("original of photo", photo_id)
        return await self._objects.read(user_id, path)

    async def thumbnail(self, photo_id: str, user_id: str) -> bytes | None:
        """Give the thumbnail, None before the examination; NotFoundError when the photo is another user's."""
        path = await self._part(photos.c.thumbnail_object, photo_id, user_id)
        return None if path is None else await self._objects.read(user_id, path)

    async def accept(self, photo_id: str, *, embedding: bytes, thumbnail: bytes, quality: Mapping[str, Any]) -> bool:
        """Settle a photo as accepted; False when it was settled before. Raises NotFoundError when it is gone."""
        values = {"state": "accepted", "quality": dict(quality)}
        return await self._settle(photo_id, values, thumbnail=thumbnail, embedding=embedding)

    async def refuse(self, photo_id: str, reason: str, thumbnail: bytes | None = None) -> bool:
        """Settle a photo as refused for a reason, and delete its original: it may show who never agreed to anything.

        False when it was settled before, NotFoundError when it is gone.
        """
        values = {"state": "refused", "reason": reason, "original_object": None}
        return await self._settle(photo_id, values, thumbnail=thumbnail)

    async def of_set(self, set_id: str) -> list[Photo]:
        """List a set's photos in the order they came."""
        query = (
            sa.select(*columns_of(photos, Photo))
            .where(photos.c.set_id == set_id)
            .order_by(photos.c.created_at, photos.c.id)
        )
        async with self._database.read() as connection:
            return [Photo(*row) for row in await connection.execute(query)]

    async def received(self) -> list[Photo]:
        """List everybody's photos that wait for their examination, oldest first."""
        query = (
            sa.select(*columns_of(photos, Photo))
            .where(photos.c.state == "received")
            .order_by(photos.c.created_at, photos.c.id)
        )
        async with self._database.read() as connection:
            return [Photo(*row) for row in await connection.execute(query)]

    async def embeddings(self, set_id: str) -> dict[str, bytes]:
        """Give the embedding of every accepted photo of a set, by photo id, oldest first."""
        query = (
            sa.select(photos.c.id, photos.c.user_id, photos.c.embedding_object)
            .where(photos.c.set_id == set_id, photos.c.embedding_object.is_not(None))
            .order_by(photos.c.created_at, photos.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        known = {}
        for row in rows:
            with suppress(NotFoundError):  # removed by its sitter since we looked
                known[row.id] = await self._objects.read(row.user_id, row.embedding_object)
        return known

    async def remove(self, photo_id: str, user_id: str) -> None:
        """Delete one photo, row and all; it may be sent again. Raises NotFoundError when it is not this user's."""
        mine = sa.and_(photos.c.id == photo_id, photos.c.user_id == user_id)
        if not await self._delete_rows(mine):
            raise NotFoundError("photo", photo_id)

    async def clear_set(self, set_id: str) -> int:
        """Delete every photo of a set, which stays open; return how many there were."""
        return await self._delete_rows(photos.c.set_id == set_id)

    async def close_set(self, set_id: str) -> bool:
        """Let a set take no more photos; `open_set` begins the next one. False when it was closed before.

        Its photos stay until `delete_originals`.
        """
        mine = sa.and_(photo_sets.c.id == set_id, photo_sets.c.state == "open")
        async with self._database.write() as connection:
            closed = await connection.execute(photo_sets.update().where(mine).values(state="closed"))
        return closed.rowcount == 1

    async def delete_originals(self, set_id: str) -> int:
        """Delete what shows the sitter (originals, thumbnails, embeddings) and close the set.

        The rows stay in state `deleted`. Returns how many photos that were; a second call finds none.
        """
        left = sa.and_(photos.c.set_id == set_id, photos.c.state != "deleted")
        async with self._database.write() as connection:
            await connection.execute(photo_sets.update().where(photo_sets.c.id == set_id).values(state="closed"))
            rows = (await connection.execute(sa.select(*_PARTS).where(left))).all()
            await connection.execute(photos.update().where(left).values(state="deleted", **_NO_PARTS))
        await self._objects.delete(path for row in rows for path in row)
        return len(rows)

    async def _settle(
        self, photo_id: str, values: dict[str, Any], *, thumbnail: bytes | None, embedding: bytes | None = None
    ) -> bool:
        async with self._database.read() as connection:
            user_id, original = await _owner(connection, photo_id)
        paths = {
            "thumbnail_object": await self._objects.write_some(user_id, "thumbnail", thumbnail),
            "embedding_object": await self._objects.write_some(user_id, "embedding", embedding),
        }
        mine = sa.and_(photos.c.id == photo_id, photos.c.state == "received")
        async with self._database.write() as connection:
            changed = await connection.execute(photos.update().where(mine).values(**values, **paths))
            settled = changed.rowcount == 1
            if settled:
                await outbox.post(connection, self._clock(), user_id, "photo_examined", photo_id=photo_id)
        if not settled:
            await self._objects.delete(paths.values())
            async with self._database.read() as connection:
                await _owner(connection, photo_id)  # raises when the photo was removed meanwhile
        elif values["state"] == "refused":
            await self._objects.delete([original])
        return settled

    async def _delete_rows(self, condition: sa.ColumnElement[bool]) -> int:
        async with self._database.write() as connection:
            rows = (await connection.execute(sa.select(*_PARTS).where(condition))).all()
            await connection.execute(photos.delete().where(condition))
        await self._objects.delete(path for row in rows for path in row)
        return len(rows)

    async def _part(self, part: sa.Column[str], photo_id: str, user_id: str) -> str | None:
        query = sa.select(part).where(photos.c.id == photo_id, photos.c.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("photo", photo_id)
        path: str | None = row[0]
        return path


async def _owner(connection: Connection, photo_id: str) -> tuple[str, str | None]:
    """Name a photo's owner, and its original's path."""
    query = sa.select(photos.c.user_id, photos.c.original_object).where(photos.c.id == photo_id)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NotFoundError("photo", photo_id)
    return found.user_id, found.original_object


async def _check_free(connection: Connection, photo: Photo, dedupe_key: str | None) -> None:
    mine = sa.select(photo_sets.c.state).where(photo_sets.c.id == photo.set_id, photo_sets.c.user_id == photo.user_id)
    state = (await connection.execute(mine)).scalar_one_or_none()
    if state is None:
        raise NotFoundError("photo set", photo.set_id)
    if state != "open":
        raise SetClosedError(photo.set_id)
    same = photos.c.sha256 == photo.sha256
    if dedupe_key is not None:
        same |= photos.c.dedupe_key == dedupe_key
    known = sa.select(photos.c.id).where(photos.c.set_id == photo.set_id, same).limit(1)
    found = (await connection.execute(known)).scalar_one_or_none()
    if found is not None:
        raise DuplicatePhotoError(found)
