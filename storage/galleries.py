"""What an avatar event shows in public: the portraits of those who agreed, and the poster made of them.

A post is written down as the platform's own reference, and taken away when its member wants it no more or is gone. The
poster has versions: each that is wanted is made by a worker and shown in place of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from limner.storage.database import Database, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.events import is_stale, one_event
from limner.storage.objects import Objects
from limner.storage.schema import event_members, event_shows, events, portraits, requests, users


@dataclass(frozen=True, slots=True)
class Show:
    """A portrait to be shown: the best of what an event brought a member."""

    user_id: str
    name: str
    portrait_id: str


class Galleries:
    """Keep what events show. Every call may be repeated."""

    def __init__(self, database: Database, objects: Objects) -> None:
        self._database = database
        self._objects = objects

    async def due(self, event_id: str) -> list[Show]:
        """List the portraits that may be shown and are not yet, oldest first."""
        posted = sa.exists().where(event_shows.c.event_id == event_id, event_shows.c.user_id == event_members.c.user_id)
        return await self._best(event_id, event_members.c.gallery, ~posted)

    async def on_show(self, event_id: str) -> list[Show]:
        """List the portraits that are shown, oldest first: the poster is made of them."""
        posted = sa.exists().where(event_shows.c.event_id == event_id, event_shows.c.user_id == event_members.c.user_id)
        return await self._best(event_id, event_members.c.gallery, posted)

    async def shown(self, event_id: str, user_id: str, reference: str) -> None:
        """Write down that a member's portrait is posted as `reference`; one who was forgotten meanwhile: to be gone."""
        known = sa.select(users.c.id).where(users.c.id == user_id)
        async with self._database.write() as connection:
            owner = user_id if (await connection.execute(known)).first() is not None else None
            row = {"event_id": event_id, "reference": reference}
            if not await insert_new(connection, event_shows, **row, user_id=owner):
                # The member has a post already, from another process: this one is nobody's and goes.
                await insert_new(connection, event_shows, **row, user_id=None)

    async def stale(self, event_id: str) -> Sequence[str]:
        """List the references of posts that must be taken away."""
        query = sa.select(event_shows.c.reference).where(event_shows.c.event_id == event_id, is_stale())
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalars().all()

    async def taken_away(self, event_id: str, reference: str) -> None:
        """Write down that a post is gone; a poster that had been made of it is wanted anew."""
        mine = sa.and_(event_shows.c.event_id == event_id, event_shows.c.reference == reference)
        again = sa.and_(events.c.id == event_id, events.c.poster_wanted > 0)
        async with self._database.write() as connection:
            if (await connection.execute(event_shows.delete().where(mine))).rowcount == 1:
                await connection.execute(events.update().where(again).values(poster_wanted=events.c.poster_wanted + 1))

    async def want_poster(self, event_id: str) -> None:
        """Ask for the first poster of an event; nothing where one was asked for before."""
        first = sa.and_(events.c.id == event_id, events.c.poster_wanted == 0)
        async with self._database.write() as connection:
            await connection.execute(events.update().where(first).values(poster_wanted=1))

    async def save_poster(self, event_id: str, version: int, picture: bytes) -> bool:
        """Keep a version of the poster in place of older ones; False where a newer one is there.

        It is encrypted with the community's key. Raises NotFoundError for an unknown event.
        """
        async with self._database.read() as connection:
            event = await one_event(connection, event_id)
        path = await self._objects.write(event.community_id, "poster", picture)
        newer = sa.and_(events.c.id == event_id, events.c.poster_made < version)
        async with self._database.write() as connection:
            before = await connection.scalar(sa.select(events.c.poster_object).where(events.c.id == event_id))
            changed = await connection.execute(
                events.update().where(newer).values(poster_made=version, poster_object=path)
            )
        kept = changed.rowcount == 1
        await self._objects.delete([before if kept else path])
        return kept

    async def read_poster(self, event_id: str) -> bytes:
        """Give the newest poster (JPEG); NotFoundError where there is none."""
        query = sa.select(events.c.community_id, events.c.poster_object).where(events.c.id == event_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None or row.poster_object is None:
            raise NotFoundError("poster of", event_id)
        return await self._objects.read(row.community_id, row.poster_object)

    async def give_up(self, event_id: str) -> None:
        """End everything that concerns an event's place, which is gone: posts, poster, words."""
        over = {"told": True, "poster_shown": events.c.poster_wanted, "poster": None}
        async with self._database.write() as connection:
            await connection.execute(event_shows.delete().where(event_shows.c.event_id == event_id))
            await connection.execute(events.update().where(events.c.id == event_id).values(**over))

    async def _best(self, event_id: str, *conditions: sa.ColumnElement[bool]) -> list[Show]:
        mine = sa.and_(requests.c.event_id == event_members.c.event_id, requests.c.user_id == event_members.c.user_id)
        query = (
            sa.select(event_members.c.user_id, event_members.c.name, portraits.c.id, portraits.c.n)
            .join(requests, mine)
            .join(portraits, portraits.c.request_id == requests.c.id)
            .where(event_members.c.event_id == event_id, requests.c.state == "made", *conditions)
            .order_by(event_members.c.joined_at, portraits.c.n.desc())
        )
        async with self._database.read() as connection:
            # The best has the lowest rank; those that were deleted by their owner leave the next one.
            best = {row.user_id: Show(row.user_id, row.name, row.id) for row in await connection.execute(query)}
        return list(best.values())
