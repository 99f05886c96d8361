"""Retention: what shows a person's face goes when its time is over, without being asked for.

Photos, templates, Face LoRAs, the engine's references and sitters' embeddings are as old as their row; portraits are
as old as the end of their request and go with it. A set from which a request waits or is being painted is left alone
as a whole. Notices go with what they are about: news of portraits that are gone would bring nothing. What stays is the
person, what they agreed to for themselves, and the ledger.

Set by set, each in a short transaction of its own, the objects after their rows: whoever is killed in between leaves
objects that no row names, which the sweep takes, and sets that the next run finds as they were.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from limner.storage.database import Clock, Connection, Database
from limner.storage.objects import Objects
from limner.storage.schema import (
    OBJECT_COLUMNS,
    chat_states,
    event_shows,
    events,
    face_loras,
    outbox,
    photo_sets,
    photos,
    portrait_copies,
    portraits,
    requests,
    sitters,
    templates,
)

_UNFINISHED = requests.c.state.in_(("queued", "running"))


class Retention:
    """Delete what is too old."""

    def __init__(self, database: Database, objects: Objects, clock: Clock) -> None:
        self._database = database
        self._objects = objects
        self._clock = clock

    async def retire(self, days: int) -> int:
        """Delete what is older than so many days; 0 keeps everything. Return how many objects went.

        May be repeated, and run by several processes at once. Raises ValueError for a negative number.
        """
        if days < 0:
            raise ValueError(f"Nothing can be kept for {days} days.")
        if days == 0:
            return 0
        before = self._clock() - timedelta(days=days)
        gone = 0
        for set_id in await self._due(before):
            async with self._database.write() as connection:
                paths = await _delete_old(connection, set_id, before)
            gone += await self._objects.delete(paths)
        async with self._database.write() as connection:
            await _delete_traces(connection, before)
            paths = await _delete_templates(connection, before)
        return gone + await self._objects.delete(paths)

    async def _due(self, before: datetime) -> Sequence[str]:
        """List the sets in which something is too old, without those that are being painted."""
        old = sa.union(
            sa.select(photos.c.set_id).where(photos.c.created_at < before),
            sa.select(face_loras.c.set_id).where(face_loras.c.created_at < before),
            sa.select(sitters.c.set_id).where(sitters.c.created_at < before),
            sa.select(requests.c.set_id).where(requests.c.finished_at < before),
            sa.select(photo_sets.c.id).where(photo_sets.c.state == "closed", photo_sets.c.created_at < before),
        ).subquery()
        busy = sa.select(requests.c.set_id).where(_UNFINISHED)
        query = sa.select(old.c.set_id).where(old.c.set_id.not_in(busy)).order_by(old.c.set_id)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalars().all()


async def _delete_old(connection: Connection, set_id: str, before: datetime) -> list[str | None]:
    """Delete the rows of a set that are too old, and the set with the last of them; return the paths they named."""
    busy = sa.select(requests.c.id).where(requests.c.set_id == set_id, _UNFINISHED)
    if (await connection.execute(busy)).first() is not None:
        return []
    paths: list[str | None] = []
    for table, old in _old_rows(set_id, before):
        objects = [column for column in OBJECT_COLUMNS if column.table is table]
        for row in await connection.execute(table.delete().where(old).returning(*objects)):
            paths += row
    await connection.execute(photo_sets.delete().where(_is_empty(set_id, before)))
    return paths


def _old_rows(set_id: str, before: datetime) -> Iterator[tuple[sa.Table, sa.ColumnElement[bool]]]:
    ended = sa.and_(requests.c.set_id == set_id, requests.c.finished_at < before)
    # Before what they belong to: a row that the database deletes by itself does not tell its object's path.
    old = portraits.c.request_id.in_(sa.select(requests.c.id).where(ended))
    yield portrait_copies, portrait_copies.c.portrait_id.in_(sa.select(portraits.c.id).where(old))
    yield portraits, old
    yield requests, ended
    for table in (face_loras, photos, sitters):
        yield table, sa.and_(table.c.set_id == set_id, table.c.created_at < before)


def _is_empty(set_id: str, before: datetime) -> sa.ColumnElement[bool]:
    # An open set stays, empty as it may be: a photo for it could be on its way in.
    old = sa.and_(photo_sets.c.id == set_id, photo_sets.c.state == "closed", photo_sets.c.created_at < before)
    parts = (sa.exists().where(table.c.set_id == set_id) for table in (photos, face_loras, sitters, requests))
    return sa.and_(old, *(~part for part in parts))


async def _delete_templates(connection: Connection, before: datetime) -> list[str | None]:
    """Delete templates that no request has taken over; return their paths."""
    old = templates.delete().where(templates.c.created_at < before).returning(templates.c.template_object)
    return list((await connection.execute(old)).scalars())


async def _delete_traces(connection: Connection, before: datetime) -> None:
    """Delete old notices, and lead conversations away from sets that nothing can be painted from any more."""
    await connection.execute(outbox.delete().where(outbox.c.delivered_at < before))
    learned = sa.exists().where(face_loras.c.set_id == chat_states.c.set_id)
    good = sa.exists().where(photos.c.set_id == chat_states.c.set_id, photos.c.state == "accepted")
    lost = sa.and_(chat_states.c.set_id.is_not(None), ~learned, ~good)
    await connection.execute(chat_states.update().where(lost).values(set_id=None))
    shown = sa.exists().where(event_shows.c.event_id == events.c.id)
    await connection.execute(events.delete().where(events.c.ended_at < before, events.c.told, ~shown))
