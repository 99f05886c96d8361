"""The ledger against a model, over interleavings that nobody thought of."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from limner.storage import Storage, ledger, open_storage
from limner.storage.database import Database
from limner.storage.errors import StorageError
from limner.storage.payments import Payment
from limner.tests.fakes.crashing import CrashError, CrashingDatabase
from limner.tests.fakes.ledger_model import LedgerModel, Move
from limner.tests.fakes.postgresql import Cluster
from limner.tests.fakes.turned_clock import TurnedClock

KEYS = st.sampled_from([f"job {n}" for n in range(4)])
CHARGES = st.sampled_from(["charge 1", "charge 2"])
AMOUNTS = st.integers(1, 12)
LIFETIMES = st.none() | st.integers(1, 20)
# So many runs of 20 moves; a server answers each statement four times as slowly.
EXAMPLES = {"sqlite": 100, "postgresql": 15}
DAYS = st.dates(date(2030, 1, 1), date(2030, 1, 6))


def moves(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Move]:
    """Draw one kind of move."""
    return st.builds(Move, st.just(name), st.fixed_dictionaries(arguments))


GRANT = moves("grant", key=st.sampled_from(["a", "b"]), amount=AMOUNTS)
RENEW = moves("renew", amount=AMOUNTS, day=DAYS)
CREDIT = moves("credit", charge=CHARGES, amount=AMOUNTS)
TAKE_BACK = moves("take_back", charge_id=CHARGES)
RESERVE = moves("reserve", key=KEYS, amount=AMOUNTS, minutes=LIFETIMES)
COMMIT = moves("commit", key=KEYS, amount=st.none() | AMOUNTS)
REFUND = moves("refund", key=KEYS)
EXPIRE = moves("expire")
GIVE_BACK = moves("give_back", key=KEYS)
MOVES = st.one_of(GRANT, RENEW, CREDIT, TAKE_BACK, RESERVE, COMMIT, REFUND, EXPIRE, GIVE_BACK)


class LedgerMachine(RuleBasedStateMachine):
    """Whatever moves the ledger, in any order, repeated, at once and broken off, on one account.

    Of two moves at once each has a storage of its own, as two processes have.
    """

    lend: Callable[[], AbstractContextManager[str]]
    """Gives the URL of an empty database."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = TurnedClock()
        self.lent = type(self).lend()
        url = self.lent.__enter__()
        self.opened = [
            open_storage(url, "memory:///", bytes(32), free_portraits=10, clock=self.clock) for _ in range(2)
        ]
        self.storage, self.other = (self.runner.run(one.__aenter__()) for one in self.opened)
        self.database = CrashingDatabase(self.storage.quota._database)
        self.storage.quota._database = self.storage.payments._database = self.database
        self.user = self.runner.run(self.storage.users.get_or_create("web", "1")).id
        self.model = LedgerModel(self.clock.now, available=10, granted=10)

    @rule(move=MOVES)
    def make(self, move: Move) -> None:
        """Make a move alone."""
        (outcome,) = self.run(self.real(self.storage, move))
        self.model.now = self.clock.now
        assert outcome == self.model.make(move)

    @rule(move=MOVES)
    def twice_at_once(self, move: Move) -> None:
        """Make the same move twice at once, as platforms, operators and workers do."""
        self.at_once(move, move)

    @rule(one=MOVES, other=MOVES)
    def any_two_at_once(self, one: Move, other: Move) -> None:
        """Make any two moves at once."""
        self.at_once(one, other)

    @rule(expire=EXPIRE, other=COMMIT | RESERVE, first=st.booleans(), minutes=st.integers(1, 20))
    def expire_against_another(self, expire: Move, other: Move, *, first: bool, minutes: int) -> None:
        """Look some time later for holds that are overdue, while one is committed or what they free is reserved."""
        self.clock.turn(timedelta(minutes=minutes))
        self.at_once(*(expire, other) if first else (other, expire))

    @rule(key=KEYS, pair=st.permutations(["commit", "refund", "give_back"]))
    def settle_in_two_ways(self, key: str, pair: list[str]) -> None:
        """Settle one key in two different ways at once."""
        made = {"commit": Move("commit", {"key": key, "amount": None})}
        one, other = (made.get(name, Move(name, {"key": key})) for name in pair[:2])
        self.at_once(one, other)

    @rule(renew=RENEW, reserve=RESERVE, first=st.booleans())
    def renew_against_reserve(self, renew: Move, reserve: Move, *, first: bool) -> None:
        """Fill the account up while something is reserved from it."""
        self.at_once(*(renew, reserve) if first else (reserve, renew))

    @rule(move=MOVES, after=st.integers(0, 9))
    def crash(self, move: Move, after: int) -> None:
        """Be killed in the midst of a move, after any of its statements: it was never made."""
        self.database.crash_after = after
        with suppress(CrashError, StorageError, ValueError):
            self.runner.run(self.real(self.storage, move))
        self.database.crash_after = None

    def at_once(self, one: Move, other: Move) -> None:
        """Make two moves at once: it must be as if one had been made after the other, in either order."""
        told = self.run(self.real(self.storage, one), self.real(self.other, other))
        balance = self.runner.run(self.storage.quota.balance(self.user))
        self.model.now = self.clock.now
        before, after = deepcopy(self.model), deepcopy(self.model)
        in_order = [before.make(one), before.make(other)]
        in_reverse = [after.make(other), after.make(one)][::-1]
        orders = [(in_order, before.balance, before), (in_reverse, after.balance, after)]
        fitting = [model for outcomes, come_to, model in orders if (outcomes, come_to) == (told, balance)]
        assert fitting, f"{one} and {other}: {told} and {balance}, which is neither of {orders}."
        self.model = fitting[0]

    def run(self, *calls: Awaitable[Any]) -> list[Any]:
        """Run calls at once and give their outcomes: what they return, or the types of their errors."""

        async def gather() -> list[Any]:
            return await asyncio.gather(*calls, return_exceptions=True)

        outcomes = self.runner.run(gather())
        plain = [one.portraits if isinstance(one, Payment) else one for one in outcomes]
        return [type(one) if isinstance(one, Exception) else one for one in plain]

    async def real(self, storage: Storage, move: Move) -> Any:
        """Make a move on the real ledger."""
        quota, payments, user = storage.quota, storage.payments, self.user
        calls: dict[str, Callable[..., Awaitable[Any]]] = {
            "grant": lambda key, amount: quota.grant(user, amount, key),
            "renew": lambda amount, day: quota.renew(user, amount, day),
            "credit": lambda charge, amount: payments.credit(user, charge, "pack", amount, 50, "XTR"),
            "take_back": payments.refund,
            "reserve": lambda key, amount, minutes: quota.reserve(user, amount, key, _lifetime(minutes)),
            "commit": quota.commit,
            "refund": quota.refund,
            "expire": quota.expire,
            "give_back": lambda key: self.give_back(quota._database, key),
        }
        return await calls[move.name](**move.arguments)

    async def give_back(self, database: Database, key: str) -> int:
        """Give back, as the operator's command does."""
        async with database.write() as connection:
            return await ledger.give_back(connection, self.clock(), key)

    @invariant()
    def account_agrees(self) -> None:
        """Compare the account with the model, its sum with what was granted, and both with the entries."""
        balance = self.runner.run(self.storage.quota.balance(self.user))
        assert balance == self.model.balance
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
        for opened in self.opened:
            self.runner.run(opened.__aexit__(None, None, None))
        self.runner.close()
        self.lent.__exit__(None, None, None)


def _lifetime(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


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
def test_the_ledger_always_adds_up(
    lend: Callable[[], AbstractContextManager[str]], request: pytest.FixtureRequest
) -> None:
    """Over any interleaving, crashes and double settlement included, available + held + spent is what was granted."""
    LedgerMachine.lend = staticmethod(lend)
    calm = settings(
        max_examples=EXAMPLES[request.node.callspec.params["lend"]],
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(LedgerMachine, settings=calm)
