"""The plan of a run with faults: what strikes when, for how long. A pure function of a shape and a seed.

worker killed, engine killed, bot killed      SIGKILL; worker and bot are started again at once
worker frozen                                 SIGSTOP until its lease is over and somebody else has its job
bot frozen                                    SIGSTOP for some seconds
redis killed, redis frozen                    away for some seconds; frozen for longer than its clients are patient
redis away                                    killed, and not there for a minute
database locked                               another process holds the database's write lock
disk full                                     the file system of everything that is stored has no room left
network cut, network 502, network 429         what calls to the platform meet for some seconds
clock forward, clock back                     one process's clock is three hours wrong for some seconds
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

WORKERS = ("worker 1", "worker 2")
BOT = "bot"
LEASE = "lease"
"""Stands for the length of a lease, to which the seconds are added."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: when it strikes, in seconds from the beginning of its part of the run, and how long it lasts."""

    at: float
    kind: str
    target: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of a run: `faults`, of which the last `leaving` strike while people have everything deleted.

    After those among people at work, `lone` kills of a worker with a job in hand come one at a time, each when the job
    of the last is in hand again: what a recovery takes if nothing else is wrong. `gap_s` lies between two other faults
    at least and at most. `scale` is how many times as fast as on two cores the null engine goes, None stands for the
    real one. People go on until there are `requests`.

    `least` faults must find something to strike: an engine that is just not running, say, cannot be killed. `outages`
    of a minute are among the faults.
    """

    faults: int
    leaving: int
    gap_s: tuple[float, float]
    people: int
    requests: int
    lease_s: float
    scale: float | None
    patience_s: float
    disk_mb: int
    least: int
    lone: int = 0
    outages: int = 0


SHAPES = {
    # Every kind twice at most, in a minute, with a lease that a test can wait for.
    ("short", "null"): Shape(17, 3, (0.8, 2.4), 4, 10, 3.0, 25.0, 150.0, 64, 12, 2),
    # The lease is an operator's. The pace leaves a checkpoint a second on its way into storage, on a busy machine too.
    ("long", "null"): Shape(560, 24, (0.9, 2.9), 20, 320, 15.0, 25.0, 300.0, 512, 500, 20, 2),
    ("short", "real"): Shape(10, 1, (20.0, 50.0), 2, 2, 15.0, None, 2400.0, 512, 6),
    # Between two requests there is no engine to kill, so some of these strike nothing.
    ("long", "real"): Shape(45, 2, (20.0, 50.0), 2, 3, 15.0, None, 3600.0, 512, 30, 3, 1),
}


@dataclass(frozen=True, slots=True)
class _Kind:
    weight: int
    targets: Sequence[str]
    seconds: tuple[float, float] = (0.0, 0.0)
    past: str = ""


AWAY = "redis away"
KINDS = {
    "worker killed": _Kind(10, WORKERS),
    "engine killed": _Kind(10, ("engine 1", "engine 2")),
    "bot killed": _Kind(10, (BOT,)),
    "worker frozen": _Kind(3, WORKERS, (1.0, 4.0), LEASE),
    "bot frozen": _Kind(3, (BOT,), (1.0, 8.0)),
    "redis killed": _Kind(3, ("redis",), (0.0, 3.0)),
    # Clients wait for five seconds (connection.ANSWER_S).
    "redis frozen": _Kind(2, ("redis",), (6.0, 9.0)),
    # By no weight: as often as the shape says.
    AWAY: _Kind(0, ("redis",), (60.0, 60.0)),
    "database locked": _Kind(3, ("disk",), (1.0, 6.0)),
    "disk full": _Kind(2, ("disk",), (1.0, 4.0)),
    "network cut": _Kind(2, ("network",), (1.0, 5.0)),
    "network 502": _Kind(1, ("network",), (1.0, 5.0)),
    "network 429": _Kind(1, ("network",), (1.0, 5.0)),
    "clock forward": _Kind(1, (*WORKERS, BOT), (3.0, 12.0)),
    "clock back": _Kind(1, (*WORKERS, BOT), (3.0, 12.0)),
}
CLOCKS = ("clock forward", "clock back")
FIRST_S = 2.0


def faults_of(shape: Shape, seed: int, without: Collection[str] = ()) -> tuple[list[Fault], list[Fault]]:
    """Draw up the faults of a run, in order: those among people at work, and those among people who leave.

    Every kind that has a weight comes once before any comes by it. None strikes what is still under one of its own
    place.
    """
    chance = random.Random(f"faults {seed}")
    kinds = _kinds(shape, chance, without)
    split = shape.faults - shape.leaving
    return _timed(kinds[:split], shape, chance), _timed(kinds[split:], shape, chance)


def _kinds(shape: Shape, chance: random.Random, without: Collection[str]) -> list[str]:
    names = [name for name, kind in KINDS.items() if kind.weight and name not in without]
    weights = [KINDS[name].weight for name in names]
    first = [AWAY] * shape.outages + names
    kinds = [*first, *chance.choices(names, weights, k=max(0, shape.faults - len(first)))][: shape.faults]
    chance.shuffle(kinds)
    return kinds


def _timed(kinds: Sequence[str], shape: Shape, chance: random.Random) -> list[Fault]:
    at, busy, faults = FIRST_S, dict[str, float](), list[Fault]()
    for name in kinds:
        kind = KINDS[name]
        target = chance.choice(kind.targets)
        place = f"clock of {target}" if name in CLOCKS else target
        seconds = chance.uniform(*kind.seconds) + (shape.lease_s if kind.past == LEASE else 0.0)
        begins = max(at, busy.get(place, 0.0))
        # What is started again shall live for a moment before it is struck once more.
        busy[place] = begins + seconds + shape.gap_s[0] / 2
        faults.append(Fault(begins, name, target, seconds))
        at += chance.uniform(*shape.gap_s)
    return sorted(faults, key=lambda fault: fault.at)
