"""The device's time is divided by weight, whoever comes and goes."""

from __future__ import annotations

from collections import Counter

from limner.engine.floor.fairness import FairTime


def served(
    times: FairTime[str], waiting: list[str], turns: int, seconds: dict[str, float] | None = None
) -> Counter[str]:
    """Serve whoever is first for so many turns, and count whose they were."""
    counts: Counter[str] = Counter()
    for _ in range(turns):
        first = times.order(waiting)[0]
        times.spend(first, (seconds or {}).get(first, 1.0))
        counts[first] += 1
    return counts


def test_equal_weights_get_equal_time() -> None:
    """Somebody whose turns take three times as long gets a third of the turns."""
    assert served(FairTime(), ["a", "b"], 40, {"a": 3.0, "b": 1.0}) == {"a": 10, "b": 30}


def test_weights_divide() -> None:
    """A key of weight two gets two thirds of the time."""
    assert served(FairTime({"draw": 2.0}), ["draw", "learn"], 30) == {"draw": 20, "learn": 10}


def test_nobody_saves_time_up() -> None:
    """Who comes after the others were served long shares evenly from then on, and is not served alone."""
    times: FairTime[str] = FairTime()
    served(times, ["a", "b"], 100)
    assert served(times, ["a", "b", "late"], 30) == {"a": 10, "b": 10, "late": 10}


def test_equal_ones_come_in_their_order() -> None:
    """Those who have had the same are served in the order in which they came."""
    assert FairTime[str]().order(["c", "a", "b"]) == ["c", "a", "b"]


def test_who_leaves_is_forgotten() -> None:
    """Somebody who left and comes back has no debts."""
    times: FairTime[str] = FairTime()
    times.spend("a", 50.0)
    times.leave("a")
    assert served(times, ["a", "b"], 10) == {"a": 5, "b": 5}
