"""Face LoRAs: the weights trained for one sitter, and the reference that lets the engine render again without photos.

Both are biometric data: encrypted, and gone with their sitter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from limner.storage.database import Clock, Database, columns_of
from limner.storage.errors import NotFoundError
from limner.storage.objects import Objects
from limner.storage.schema import face_loras, photo_sets


@dataclass(frozen=True, slots=True)
class FaceLora:
    """A trained Face LoRA; `base` is the fingerprint or name of the base model it fits."""

    id: str
    user_id: str
    set_id: str
    base: str
    meta: Mapping[str, Any]
    created_at: datetime


class FaceLoras:
    """Keep Face LoRAs."""

    def __init__(self, database: Database, objects: Objects, clock: Clock) -> None:
        self._database = database
        self._objects = objects
        self._clock = clock

    async def save(
        self,
        user_id: str,
        set_id: str,
        data: bytes,
        base: str,
        meta: Mapping[str, Any],
        reference: bytes | None = None,
    ) -> FaceLora:
        """Keep a Face LoRA (and the engine's `reference`); a second one for the same set and base supersedes it.

        Raises NotFoundError when the set is not this user's.
        """
        lora = FaceLora(uuid4().hex, user_id, set_id, base, dict(meta), self._clock())
        row = {name: getattr(lora, name) for name in FaceLora.__slots__}
        row["weights_object"] = await self._objects.write(user_id, "face-lora", data)
        row["reference_object"] = await self._objects.write_some(user_id, "reference", reference)
        mine = sa.select(photo_sets.c.id).where(photo_sets.c.id == set_id, photo_sets.c.user_id == user_id)
        async with self._database.write() as connection:
            known = (await connection.execute(mine)).first() is not None
            if known:
                await connection.execute(face_loras.insert().values(row))
        if not known:
            await self._objects.delete([row["weights_object"], row["reference_object"]])
            raise NotFoundError("photo set", set_id)
        return lora

    async def for_set(self, set_id: str, base: str) -> FaceLora | None:
        """Give the newest Face LoRA of a set for a base model."""
        return await self._newest(face_loras.c.set_id == set_id, face_loras.c.base == base)

    async def learned(self, set_id: str) -> bool:
        """Tell whether a set has a Face LoRA, for whatever base model."""
        query = sa.select(face_loras.c.id).where(face_loras.c.set_id == set_id).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def latest(self, user_id: str, base: str) -> FaceLora | None:
        """Give a sitter's newest Face LoRA for a base model."""
        return await self._newest(face_loras.c.user_id == user_id, face_loras.c.base == base)

    async def read(self, face_lora_id: str, user_id: str) -> bytes:
        """Give the weights (safetensors); NotFoundError when they are another user's."""
        path = await self._path(face_loras.c.weights_object, face_lora_id, user_id)
        if path is None:
            raise NotFoundError("Face LoRA", face_lora_id)
        return await self._objects.read(user_id, path)

    async def read_reference(self, face_lora_id: str, user_id: str) -> bytes | None:
        """Give the reference that was saved with the weights, if any; NotFoundError when it is another user's."""
        path = await self._path(face_loras.c.reference_object, face_lora_id, user_id)
        return None if path is None else await self._objects.read(user_id, path)

    async def _newest(self, *conditions: sa.ColumnElement[bool]) -> FaceLora | None:
        newest = sa.select(*columns_of(face_loras, FaceLora)).order_by(face_loras.c.created_at.desc()).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(newest.where(*conditions))).one_or_none()
        return None if row is None else FaceLora(*row)

    async def _path(self, column: sa.Column[str], face_lora_id: str, user_id: str) -> str | None:
        query = sa.select(column).where(face_loras.c.id == face_lora_id, face_loras.c.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("Face LoRA", face_lora_id)
        path: str | None = row[0]
        return path
