"""The ledger against a model, over interleavings that nobody thought of."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from limner.storage import ledger, open_storage
from limner.storage.errors import AlreadyRefundedError, NotFoundError, QuotaExceededError, StorageError
from limner.storage.quota import Balance
from limner.tests.fakes.crashing import CrashError, CrashingDatabase
from limner.tests.fakes.postgresql import Cluster
from limner.tests.fakes.turned_clock import TurnedClock

KEYS = st.sampled_from([f"job {n}" for n in range(5)])
CHARGES = st.sampled_from(["charge 1", "charge 2"])
AMOUNTS = st.integers(1, 12)
MOVES = ["grant", "renew", "credit", "return", "reserve", "commit", "refund", "expire", "give back"]


class LedgerMachine(RuleBasedStateMachine):
    """Whatever moves the ledger, in any order, repeated, at once and broken off, on one account."""

    lend: Callable[[], AbstractContextManager[str]]
    """Gives the URL of an empty database."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = TurnedClock()
        self.lent = type(self).lend()
        url = self.lent.__enter__()
        self.opened = open_storage(url, "memory:///", bytes(32), free_portraits=10, clock=self.clock)
        self.storage = self.runner.run(self.opened.__aenter__())
        self.database = CrashingDatabase(self.storage.quota._database)
        self.storage.quota._database = self.storage.payments._database = self.database
        self.user = self.runner.run(self.storage.users.get_or_create("web", "1")).id
        self.available, self.granted, self.spent = 10, 10, 0
        self.held: dict[str, int] = {}
        self.until: dict[str, Any] = {}
        self.paid: dict[str, int] = {}
        self.returned: set[str] = set()
        self.amounts: dict[str, int] = {}
        self.charges: dict[str, int] = {}
        self.payments: dict[str, int] = {}
        self.refunded: set[str] = set()
        self.renewed_on = date(2029, 12, 31)

    def both(self, *calls: Any) -> list[Any]:
        """Run calls at once and give their outcomes, errors included."""

        async def gather() -> list[Any]:
            return await asyncio.gather(*calls, return_exceptions=True)

        return self.runner.run(gather())

    @rule(charge=st.sampled_from(["a", "b"]), amount=AMOUNTS)
    def grant_twice(self, charge: str, amount: int) -> None:
        """Grant twice at once, as operators do: it counts once, and the same key with another amount is an error."""
        quota = self.storage.quota
        outcomes = self.both(*(quota.grant(self.user, amount, charge) for _ in range(2)))
        if charge in self.charges:
            same = self.charges[charge] == amount
            assert all(outcome is False if same else isinstance(outcome, ValueError) for outcome in outcomes)
            return
        assert sorted(outcomes) == [False, True]
        self.charges[charge] = amount
        self.available += amount
        self.granted += amount

    @rule(day=st.dates(date(2030, 1, 1), date(2030, 1, 6)), amount=AMOUNTS)
    def renew_twice(self, day: date, amount: int) -> None:
        """Renew twice at once: it fills up once on each day, never on one that is over."""
        outcomes = self.both(*(self.storage.quota.renew(self.user, amount, day) for _ in range(2)))
        missing = max(0, amount - self.available) if day > self.renewed_on else 0
        assert sorted(outcomes) == [False, missing > 0]
        self.renewed_on = max(day, self.renewed_on)
        self.available += missing
        self.granted += missing

    @rule(charge=CHARGES, amount=AMOUNTS)
    def pay_twice(self, charge: str, amount: int) -> None:
        """Be told twice at once of a payment: it is credited once, refunded since or not."""
        payments = self.storage.payments
        outcomes = self.both(*(payments.credit(self.user, charge, "pack", amount, 50, "XTR") for _ in range(2)))
        if charge in self.payments:
            same = self.payments[charge] == amount
            assert all(outcome is False if same else isinstance(outcome, ValueError) for outcome in outcomes)
            return
        assert sorted(outcomes) == [False, True]
        self.payments[charge] = amount
        self.available += amount
        self.granted += amount

    @rule(charge=CHARGES)
    def return_payment_twice(self, charge: str) -> None:
        """Refund a payment twice at once: one counts, and takes back what is available and no more."""
        outcomes = self.both(*(self.storage.payments.refund(charge) for _ in range(2)))
        if charge not in self.payments:
            assert all(isinstance(outcome, NotFoundError) for outcome in outcomes)
            return
        refused = sum(isinstance(outcome, AlreadyRefundedError) for outcome in outcomes)
        assert refused == (2 if charge in self.refunded else 1)
        taken = 0 if charge in self.refunded else min(self.payments[charge], self.available)
        self.refunded.add(charge)
        self.available -= taken
        self.granted -= taken

    @rule(key=KEYS, amount=AMOUNTS, minutes=st.none() | st.integers(1, 20))
    def reserve_twice(self, key: str, amount: int, minutes: int | None) -> None:
        """Reserve twice at once, for a time or until it is settled: a key holds once, as far as the quota goes."""
        quota, lifetime = self.storage.quota, None if minutes is None else timedelta(minutes=minutes)
        outcomes = self.both(*(quota.reserve(self.user, amount, key, lifetime) for _ in range(2)))
        if key in self.amounts:
            same = self.amounts[key] == amount
            assert all(outcome is False if same else isinstance(outcome, ValueError) for outcome in outcomes)
        elif amount > self.available:
            assert all(isinstance(outcome, QuotaExceededError) for outcome in outcomes)
        else:
            assert sorted(outcomes) == [False, True]
            self.held[key] = self.amounts[key] = amount
            self.available -= amount
            if lifetime is not None:
                self.until[key] = self.clock.now + lifetime

    @rule(minutes=st.integers(1, 15))
    def expire_twice(self, minutes: int) -> None:
        """Look twice at once, some time later, for holds that are overdue: each is given back once."""
        self.clock.turn(timedelta(minutes=minutes))
        overdue = [key for key in self.held if key in self.until and self.until[key] <= self.clock.now]
        outcomes = self.both(*(self.storage.quota.expire() for _ in range(2)))
        assert sorted(outcomes) == [0, len(overdue)]
        self.available += sum(self.held.pop(key) for key in overdue)

    @rule(key=KEYS, part=st.none() | AMOUNTS)
    def settle_both_ways(self, key: str, part: int | None) -> None:
        """Commit and refund at once: exactly one counts, and only while the key holds something."""
        quota = self.storage.quota
        committed, refunded = self.both(quota.commit(key, part), quota.refund(key))
        if key not in self.amounts:
            assert isinstance(committed, NotFoundError)
            assert isinstance(refunded, NotFoundError)
            return
        if part is not None and part > self.amounts[key]:
            assert isinstance(committed, ValueError)
            committed = False
        amount = self.held.pop(key, 0)
        assert committed + refunded == (1 if amount else 0)
        spent = (amount if part is None else part) if committed else 0
        self.spent += spent
        self.available += amount - spent
        if spent:
            self.paid[key] = spent

    @rule(key=KEYS)
    def give_back_twice(self, key: str) -> None:
        """Give back twice at once what a key holds or has spent: it counts once, and what was spent stays spent."""
        outcomes = self.both(*(self.give_back(key) for _ in range(2)))
        if key not in self.amounts:
            assert all(isinstance(outcome, NotFoundError) for outcome in outcomes)
            return
        held, spent = self.held.pop(key, 0), 0 if key in self.returned else self.paid.get(key, 0)
        assert sorted(outcomes) == [0, held or spent]
        self.available += held or spent
        if spent:
            self.returned.add(key)
            self.granted += spent

    async def give_back(self, key: str) -> int:
        """Give back, as the operator's command does."""
        async with self.database.write() as connection:
            return await ledger.give_back(connection, self.clock(), key)

    @rule(what=st.sampled_from(MOVES), key=KEYS, charge=CHARGES, amount=AMOUNTS, after=st.integers(0, 9))
    def crash(self, what: str, key: str, charge: str, amount: int, after: int) -> None:
        """Be killed in the midst of a move, after any of its statements: it was never made."""
        quota, payments = self.storage.quota, self.storage.payments
        moves: dict[str, Callable[[], Any]] = {
            "grant": lambda: quota.grant(self.user, amount, charge),
            "renew": lambda: quota.renew(self.user, amount, date(2031, 1, 1)),
            "credit": lambda: payments.credit(self.user, charge, "pack", amount, 50, "XTR"),
            "return": lambda: payments.refund(charge),
            "reserve": lambda: quota.reserve(self.user, amount, key),
            "commit": lambda: quota.commit(key),
            "refund": lambda: quota.refund(key),
            "expire": quota.expire,
            "give back": lambda: self.give_back(key),
        }
        self.database.crash_after = after
        with suppress(CrashError, StorageError, ValueError):
            self.runner.run(moves[what]())
        self.database.crash_after = None

    @invariant()
    def account_agrees(self) -> None:
        """Compare the account with the model, its sum with what was granted, and both with the entries."""
        balance = self.runner.run(self.storage.quota.balance(self.user))
        assert balance == Balance(self.available, sum(self.held.values()), self.spent, self.granted)
        assert balance.available + balance.held + balance.spent == balance.granted
        assert min(balance.available, balance.held, balance.spent, balance.granted) >= 0
        sums = dict.fromkeys(("grant", "reserve", "commit", "refund", "withdraw"), 0)
        for entry in self.runner.run(self.storage.quota.history(self.user)):
            sums[entry.kind] += entry.amount
        assert sums["grant"] - sums["withdraw"] == balance.granted
        assert sums["commit"] == balance.spent
        assert sums["reserve"] - sums["commit"] - sums["refund"] == balance.held

    def teardown(self) -> None:
        """Close storage and give its database back."""
        self.runner.run(self.opened.__aexit__(None, None, None))
        self.runner.close()
        self.lent.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def lend(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[str]]:
    """Give a lender of empty databases."""

    @contextmanager
    def file() -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
            shutil.copy(request.getfixturevalue("migrated"), Path(folder) / "limner.db")
            yield f"sqlite:///{folder}/limner.db"

    @contextmanager
    def on_server() -> Iterator[str]:
        server: Cluster = request.getfixturevalue("cluster")
        name = server.lend()
        yield server.url(name)
        server.give_back(name)

    return file if request.param == "sqlite" else on_server


@pytest.mark.slow
def test_the_ledger_always_adds_up(lend: Callable[[], AbstractContextManager[str]]) -> None:
    """Over any interleaving, crashes and double settlement included, available + held + spent is what was granted."""
    LedgerMachine.lend = staticmethod(lend)
    calm = settings(
        max_examples=20,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(LedgerMachine, settings=calm)
