"""Who is next, as a matter of arithmetic: shares, head starts, and that nobody waits for ever."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from limner.queue.fairness import HEAD_START_MS, RENDERING_MS, SHARES, TRAINING_MS, cost_of, flow_of
from limner.queue.messages import MakePortraits
from limner.tests.fakes.line import MemoryLine

IDS = count()


def job(user: str = "", event: str | None = None, *, trained: bool = False) -> MakePortraits:
    """Make a first attempt of its own at a request."""
    number = next(IDS)
    return MakePortraits(f"r{number}", user or f"u{number}", 0, event, trained)


def entered(line: MemoryLine, commands: Iterable[MakePortraits]) -> list[MakePortraits]:
    """Put commands into the line and give them back."""
    jobs = list(commands)
    for one in jobs:
        line.enter(one)
    return jobs


@dataclass(frozen=True)
class Moment:
    """What was served, and which flows were waiting just before."""

    served: MakePortraits
    waiting: frozenset[str]


def served(steps: Sequence[tuple[int, bool] | None]) -> list[Moment]:
    """Let jobs of numbered flows come (flow, trained), and one be served at each None; then serve all that is left."""
    line, moments = MemoryLine(), list[Moment]()
    for step in [*steps, *[None] * len(steps)]:
        if step is not None:
            line.enter(job(f"flow {step[0]}", trained=step[1]))
        elif line.waits:
            waiting = frozenset(flow_of(one) for one in line.waits)
            moments.append(Moment(line.take(), waiting))
    return moments


def widest_gap(moments: Sequence[Moment], one: str, other: str) -> int:
    """Give the most by which two flows' service differs over any interval in which both wait."""
    widest = 0
    for begin in range(len(moments)):
        lead = 0
        for moment in moments[begin:]:
            if not {one, other} <= moment.waiting:
                break
            flow = flow_of(moment.served)
            lead += cost_of(moment.served) * ((flow == one) - (flow == other))
            widest = max(widest, abs(lead))
    return widest


def steps(trained: Sequence[bool]) -> st.SearchStrategy[list[tuple[int, bool] | None]]:
    """Draw comings and servings of up to five flows, more comings than servings, so that a line forms."""
    coming = st.tuples(st.integers(0, 4), st.sampled_from(trained))
    return st.lists(st.one_of(coming, coming, st.none()), max_size=60)


def check_shares(moments: Sequence[Moment], most: int) -> None:
    """Compare every pair of flows; a millisecond for each comer is what keeps the order of their coming."""
    flows = sorted({flow_of(moment.served) for moment in moments})
    for n, one in enumerate(flows):
        for other in flows[n + 1 :]:
            assert widest_gap(moments, one, other) <= most + len(moments)


@given(steps([False]))
def test_flows_that_train_share_alike(drawn: list[tuple[int, bool] | None]) -> None:
    """While two flows wait that must train, their service differs by at most one job of each."""
    check_shares(served(drawn), 2 * (TRAINING_MS + RENDERING_MS))


@given(steps([True]))
def test_flows_that_render_share_alike(drawn: list[tuple[int, bool] | None]) -> None:
    """While two flows wait that need no training, their service differs by at most one job of each."""
    check_shares(served(drawn), 2 * RENDERING_MS)


@given(steps([False, True]))
def test_flows_of_both_kinds_share_alike_but_for_the_head_start(drawn: list[tuple[int, bool] | None]) -> None:
    """Where some must train and some need not, the head start comes on top, once."""
    check_shares(served(drawn), 2 * (TRAINING_MS + RENDERING_MS) + HEAD_START_MS)


@given(steps([False, True]))
def test_everybody_is_served_once(drawn: list[tuple[int, bool] | None]) -> None:
    """As many are served as came, each once."""
    moments = served(drawn)
    assert len({moment.served for moment in moments}) == len(moments) == sum(step is not None for step in drawn)


def test_the_first_to_come_is_the_first_served() -> None:
    """Strangers who need the same are served in the order of their coming."""
    line = MemoryLine()
    jobs = entered(line, (job() for _ in range(30)))
    assert [line.take() for _ in jobs] == jobs


def test_two_events_let_a_single_person_through() -> None:
    """Among two events of two hundred each, whoever comes alone is next, or next but one."""
    line, chance = MemoryLine(), random.Random(0)
    entered(line, (job(event=name) for name in ("one", "two") for _ in range(200)))
    places = []
    while line.waits:
        for _ in range(min(chance.randint(0, 6), len(line.waits))):
            line.take()
        if not line.waits:
            break
        (single,) = entered(line, [job()])
        places.append(line.order().index(single) + 1)
        while single in line.waits:
            line.take()
    assert len(places) > 50
    assert max(places) <= 2


def test_an_event_is_no_way_to_more() -> None:
    """Of a person with ten requests and an event of two hundred, each gets every second turn."""
    line = MemoryLine()
    entered(line, (job(event="party") for _ in range(200)))
    mine = entered(line, (job("me") for _ in range(10)))
    order = [line.take() for _ in range(21)]
    assert [one for one in order if one.user_id == "me"] == mine


def test_rendering_goes_before_training() -> None:
    """Whoever has a Face LoRA is served before those who came earlier and must train."""
    line = MemoryLine()
    entered(line, (job() for _ in range(5)))
    (quick,) = entered(line, [job(trained=True)])
    assert line.take() == quick


def test_rendering_does_not_pass_a_training_for_ever() -> None:
    """Of those who only render, nobody passes a training who comes after eight head starts of work were done.

    Two of them come at every turn, so that there is always one to be served. The training of a stranger waits, and
    once it is served, that of the next.
    """
    line, work = MemoryLine(), 0
    came = dict.fromkeys(entered(line, (job(trained=True) for _ in range(3))), 0)
    for _ in range(3):
        (training,) = entered(line, [job()])
        since = work
        while (taken := line.take()) != training:
            assert came[taken] <= since + SHARES * HEAD_START_MS
            work += cost_of(taken)
            came |= dict.fromkeys(entered(line, [job(trained=True), job(trained=True)]), work)


def test_newcomers_do_not_starve_an_event() -> None:
    """Though two strangers come at every turn, an event gets its eighth, halved since twice as many come as can go."""
    line, turns = MemoryLine(), 0
    members = entered(line, (job(event="party") for _ in range(50)))
    while any(member in line.waits for member in members):
        entered(line, [job(), job()])
        line.take()
        turns += 1
    assert turns <= (2 * SHARES + 1) * len(members)


def test_many_events_do_not_starve_newcomers() -> None:
    """Among twenty events, each with more to come, whoever comes alone waits for one job of each at most."""
    line, chance = MemoryLine(), random.Random(0)
    entered(line, (job(event=f"event {n}") for n in range(20) for _ in range(10)))
    while sum(one.event_id is not None for one in line.waits) > 60:
        for _ in range(chance.randint(1, 6)):
            line.take()
        (single,) = entered(line, [job()])
        order = line.order()
        assert sum(before.event_id is not None for before in order[: order.index(single)]) <= 20
