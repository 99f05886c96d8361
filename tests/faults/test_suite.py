"""The short plan of `limner bench faults`, whole: nothing lost or twice, nothing charged wrongly, nothing left."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from limner.deploy.cli import main
from limner.tests.load.fault_report import FEW_STEPS, SOON_S, Report
from limner.tests.load.journal import Entry, recoveries, repeated

LEAST_FAULTS = 12


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_short_plan_breaks_nothing(tmp_path: Path) -> None:
    """After every kind of fault each request has ended once, accounts are right, and who leaves leaves nothing.

    How soon killed work goes on is a matter of the machine: here it must only go on, and the exit code tell the rest.
    """
    ran = CliRunner().invoke(main, ["bench", "faults", "--plan", "short", "--seed", "1", "--out", str(tmp_path)])
    report = json.loads((tmp_path / "faults.json").read_text())
    assert report["wrong"] == [], ran.output
    zeros = ("lost", "duplicated", "quota_drift", "leftovers", "given_away")
    assert [report[name] for name in zeros] == [0] * len(zeros)
    assert report["faults"] >= LEAST_FAULTS
    assert report["requests"] >= 10
    assert report["recoveries"] > 0
    quick = report["recovery_p95_s"] <= SOON_S and report["steps_repeated_max"] <= FEW_STEPS
    assert ran.exit_code == (0 if quick else 1), ran.output


def good(**figures: Any) -> Report:
    """Make the report of a short run in which all went well, but for these figures."""
    well = Report("short", "null", 1, requests=10, faults=19, faults_planned=19, recovery_p95_s=8.0)
    return replace(well, **figures)


def test_a_report_is_good_only_where_all_was_done_and_soon() -> None:
    """What was not struck or asked for, slow recoveries, steps done again and whatever is wrong each spoil it."""
    assert good().good
    assert good(faults=18, struck_nothing={"engine killed": 1}).good
    for figures in (
        {"wrong": ["lost: a request"]},
        {"faults": 18},
        {"faults": 11, "struck_nothing": {"engine killed": 8}},
        {"requests": 9},
        {"recovery_p95_s": None},
        {"recovery_p95_s": SOON_S + 0.1},
        {"steps_repeated_max": FEW_STEPS + 1},
    ):
        assert not good(**figures).good


def entries(*lines: tuple[float, int, int, str, int]) -> list[Entry]:
    """Make a journal."""
    return [Entry(*line) for line in lines]


def test_a_recovery_is_from_the_kill_to_the_next_beginning() -> None:
    """It counts for the job that the killed worker had in hand, and only for that."""
    journal = entries((1, 10, 7, "begin", 0), (2, 11, 8, "begin", 0), (3, 11, 8, "end", 0), (9, 11, 7, "begin", 0))
    assert recoveries(journal, [(4.0, 10)]) == [5.0]
    assert recoveries(journal, [(4.0, 11)]) == []


def test_each_of_several_jobs_is_recovered() -> None:
    """A worker with two seats has two jobs in hand when it is killed."""
    begun = (1, 10, 7, "begin", 0), (2, 10, 8, "begin", 0), (3, 10, 7, "step", 1)
    assert recoveries(entries(*begun, (6, 11, 7, "begin", 0), (9, 11, 8, "begin", 0)), [(4.0, 10)]) == [2.0, 5.0]


def test_steps_are_counted_that_are_done_again() -> None:
    """A training that goes on from a checkpoint does again what came after that checkpoint."""
    steps = [(float(n), 10, 7, "step", n) for n in range(1, 41)]
    again = [(50.0 + n, 11, 7, "step", n) for n in range(26, 60)]
    assert repeated(entries((0, 10, 7, "begin", 0), *steps, (50, 11, 7, "begin", 0), *again)) == [15]
