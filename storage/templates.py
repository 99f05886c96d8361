"""Templates: a picture in whose place a person wants to be painted, until their next request takes it over.

One for each person: a new one takes the place of the old one. From then on it is the request's, and goes with its end.
"""

import sqlalchemy as sa

from limner.storage.database import Clock, Connection, Database, insert_new
from limner.storage.objects import Objects
from limner.storage.schema import templates


class Templates:
    """Keep templates that wait for a request."""

    def __init__(self, database: Database, objects: Objects, clock: Clock) -> None:
        self._database = database
        self._objects = objects
        self._clock = clock

    async def keep(self, user_id: str, picture: bytes) -> None:
        """Keep a picture as it was sent, in place of the one that waited. Raises NotFoundError for an unknown user."""
        path = await self._objects.write(user_id, "template", picture)
        async with self._database.write() as connection:
            before = await take_over(connection, user_id)
            new = {"user_id": user_id, "template_object": path, "created_at": self._clock()}
            kept = await insert_new(connection, templates, **new)  # not if the person was forgotten meanwhile
        await self._objects.delete([before] if kept else [before, path])

    async def waits(self, user_id: str) -> bool:
        """Tell whether a user has a template that no request has taken over."""
        query = sa.select(templates.c.user_id).where(templates.c.user_id == user_id)
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def drop(self, user_id: str) -> bool:
        """Delete the template that waits; False where there is none."""
        async with self._database.write() as connection:
            before = await take_over(connection, user_id)
        await self._objects.delete([before])
        return before is not None


async def take_over(connection: Connection, user_id: str) -> str | None:
    """Take a user's template out of its place and return its object's path; None where there is none."""
    gone = templates.delete().where(templates.c.user_id == user_id).returning(templates.c.template_object)
    path: str | None = (await connection.execute(gone)).scalar_one_or_none()
    return path
