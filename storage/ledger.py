"""The quota ledger's moves, each inside somebody else's transaction.

account (available, held, spent, granted), hold (one for each key, settled once), entry (append-only). Every move is a
conditional update, and the table itself refuses a negative balance and a sum that is not what was granted: whatever
is killed or run twice, available + held + spent = granted. It fails closed: without an account there is no quota.
"""

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from limner.storage.database import Connection, insert_new
from limner.storage.errors import NotFoundError, QuotaExceededError
from limner.storage.schema import accounts, entries, holds


async def grant(connection: Connection, now: datetime, user_id: str, amount: int, key: str) -> bool:
    """Add `amount` to what is available, once for each key; tell whether it was added now."""
    if not await _enter(connection, now, user_id, "grant", amount, key):
        return False
    changed = await connection.execute(
        accounts.update()
        .where(accounts.c.user_id == user_id)
        .values(available=accounts.c.available + amount, granted=accounts.c.granted + amount)
    )
    if changed.rowcount != 1:
        raise NotFoundError("account of", user_id)
    return True


async def renew(connection: Connection, now: datetime, user_id: str, amount: int, day: date) -> bool:
    """Fill what is available up to `amount`, at most once a day and never back in time; tell whether any was added.

    The day counts as renewed also when nothing was missing: what is used up later that day stays used up. Whoever has
    more, bought or given, keeps it.
    """
    if amount <= 0:
        return False
    due = sa.or_(accounts.c.renewed_on.is_(None), accounts.c.renewed_on < day)
    marked = await connection.execute(
        accounts.update().where(accounts.c.user_id == user_id, due).values(renewed_on=day)
    )
    missing = amount - await _available(connection, user_id)
    if marked.rowcount != 1 or missing <= 0:
        return False
    return await grant(connection, now, user_id, missing, f"free:{user_id}:{day}")


async def withdraw(connection: Connection, now: datetime, user_id: str, amount: int, key: str) -> int:
    """Take back up to `amount` of what is available, and of what was granted, for a key; return how much it was.

    Nothing is taken where nothing is left or the account is gone. May be called once for each key.
    """
    mine = accounts.c.user_id == user_id
    found = (await connection.execute(sa.select(accounts.c.available).where(mine))).scalar()
    taken = min(amount, found or 0)
    if taken > 0:
        await _enter(connection, now, user_id, "withdraw", taken, key)
        less = {"available": accounts.c.available - taken, "granted": accounts.c.granted - taken}
        await connection.execute(accounts.update().where(mine).values(less))
    return taken


def day_of(now: datetime) -> date:
    """Name the day of the free portraits: it changes at midnight UTC, everywhere at once."""
    return now.astimezone(UTC).date()


def next_midnight(now: datetime) -> datetime:
    """Give the moment at which the next day begins."""
    return datetime.combine(day_of(now) + timedelta(days=1), time(), UTC)


async def reserve(
    connection: Connection,
    now: datetime,
    user_id: str,
    amount: int,
    key: str,
    expires_at: datetime | None = None,
    *,
    daily: int = 0,
) -> bool:
    """Move `amount` from available to held, once for each key; tell whether it was moved now.

    Before that the day's renewal up to `daily` is made good; 0 is without renewal. Raises QuotaExceededError when
    less is available, and ValueError when the key holds something else already.
    """
    row = {"key": key, "user_id": user_id, "amount": amount, "state": "held", "expires_at": expires_at}
    if not await insert_new(connection, holds, **row):
        await _same_hold(connection, user_id, amount, key)
        return False
    await renew(connection, now, user_id, daily, day_of(now))
    moved = await connection.execute(
        accounts.update()
        .where(accounts.c.user_id == user_id, accounts.c.available >= amount)
        .values(available=accounts.c.available - amount, held=accounts.c.held + amount)
    )
    if moved.rowcount != 1:
        resets_at = next_midnight(now) if daily else None
        raise QuotaExceededError(amount, await _available(connection, user_id), resets_at)
    await _enter(connection, now, user_id, "reserve", amount, key)
    return True


async def refuse_early(
    connection: Connection, now: datetime, user_id: str, amount: int, key: str, *, daily: int
) -> None:
    """Raise QuotaExceededError where `reserve` would do so by all that is written now; write nothing.

    A key that is known, a renewal that is due and an account that is not there are left to `reserve`.
    """
    known = sa.exists().where(holds.c.key == key)
    due = sa.or_(accounts.c.renewed_on.is_(None), accounts.c.renewed_on < day_of(now)) if daily else sa.false()
    short = (accounts.c.user_id == user_id, accounts.c.available < amount, ~due, ~known)
    available = await connection.scalar(sa.select(accounts.c.available).where(*short))
    if available is not None:
        raise QuotaExceededError(amount, available, next_midnight(now) if daily else None)


async def settle(connection: Connection, now: datetime, key: str, spend: int | None) -> bool:
    """End a hold: spend `spend` of it (None: all of it) and give back the rest; tell whether it ended now.

    A hold that was settled before, either way, stays as it is. Raises NotFoundError for an unknown key.
    """
    hold = (
        await connection.execute(sa.select(holds.c.user_id, holds.c.amount).where(holds.c.key == key))
    ).one_or_none()
    if hold is None:
        raise NotFoundError("hold", key)
    spent = hold.amount if spend is None else spend
    if not 0 <= spent <= hold.amount:
        raise ValueError(f"{spent} of a hold of {hold.amount} cannot be spent.")
    ended = await connection.execute(
        holds.update()
        .where(holds.c.key == key, holds.c.state == "held")
        .values(state="committed" if spent else "refunded")
    )
    if ended.rowcount != 1:
        return False
    await _pay(connection, hold.user_id, spent, hold.amount - spent)
    for kind, amount in (("commit", spent), ("refund", hold.amount - spent)):
        if amount:
            await _enter(connection, now, hold.user_id, kind, amount, key)
    return True


async def give_back(connection: Connection, now: datetime, key: str) -> int:
    """Give back what a hold still holds, or as much again as was spent of it; return how much, 0 the second time.

    What was spent stays spent in the account, since it was made: the same amount is granted. Raises NotFoundError for
    an unknown key.
    """
    hold = (await connection.execute(sa.select(holds).where(holds.c.key == key))).one_or_none()
    if hold is None:
        raise NotFoundError("hold", key)
    if await settle(connection, now, key, 0):
        return int(hold.amount)
    spent = sa.select(entries.c.amount).where(entries.c.key == key, entries.c.kind == "commit")
    amount = int(await connection.scalar(spent) or 0)
    return amount if amount and await grant(connection, now, hold.user_id, amount, f"given-back:{key}") else 0


async def _pay(connection: Connection, user_id: str, spent: int, returned: int) -> None:
    await connection.execute(
        accounts.update()
        .where(accounts.c.user_id == user_id)
        .values(
            held=accounts.c.held - spent - returned,
            spent=accounts.c.spent + spent,
            available=accounts.c.available + returned,
        )
    )


async def _enter(connection: Connection, now: datetime, user_id: str, kind: str, amount: int, key: str) -> bool:
    if amount <= 0:
        raise ValueError(f"An amount of {amount} is no entry; it must be positive.")
    query = sa.select(entries.c.user_id, entries.c.amount).where(entries.c.key == key, entries.c.kind == kind)
    row = {"user_id": user_id, "kind": kind, "amount": amount, "key": key, "at": now}
    if await insert_new(connection, entries, **row):
        return True
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        raise NotFoundError("account of", user_id)
    if tuple(found) != (user_id, amount):
        raise ValueError(f"The key {key!r} stands for another {kind} already.")
    return False


async def _same_hold(connection: Connection, user_id: str, amount: int, key: str) -> None:
    query = sa.select(holds.c.user_id, holds.c.amount).where(holds.c.key == key)
    found = (await connection.execute(query)).one_or_none()
    if found is None:  # the insert was refused for another reason: no such user, or nothing asked for
        if amount <= 0:
            raise ValueError(f"An amount of {amount} cannot be held; it must be positive.")
        raise NotFoundError("account of", user_id)
    if tuple(found) != (user_id, amount):
        raise ValueError(f"The key {key!r} holds something else already.")


async def _available(connection: Connection, user_id: str) -> int:
    query = sa.select(accounts.c.available).where(accounts.c.user_id == user_id)
    found: int | None = (await connection.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFoundError("account of", user_id)
    return found
