"""The figure of the ledger, small: of all who draw from one account at once, as many succeed as were granted."""

import pytest

from limner.tests.fakes.postgresql import programs
from limner.tests.load.reservations import measure

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_exactly_as_many_succeed_as_were_granted(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 200 attempts by two processes on an account of 40, forty succeed, and the account says so."""
    if kind == "postgresql" and programs() is None:
        pytest.skip("There is no PostgreSQL on this machine.")
    assert measure(kind, granted=40, attempts=200, processes=2) == 0, capsys.readouterr().out
