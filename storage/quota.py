"""Quota: how many portraits a sitter may still have, and how it came to that."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from limner.storage import ledger
from limner.storage.database import Clock, Database, columns_of
from limner.storage.errors import NotFoundError
from limner.storage.schema import accounts, entries, holds


@dataclass(frozen=True, slots=True)
class Balance:
    """A sitter's account in portraits: available + held + spent = granted, always."""

    available: int
    held: int
    spent: int
    granted: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; `key` says what it was for (a request, a payment, the free portraits)."""

    id: int
    user_id: str
    key: str
    kind: Literal["grant", "reserve", "commit", "refund", "withdraw"]
    amount: int
    at: datetime


class Quota:
    """Keep the accounts. Each change is one transaction and harmless when repeated with its key.

    With `daily_portraits`, what is available is filled up to that many when somebody first asks on a day (UTC).
    """

    def __init__(self, database: Database, clock: Clock, daily_portraits: int) -> None:
        self._database = database
        self._clock = clock
        self._daily_portraits = daily_portraits

    async def grant(self, user_id: str, amount: int, key: str) -> bool:
        """Give a sitter more portraits, once for each key; tell whether it was given now."""
        now = self._clock()
        async with self._database.write() as connection:
            # The day's free portraits first: what is given comes on top of them.
            await ledger.renew(connection, now, user_id, self._daily_portraits, ledger.day_of(now))
            return await ledger.grant(connection, now, user_id, amount, key)

    async def renew(self, user_id: str, amount: int, day: date) -> bool:
        """Fill what is available up to `amount`, once a day; tell whether any was added now.

        Nobody needs to call it: asking for the balance, reserving and paying do. Raises NotFoundError for an unknown
        user.
        """
        async with self._database.write() as connection:
            return await ledger.renew(connection, self._clock(), user_id, amount, day)

    def resets_at(self, now: datetime) -> datetime | None:
        """Tell when the free portraits are next filled up; None where they never are."""
        return ledger.next_midnight(now) if self._daily_portraits else None

    async def reserve(self, user_id: str, amount: int, key: str, lifetime: timedelta | None = None) -> bool:
        """Hold `amount` under `key`; tell whether it was held now. Without a lifetime it waits to be settled.

        What a request holds has none: its hold is made and ended in the transactions that begin and end the request,
        and the reconciler sees to it that every request comes to an end.

        Raises QuotaExceededError when less is available and NotFoundError for an unknown user.
        """
        now = self._clock()
        expires_at = None if lifetime is None else now + lifetime
        # Whoever asks an empty account again and again takes nobody's turn at writing.
        async with self._database.read() as connection:
            await ledger.refuse_early(connection, now, user_id, amount, key, daily=self._daily_portraits)
        async with self._database.write() as connection:
            return await ledger.reserve(connection, now, user_id, amount, key, expires_at, daily=self._daily_portraits)

    async def commit(self, key: str, amount: int | None = None) -> bool:
        """Spend what `key` holds (or `amount` of it, giving back the rest); False when it was settled before."""
        async with self._database.write() as connection:
            return await ledger.settle(connection, self._clock(), key, amount)

    async def refund(self, key: str) -> bool:
        """Give back what `key` holds; False when it was settled before."""
        async with self._database.write() as connection:
            return await ledger.settle(connection, self._clock(), key, 0)

    async def expire(self) -> int:
        """Give back every hold whose lifetime is over; return how many there were."""
        now = self._clock()
        overdue = sa.select(holds.c.key).where(holds.c.state == "held", holds.c.expires_at <= now)
        async with self._database.write() as connection:
            keys = (await connection.execute(overdue)).scalars().all()
            return sum([await ledger.settle(connection, now, key, 0) for key in keys])

    async def balance(self, user_id: str) -> Balance:
        """Tell how a sitter's account stands, today's renewal included; NotFoundError for an unknown user."""
        today = ledger.day_of(self._clock())
        balance, renewed_on = await self._account(user_id)
        if self._daily_portraits and (renewed_on is None or renewed_on < today):
            await self.renew(user_id, self._daily_portraits, today)
            balance, _ = await self._account(user_id)
        return balance

    async def balances(self) -> dict[str, Balance]:
        """Tell how everybody's account stands, by user id; renewals that nobody has asked for yet are not in it."""
        query = sa.select(accounts.c.user_id, *columns_of(accounts, Balance))
        async with self._database.read() as connection:
            return {user_id: Balance(*figures) for user_id, *figures in await connection.execute(query)}

    async def history(self, user_id: str, newest: int | None = None) -> list[Entry]:
        """List the ledger's lines of a sitter, or so many of the `newest`, oldest first."""
        mine = sa.select(*columns_of(entries, Entry)).where(entries.c.user_id == user_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(mine.order_by(entries.c.id.desc()).limit(newest))).all()
        return [Entry(*row) for row in reversed(rows)]

    async def _account(self, user_id: str) -> tuple[Balance, date | None]:
        query = sa.select(*columns_of(accounts, Balance), accounts.c.renewed_on).where(accounts.c.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("account of", user_id)
        *figures, renewed_on = row
        return Balance(*figures), renewed_on
