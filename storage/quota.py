"""Quota: how many portraits a sitter may still have, and how it came to that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    kind: Literal["grant", "reserve", "commit", "refund"]
    amount: int
    at: datetime


class Quota:
    """Keep the accounts. Each change is one transaction and harmless when repeated with its key."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def grant(self, user_id: str, amount: int, key: str) -> bool:
        """Give a sitter more portraits, once for each key; tell whether it was given now."""
        async with self._database.write() as connection:
            return await ledger.grant(connection, self._clock(), user_id, amount, key)

    async def reserve(self, user_id: str, amount: int, key: str, lifetime: timedelta | None = None) -> bool:
        """Hold `amount` under `key`; tell whether it was held now. Without a lifetime it waits to be settled.

        Raises QuotaExceededError when less is available and NotFoundError for an unknown user.
        """
        now = self._clock()
        expires_at = None if lifetime is None else now + lifetime
        async with self._database.write() as connection:
            return await ledger.reserve(connection, now, user_id, amount, key, expires_at)

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
        """Tell how a sitter's account stands; NotFoundError for an unknown user."""
        query = sa.select(*columns_of(accounts, Balance)).where(accounts.c.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFoundError("account of", user_id)
        return Balance(*row)

    async def history(self, user_id: str) -> list[Entry]:
        """List the ledger's lines of a sitter, oldest first."""
        query = sa.select(*columns_of(entries, Entry)).where(entries.c.user_id == user_id).order_by(entries.c.id)
        async with self._database.read() as connection:
            return [Entry(*row) for row in await connection.execute(query)]
