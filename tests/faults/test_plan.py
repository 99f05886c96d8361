"""The plan of a run with faults is a pure function of its shape and its seed."""

from itertools import pairwise

from limner.tests.load.fault_plan import AWAY, CLOCKS, KINDS, SHAPES, Fault, faults_of

SHORT, LONG = SHAPES["short", "null"], SHAPES["long", "null"]


def test_the_same_seed_gives_the_same_plan() -> None:
    """Twice the same for one seed, and another for another."""
    assert faults_of(LONG, 7) == faults_of(LONG, 7)
    assert faults_of(LONG, 7) != faults_of(LONG, 8)


def test_every_kind_comes_and_what_cannot_be_had_does_not() -> None:
    """The short plan has every kind but the long outage, as many faults as its shape says, none that is left out."""
    living, leaving = faults_of(SHORT, 3)
    assert {fault.kind for fault in (*living, *leaving)} == set(KINDS) - {AWAY}
    assert (len(living), len(leaving)) == (SHORT.faults - SHORT.leaving, SHORT.leaving)
    without = faults_of(SHORT, 3, {"disk full"})
    assert "disk full" not in {fault.kind for part in without for fault in part}


def test_nothing_is_struck_while_it_is_under_a_fault_already() -> None:
    """Faults of one place, a process's clock being another place than the process, come one after the other."""
    living, _ = faults_of(LONG, 5)
    places: dict[tuple[str, bool], list[Fault]] = {}
    for fault in living:
        places.setdefault((fault.target, fault.kind in CLOCKS), []).append(fault)
    for faults in places.values():
        assert all(one.at + one.seconds <= other.at for one, other in pairwise(faults))


def test_a_long_plan_is_long() -> None:
    """At least 500 faults, two of them outages of a minute, among people who ask for at least 300 portraits."""
    kinds = [fault.kind for part in faults_of(LONG, 1) for fault in part]
    assert kinds.count(AWAY) == 2
    assert LONG.faults >= 500
    assert LONG.requests >= 300
    assert LONG.lease_s == 15.0
