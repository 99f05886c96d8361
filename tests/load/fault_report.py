"""What a run with faults says in the end, and whether that is good."""

from dataclasses import dataclass, field

import click

from limner.tests.load.fault_plan import SHAPES
from limner.tests.load.report import heading, row

SOON_S = 20.0
FEW_STEPS = 25
"""Goals for the job of a worker that was killed alone: seconds until it is in hand again, steps that are done again."""


@dataclass
class Report:
    """What faults.json says; `wrong` has a sentence for whatever is counted in one of those that shall be 0."""

    plan: str
    engine: str
    seed: int
    requests: int = 0
    faults: int = 0
    lost: int = 0
    duplicated: int = 0
    quota_drift: int = 0
    leftovers: int = 0
    given_away: int = 0
    recovery_p95_s: float | None = None
    recovery_max_s: float | None = None
    recoveries: int = 0
    steps_repeated_max: int = 0
    recovery_among_faults_p95_s: float | None = None
    steps_repeated_in_all: int = 0
    sent_again_after_kills: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    faults_by_kind: dict[str, int] = field(default_factory=dict)
    faults_planned: int = 0
    struck_nothing: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    ended_by_themselves: dict[str, int] = field(default_factory=dict)
    told_of_trouble: int = 0
    lease_s: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong, all was done that was planned, and killed work went on soon enough."""
        return not self.wrong and self.is_whole and self.is_quick

    @property
    def is_whole(self) -> bool:
        """Whether every planned fault struck, or found nothing to strike, and enough struck and were asked for."""
        shape, tried = SHAPES[self.plan, self.engine], self.faults + sum(self.struck_nothing.values())
        return tried >= self.faults_planned > 0 and self.faults >= shape.least and self.requests >= shape.requests

    @property
    def is_quick(self) -> bool:
        """Whether the jobs of workers that were killed alone were soon in hand again, with little done twice."""
        if not SHAPES[self.plan, self.engine].lone:
            return True
        return (
            self.recovery_p95_s is not None and self.recovery_p95_s <= SOON_S and self.steps_repeated_max <= FEW_STEPS
        )


def print_report(report: Report) -> None:
    """Print a table of it, and what is wrong."""
    heading(
        f"{report.faults} faults, {report.requests} requests, {report.seconds:.0f} s: plan {report.plan}, "
        f"engine {report.engine}, seed {report.seed}"
    )
    for kind, count in report.faults_by_kind.items():
        row(kind, count)
    for kind, count in report.struck_nothing.items():
        row(f"{kind}: nothing there to strike", count)
    if not report.is_whole:
        row("of the plan there is something missing: faults, requests", f"{report.faults}, {report.requests}")
    if report.left_out:
        row("left out, since this machine cannot have them", ", ".join(report.left_out))
    row("how requests ended", ", ".join(f"{count} {state}" for state, count in report.ended.items()))
    for name in ("lost", "duplicated", "quota_drift", "leftovers", "given_away"):
        row(name.replace("_", " "), getattr(report, name), "0")
    row("messages that came again, a kill before their record", report.sent_again_after_kills)
    row("seconds until a killed worker's job is in hand, p95", str(report.recovery_p95_s), f"at most {SOON_S:.0f}")
    row("the same among other faults", str(report.recovery_among_faults_p95_s))
    row("training steps done again after such a kill, at most", report.steps_repeated_max, f"at most {FEW_STEPS}")
    row("processes that ended by themselves", sum(report.ended_by_themselves.values()))
    row("presses that failed and were done again", report.told_of_trouble)
    for sentence in report.wrong[:30]:
        click.echo(f"    {sentence}")
