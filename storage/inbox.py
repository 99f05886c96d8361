"""The inbox: what a platform sent, written down before it is acknowledged, kept until it is done.

One row for each update of a platform. Its body (the platform's JSON: ids and texts, never a photo) is there only until
the update is done; the bare number stays for some days, so that an update that comes again is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from limner.storage.database import Clock, Connection, Database, columns_of, insert_all_new
from limner.storage.schema import inbox

NOBODY = ""
"""The lane of what belonged to somebody who was forgotten."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update that waits. `lane` says whose it is: the updates of one lane are handled in their order."""

    platform: str
    update_id: int
    lane: str
    body: bytes
    created_at: datetime


def user_lane(platform_id: str) -> str:
    """Name the lane of a person by the platform's own id; `forget_lane` empties it."""
    return f"user:{platform_id}"


async def forget_lane(connection: Connection, now: datetime, platform: str, lane: str) -> int:
    """Take bodies and name out of a lane's updates, in the caller's transaction; return how many there were.

    The numbers stay as done: an update that comes again must not make the forgotten person anew.
    """
    mine = sa.and_(inbox.c.platform == platform, inbox.c.lane == lane)
    nameless = {"lane": NOBODY, "body": None, "done_at": sa.func.coalesce(inbox.c.done_at, now)}
    return (await connection.execute(inbox.update().where(mine).values(nameless))).rowcount


class Inbox:
    """Keep updates from their arrival until they are done."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def write(self, platform: str, update_id: int, lane: str, body: bytes) -> bool:
        """Write an update down; False when its number is known already, done or not."""
        return (await self.write_many(platform, [(update_id, lane, body)]))[0]

    async def write_many(self, platform: str, updates: Sequence[tuple[int, str, bytes]]) -> list[bool]:
        """Write updates (number, lane, body) down in one transaction: all of them or, on an error, none.

        Tells of each whether it is new. A number that comes twice in one call is new the first time.
        """
        now = self._clock()
        rows = [
            {"platform": platform, "update_id": update_id, "lane": lane, "body": body, "created_at": now}
            for update_id, lane, body in updates
        ]
        async with self._database.write() as connection:
            new = set(await insert_all_new(connection, inbox, rows, inbox.c.update_id))
        told = []
        for update_id, _, _ in updates:
            told.append(update_id in new)
            new.discard(update_id)
        return told

    async def pending(self, platform: str, after: int = 0, limit: int = 500) -> list[Update]:
        """List what is not done on a platform and has a number above `after`, in the order of the numbers."""
        query = (
            sa.select(*columns_of(inbox, Update))
            .where(inbox.c.platform == platform, inbox.c.done_at.is_(None), inbox.c.update_id > after)
            .order_by(inbox.c.update_id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Update(*row) for row in await connection.execute(query)]

    async def begun(self, platform: str, update_id: int) -> int:
        """Count that an update is begun once more; return how often it was. Whoever handles what others left asks."""
        mine = sa.and_(inbox.c.platform == platform, inbox.c.update_id == update_id)
        count = inbox.update().where(mine).values(tries=inbox.c.tries + 1).returning(inbox.c.tries)
        async with self._database.write() as connection:
            counted: int | None = (await connection.execute(count)).scalar_one_or_none()
        return counted or 0

    async def done(self, platform: str, update_id: int) -> None:
        """Mark an update as done and drop its body; harmless when repeated, or when there is no such update."""
        mine = sa.and_(inbox.c.platform == platform, inbox.c.update_id == update_id, inbox.c.done_at.is_(None))
        async with self._database.write() as connection:
            await connection.execute(inbox.update().where(mine).values(body=None, done_at=self._clock()))

    async def newest(self, platform: str) -> int | None:
        """Give the highest number that is known on a platform, None where there is none."""
        query = sa.select(sa.func.max(inbox.c.update_id)).where(inbox.c.platform == platform)
        async with self._database.read() as connection:
            found: int | None = (await connection.execute(query)).scalar_one()
        return found

    async def forget(self, platform: str, lane: str) -> int:
        """Take bodies and name out of a lane's updates; return how many there were. Forgetting a person does it too."""
        async with self._database.write() as connection:
            return await forget_lane(connection, self._clock(), platform, lane)

    async def sweep(self, older_than: datetime) -> int:
        """Delete what was done before `older_than`; return how many rows that were.

        A platform repeats an update for some time (Telegram: 24 hours), and what was swept by then would be new again.
        https://core.telegram.org/bots/api#getting-updates
        """
        async with self._database.write() as connection:
            return (await connection.execute(inbox.delete().where(inbox.c.done_at < older_than))).rowcount
