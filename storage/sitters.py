"""Sitters: whose face an account has had painted, so that another person's is asked about.

One mean embedding for each set that was painted from, encrypted like every embedding, as old as its Face LoRA and gone
with it. A row that names a version of the text is a consent: whoever has the account has said that this person agreed.
"""

from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa

from limner.storage.database import Clock, Database
from limner.storage.errors import NotFoundError
from limner.storage.objects import Objects
from limner.storage.schema import photo_sets, sitters


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody whom an account has had painted; `embedding` holds float32 numbers."""

    set_id: str
    embedding: bytes
    consent_version: str | None


class Sitters:
    """Keep sitters."""

    def __init__(self, database: Database, objects: Objects, clock: Clock) -> None:
        self._database = database
        self._objects = objects
        self._clock = clock

    async def keep(self, user_id: str, set_id: str, embedding: bytes, consent_version: str | None = None) -> None:
        """Write a sitter down. Raises NotFoundError when the set is not this user's."""
        path = await self._objects.write(user_id, "embedding", embedding)
        row = {"id": uuid4().hex, "user_id": user_id, "set_id": set_id, "consent_version": consent_version}
        mine = sa.select(photo_sets.c.id).where(photo_sets.c.id == set_id, photo_sets.c.user_id == user_id)
        async with self._database.write() as connection:
            known = (await connection.execute(mine)).first() is not None
            if known:
                now = self._clock()
                await connection.execute(sitters.insert().values(**row, embedding_object=path, created_at=now))
        if not known:
            await self._objects.delete([path])
            raise NotFoundError("photo set", set_id)

    async def of_user(self, user_id: str) -> list[Sitter]:
        """List everybody whom an account has had painted, oldest first."""
        query = sa.select(sitters).where(sitters.c.user_id == user_id).order_by(sitters.c.created_at, sitters.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        known = []
        for row in rows:
            with suppress(NotFoundError):  # its time was over since we looked
                embedding = await self._objects.read(user_id, row.embedding_object)
                known.append(Sitter(row.set_id, embedding, row.consent_version))
        return known
