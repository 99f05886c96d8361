"""The ledger of one account as plain arithmetic: what the real one must come to, move by move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from limner.storage.errors import AlreadyRefundedError, NotFoundError, QuotaExceededError
from limner.storage.quota import Balance


@dataclass(frozen=True)
class Move:
    """One move of the ledger by its name in `LedgerModel`, with its arguments."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class LedgerModel:
    """An account. Each move returns what the real one returns, or the type of the error that it raises."""

    now: datetime
    available: int
    granted: int
    spent: int = 0
    renewed_on: date = date(2029, 12, 31)
    held: dict[str, int] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    paid: dict[str, int] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    grants: dict[str, int] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    refunded: set[str] = field(default_factory=set)

    @property
    def balance(self) -> Balance:
        """The account as it stands."""
        return Balance(self.available, sum(self.held.values()), self.spent, self.granted)

    def make(self, move: Move) -> Any:
        """Make a move."""
        return getattr(self, move.name)(**move.arguments)

    def grant(self, key: str, amount: int) -> Any:
        """Count once; the same key with another amount is an error."""
        if key in self.grants:
            return False if self.grants[key] == amount else ValueError
        self.grants[key] = amount
        return self._add(amount)

    def renew(self, amount: int, day: date) -> Any:
        """Fill up once on each day, never on one that is over."""
        if day <= self.renewed_on:
            return False
        self.renewed_on = day
        missing = max(0, amount - self.available)
        return self._add(missing) and missing > 0

    def credit(self, charge: str, amount: int) -> Any:
        """Credit a payment once, refunded since or not."""
        if charge in self.payments:
            return False if self.payments[charge] == amount else ValueError
        self.payments[charge] = amount
        return self._add(amount)

    def take_back(self, charge_id: str) -> Any:
        """Refund a payment once; take back what is available and no more."""
        if charge_id not in self.payments:
            return NotFoundError
        if charge_id in self.refunded:
            return AlreadyRefundedError
        self.refunded.add(charge_id)
        self._add(-min(self.payments[charge_id], self.available))
        return self.payments[charge_id]

    def reserve(self, key: str, amount: int, minutes: int | None) -> Any:
        """Hold once for each key, for a time or until it is settled, as far as the quota goes."""
        if key in self.amounts:
            return False if self.amounts[key] == amount else ValueError
        if amount > self.available:
            return QuotaExceededError
        self.held[key] = self.amounts[key] = amount
        self.available -= amount
        if minutes is not None:
            self.until[key] = self.now + timedelta(minutes=minutes)
        return True

    def commit(self, key: str, amount: int | None) -> Any:
        """Spend what a key holds, or a part of it."""
        if key not in self.amounts:
            return NotFoundError
        spent = self.amounts[key] if amount is None else amount
        if spent > self.amounts[key]:
            return ValueError
        if not self.refund(key):
            return False
        self.available -= spent
        self.spent += spent
        self.paid[key] = spent
        return True

    def refund(self, key: str) -> Any:
        """Give back what a key holds."""
        if key not in self.amounts:
            return NotFoundError
        amount = self.held.pop(key, 0)
        self.available += amount
        return amount > 0

    def expire(self) -> Any:
        """Give back each hold that is overdue."""
        overdue = [key for key in self.held if key in self.until and self.until[key] <= self.now]
        return sum(self.refund(key) for key in overdue)

    def give_back(self, key: str) -> Any:
        """Give back what a key holds, or once as much as was spent of it, which stays spent."""
        if key not in self.amounts:
            return NotFoundError
        if self.refund(key):
            return self.amounts[key]
        if key in self.returned or key not in self.paid:
            return 0
        self.returned.add(key)
        self._add(self.paid[key])
        return self.paid[key]

    def _add(self, amount: int) -> bool:
        self.available += amount
        self.granted += amount
        return True
