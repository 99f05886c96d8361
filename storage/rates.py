"""How often somebody may do something, whatever is restarted meanwhile: so many at once, and so many in a time.

The generic cell rate algorithm (ITU-T I.371, annex A): one moment a person and thing says how much of the allowance is
used up, and it moves into the past by itself.
"""

from datetime import timedelta

import sqlalchemy as sa

from limner.storage.database import Clock, Database, insert_new
from limner.storage.errors import NotFoundError
from limner.storage.schema import rates


class Rates:
    """Count what people do."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, user_id: str, what: str, *, most: int, per: timedelta) -> timedelta:
        """Count one thing more and return zero; or return how long until the next may be counted, and count nothing.

        `most` may come at once, and as many in each `per` in the long run. Raises NotFoundError for an unknown user.
        """
        step, now = per / most, self._clock()
        mine = (rates.c.user_id == user_id) & (rates.c.what == what)
        async with self._database.write() as connection:
            used_until = (await connection.execute(sa.select(rates.c.used_until).where(mine))).scalar_one_or_none()
            # More than the whole allowance cannot be used up: a clock that was fast has written that, and says nothing.
            begin = now if used_until is None or used_until > now + per else max(used_until, now)
            if (wait := begin + step - now - per) > timedelta(0):
                return wait
            if used_until is not None:
                await connection.execute(rates.update().where(mine).values(used_until=begin + step))
            elif not await insert_new(connection, rates, user_id=user_id, what=what, used_until=begin + step):
                raise NotFoundError("user", user_id)
        return timedelta(0)
