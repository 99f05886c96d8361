"""Payments: packs of portraits that somebody bought, credited once and returned once.

A payment and its portraits are one transaction. It stays, without a name, when its payer is forgotten, since the
money may have to be returned all the same; there are no portraits to take back then.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from limner.storage import ledger
from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.errors import AlreadyRefundedError, NotFoundError
from limner.storage.schema import payments


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: `amount` in the smallest unit of `currency`; `user_id` is None once the payer was forgotten."""

    charge_id: str
    user_id: str | None
    pack: str
    portraits: int
    amount: int
    currency: str
    state: Literal["paid", "refunded"]
    at: datetime
    refunded_at: datetime | None


class Payments:
    """Keep payments, together with what they add to the ledger."""

    def __init__(self, database: Database, clock: Clock, daily_portraits: int) -> None:
        self._database = database
        self._clock = clock
        self._daily_portraits = daily_portraits

    async def credit(self, user_id: str, charge_id: str, pack: str, portraits: int, amount: int, currency: str) -> bool:
        """Write a payment down and grant its portraits, once for each charge; tell whether it was credited now.

        Raises NotFoundError for an unknown user, and ValueError for a pack of nothing or a charge that stands for
        another payment already.
        """
        if portraits <= 0 or amount <= 0:
            raise ValueError(f"A pack of {portraits} portraits for {amount} {currency} cannot be sold.")
        now = self._clock()
        payment = Payment(charge_id, user_id, pack, portraits, amount, currency, "paid", now, None)
        row = {name: getattr(payment, name) for name in Payment.__slots__}
        async with self._database.write() as connection:
            if not await insert_new(connection, payments, **row):
                await _same_payment(connection, payment)
                return False
            # The day's free portraits first: what was paid for comes on top of them.
            await ledger.renew(connection, now, user_id, self._daily_portraits, ledger.day_of(now))
            return await ledger.grant(connection, now, user_id, portraits, _key(charge_id))

    async def get(self, charge_id: str) -> Payment:
        """Find a payment; NotFoundError for an unknown charge."""
        async with self._database.read() as connection:
            return await _one(connection, charge_id)

    async def of_user(self, user_id: str) -> list[Payment]:
        """List what a user has paid, oldest first, what was returned included."""
        query = (
            sa.select(*columns_of(payments, Payment))
            .where(payments.c.user_id == user_id)
            .order_by(payments.c.at, payments.c.charge_id)
        )
        async with self._database.read() as connection:
            return [Payment(*row) for row in await connection.execute(query)]

    async def refund(self, charge_id: str) -> Payment:
        """Mark a payment as refunded and take its portraits back, as far as they are still available.

        What is held or spent stays so. Moves no money: that is the platform's part. Raises NotFoundError for an unknown
        charge and AlreadyRefundedError the second time.
        """
        now = self._clock()
        paid = sa.and_(payments.c.charge_id == charge_id, payments.c.state == "paid")
        async with self._database.write() as connection:
            changed = await connection.execute(payments.update().where(paid).values(state="refunded", refunded_at=now))
            payment = await _one(connection, charge_id)
            if changed.rowcount != 1:
                raise AlreadyRefundedError(charge_id, payment.refunded_at)
            if payment.user_id is not None:
                await ledger.withdraw(connection, now, payment.user_id, payment.portraits, _key(charge_id))
        return payment


def _key(charge_id: str) -> str:
    return f"payment:{charge_id}"


async def _one(connection: Connection, charge_id: str) -> Payment:
    query = sa.select(*columns_of(payments, Payment)).where(payments.c.charge_id == charge_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("payment", charge_id)
    return Payment(*row)


async def _same_payment(connection: Connection, payment: Payment) -> None:
    try:
        known = await _one(connection, payment.charge_id)
    except NotFoundError:  # so it was the user's foreign key that refused
        raise NotFoundError("user", str(payment.user_id)) from None
    payer = known.user_id in {None, payment.user_id}  # None: forgotten since, and the update came again
    if not payer or (known.pack, known.portraits, known.amount, known.currency) != (
        payment.pack,
        payment.portraits,
        payment.amount,
        payment.currency,
    ):
        raise ValueError(f"The charge {payment.charge_id!r} stands for another payment already.")
