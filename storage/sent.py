"""What was delivered of a notice already, part by part: a delivery that was cut off goes on where it was.

The rows go with their notice.
"""

import sqlalchemy as sa

from limner.storage.database import Database, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.schema import outbox, sent


class Sent:
    """Keep the platform's own reference (a message id) of each part that arrived."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, notice_id: str, part: int, reference: str) -> bool:
        """Write down that a part arrived as `reference`; False, and the first reference stays, when it had before.

        Raises NotFoundError for an unknown notice.
        """
        async with self._database.write() as connection:
            notice = await connection.execute(sa.select(outbox.c.id).where(outbox.c.id == notice_id))
            if notice.first() is None:
                raise NotFoundError("notice", notice_id)
            return await insert_new(connection, sent, notice_id=notice_id, part=part, reference=reference)

    async def parts(self, notice_id: str) -> dict[int, str]:
        """Give the references of the parts that arrived, in the order of the parts; none for an unknown notice."""
        query = sa.select(sent.c.part, sent.c.reference).where(sent.c.notice_id == notice_id).order_by(sent.c.part)
        async with self._database.read() as connection:
            return {row.part: row.reference for row in await connection.execute(query)}
