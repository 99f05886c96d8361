"""Forgetting a person, and sweeping up what crashes left behind.

Forgetting goes: a line in the second place of the deletion log (`deletions`), then the data key (from then on nothing
opens that is encrypted with it), then the objects, then the rows. A crash between is finished by the next start or
sweep. What stays is the line: keyed hashes, counts, and how much quota was left, so that coming back is not a way to
fresh free portraits. Payments and the numbers of updates stay too, without a name.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from limner.storage import ledger
from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.deletions import Deletion, Deletions
from limner.storage.errors import NotFoundError
from limner.storage.inbox import forget_lane, user_lane
from limner.storage.keys import Keys
from limner.storage.objects import Objects, owner_of
from limner.storage.receipts import Receipt, Receipts, owe
from limner.storage.schema import (
    OBJECT_COLUMNS,
    accounts,
    data_keys,
    deletion_log,
    face_loras,
    holds,
    owed_receipts,
    photos,
    portraits,
    requests,
    users,
)
from limner.storage.users import person

_NAMELESS = "forgotten:"

KEPT_OWED = timedelta(days=30)
"""So long a receipt waits for somebody who does not come to hear it."""


class Forgetting:
    """Delete persons and orphans."""

    def __init__(self, database: Database, objects: Objects, deletions: Deletions, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._objects = objects
        self._deletions = deletions
        self._keys = keys
        self._clock = clock

    async def forget(self, user_id: str, *, tell: bool = False) -> Receipt:
        """Delete everything about a user, the key first; with `tell` the receipt is owed until it is told.

        May be repeated after a crash and then gives the same receipt. Whoever asks again after a fault in the middle is
        a stranger by then: their first call is finished, and its receipt is given. Raises NotFoundError for an unknown
        user.
        """
        interrupted = None
        async with self._database.write() as connection:
            line = await self._line(connection, user_id, self._clock())
            if tell:
                user = await _user(connection, user_id)
                interrupted = await self._interrupted(connection, user.platform, user.platform_id)
                if interrupted is None:
                    await owe(connection, line.user_hash, user.platform, user.platform_id)
        await self._deletions.write(line)
        async with self._database.write() as connection:
            await self._destroy_key(connection, user_id, line.at)
        await self._database.scrub()
        await self._objects.delete_all_of(user_id)
        async with self._database.write() as connection:
            await self._release(connection, user_id)
            await connection.execute(users.delete().where(users.c.id == user_id))
        await self._database.scrub()
        return await self.receipt(user_id) if interrupted is None else await self.forget(interrupted)

    async def receipt(self, user_id: str) -> Receipt:
        """Give the receipt of a user who was forgotten; NotFoundError when none was written."""
        mine = deletion_log.c.user_hash == self._keys.fingerprint(user_id)
        async with self._database.read() as connection:
            line = (await connection.execute(sa.select(deletion_log).where(mine))).one_or_none()
        if line is None:
            raise NotFoundError("receipt of", user_id)
        return Receipt(line.at, line.photos, line.portraits, line.face_loras, key_destroyed=True)

    async def reapply(self) -> int:
        """Forget again whom the deletion log or its second place names; return how many were there.

        They are there because a backup was put back, or because a process was killed in the middle. Afterwards both
        places know the same. May be repeated, and run by several processes at once.
        """
        listed = await self._deletions.hashes()
        async with self._database.read() as connection:
            rows = await connection.execute(sa.select(*columns_of(deletion_log, Deletion)))
            logged = {row.user_hash: Deletion(*row) for row in rows}
            here = (await connection.execute(sa.select(users.c.id))).scalars().all()
            begun = set((await connection.execute(sa.select(owed_receipts.c.user_hash))).scalars())
        for user_hash in logged.keys() - listed:
            await self._deletions.write(logged[user_hash])
        for user_hash in listed - logged.keys():
            await self._restore(user_hash)
        named = listed | logged.keys() | begun
        again = [user_id for user_id in here if self._keys.fingerprint(user_id) in named]
        for user_id in again:
            with suppress(NotFoundError):  # another process was faster
                await self.forget(user_id)
        return len(again)

    async def sweep(self, older_than: timedelta = timedelta(hours=1), rows_within_s: float = 0.0) -> int:
        """Delete the objects that no row names and finish what forgetting began; return how many objects went.

        Objects younger than `older_than` are spared: their row may be on its way. So are those of people whom this
        database has never known: they belong to another one over the same store. By a clock that is hours fast what was
        just written seems old; so rows are looked for once more after `rows_within_s`.
        """
        keyless = sa.select(users.c.id).outerjoin(data_keys).where(data_keys.c.user_id.is_(None))
        async with self._database.read() as connection:
            unfinished = (await connection.execute(keyless)).scalars().all()
        for user_id in unfinished:
            with suppress(NotFoundError):  # another process was faster
                await self.forget(user_id)
        await Receipts(self._database, self._clock).sweep(KEPT_OWED)
        oldest_spared = self._clock() - older_than
        # Listed before the rows are read: an object that is written in between is not on the list.
        old = [found.path for found in await self._objects.listing() if found.modified_at < oldest_spared]
        orphans = await self._unnamed(old)
        if orphans and rows_within_s:
            await asyncio.sleep(rows_within_s)
            orphans = await self._unnamed(orphans)
        ours = await self._known({owner_of(path) for path in orphans})
        return await self._objects.delete(path for path in orphans if owner_of(path) in ours)

    async def _unnamed(self, paths: Sequence[str]) -> list[str]:
        every = sa.union_all(*(sa.select(column).where(column.is_not(None)) for column in OBJECT_COLUMNS))
        async with self._database.read() as connection:
            named = set((await connection.execute(every)).scalars())
        return [path for path in paths if path not in named]

    async def _known(self, owners: set[str]) -> set[str]:
        """Pick out those who are users or were forgotten."""
        async with self._database.read() as connection:
            here = set((await connection.execute(sa.select(users.c.id))).scalars())
            forgotten = set((await connection.execute(sa.select(deletion_log.c.user_hash))).scalars())
        return {owner for owner in owners if owner in here or self._keys.fingerprint(owner) in forgotten}

    async def _interrupted(self, connection: Connection, platform: str, platform_id: str) -> str | None:
        """Find the user whom an interrupted call has made nameless, and whose receipt this person is owed."""
        mine = (owed_receipts.c.platform == platform, owed_receipts.c.platform_id == platform_id)
        hashes = set((await connection.execute(sa.select(owed_receipts.c.user_hash).where(*mine))).scalars())
        if not hashes:
            return None
        nameless = sa.select(users.c.id).where(users.c.platform == platform, users.c.platform_id.startswith(_NAMELESS))
        left = (await connection.execute(nameless)).scalars().all()
        return next((user_id for user_id in left if self._keys.fingerprint(user_id) in hashes), None)

    async def _release(self, connection: Connection, user_id: str) -> None:
        """Give back what is held for requests that end here; somebody else may have paid for them."""
        query = sa.select(holds.c.key).join(requests, requests.c.id == holds.c.key).where(requests.c.user_id == user_id)
        for key in (await connection.execute(query.where(holds.c.state == "held"))).scalars().all():
            await ledger.settle(connection, self._clock(), key, 0)

    async def _restore(self, user_hash: str) -> None:
        line = await self._deletions.read(user_hash)
        if line is not None:
            async with self._database.write() as connection:
                await insert_new(connection, deletion_log, **asdict(line))

    async def _line(self, connection: Connection, user_id: str, now: datetime) -> Deletion:
        """Give the line that is there already, or draw one up. Raises NotFoundError for an unknown user."""
        user = await _user(connection, user_id)
        user_hash = self._keys.fingerprint(user_id)
        logged = sa.select(*columns_of(deletion_log, Deletion)).where(deletion_log.c.user_hash == user_hash)
        row = (await connection.execute(logged)).one_or_none()
        if row is not None:
            return Deletion(*row)
        left = sa.select(accounts.c.available + accounts.c.held).where(accounts.c.user_id == user_id)
        return Deletion(
            user_hash=user_hash,
            person_hash=self._keys.fingerprint(person(user.platform, user.platform_id)),
            at=now,
            photos=await _count(connection, photos, user_id),
            portraits=await _count(connection, portraits, user_id),
            face_loras=await _count(connection, face_loras, user_id),
            quota_left=await connection.scalar(left) or 0,
        )

    async def _destroy_key(self, connection: Connection, user_id: str, now: datetime) -> None:
        user = await _user(connection, user_id)
        # Drawn up anew: something may have been spent since the line in the second place was.
        line = await self._line(connection, user_id, now)
        if not await self._keys.destroy(connection, user_id):
            return  # an earlier call came this far
        await insert_new(connection, deletion_log, **asdict(line))
        await forget_lane(connection, now, user.platform, user_lane(user.platform_id))
        # From here the person is a stranger: writing again makes a new user even if we die before the rows go.
        nameless = {"platform_id": f"{_NAMELESS}{user_id}"}
        await connection.execute(users.update().where(users.c.id == user_id).values(nameless))


async def _user(connection: Connection, user_id: str) -> sa.Row[Any]:
    user = (await connection.execute(sa.select(users).where(users.c.id == user_id))).one_or_none()
    if user is None:
        raise NotFoundError("user", user_id)
    return user


async def _count(connection: Connection, table: sa.Table, user_id: str) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(table.c.user_id == user_id)
    counted: int = (await connection.execute(query)).scalar_one()
    return counted
