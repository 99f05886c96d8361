"""The short plan of `limner bench faults`, whole: nothing lost or twice, nothing charged wrongly, nothing left."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from limner.deploy.cli import main
from limner.tests.load.journal import Entry, recoveries, repeated

LEAST_FAULTS = 12


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_short_plan_breaks_nothing(tmp_path: Path) -> None:
    """After every kind of fault each request has ended once, accounts are right, and who leaves leaves nothing."""
    ran = CliRunner().invoke(main, ["bench", "faults", "--plan", "short", "--seed", "1", "--out", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    report = json.loads((tmp_path / "faults.json").read_text())
    assert [report[name] for name in ("lost", "duplicated", "quota_drift", "leftovers")] == [0, 0, 0, 0]
    assert report["faults"] >= LEAST_FAULTS
    assert report["requests"] >= 10
    assert report["recoveries"] > 0


def entries(*lines: tuple[float, int, int, str, int]) -> list[Entry]:
    """Make a journal."""
    return [Entry(*line) for line in lines]


def test_a_recovery_is_from_the_kill_to_the_next_beginning() -> None:
    """It counts for the job that the killed worker had in hand, and only for that."""
    journal = entries((1, 10, 7, "begin", 0), (2, 11, 8, "begin", 0), (3, 11, 8, "end", 0), (9, 11, 7, "begin", 0))
    assert recoveries(journal, [(4.0, 10)]) == [5.0]
    assert recoveries(journal, [(4.0, 11)]) == []


def test_steps_are_counted_that_are_done_again() -> None:
    """A training that goes on from a checkpoint does again what came after that checkpoint."""
    steps = [(float(n), 10, 7, "step", n) for n in range(1, 41)]
    again = [(50.0 + n, 11, 7, "step", n) for n in range(26, 60)]
    assert repeated(entries((0, 10, 7, "begin", 0), *steps, (50, 11, 7, "begin", 0), *again)) == [15]
