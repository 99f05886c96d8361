"""Who can be brought results now, by a clock that is turned."""

from limner.bots.reach import LONGEST_REST_S, Reach


def test_who_is_away_is_left_in_peace_until_they_write() -> None:
    """Nothing is tried for somebody who blocked the bot; what they write says that something has waited."""
    reach = Reach(lambda: 0.0)
    assert reach.reachable("ann")
    reach.away("ann")
    assert not reach.reachable("ann")
    assert reach.reachable("bob")
    assert reach.heard("ann")
    assert reach.reachable("ann")
    assert not reach.heard("ann")


def test_a_delivery_that_fails_again_waits_longer_up_to_a_bound() -> None:
    """The rests double, the longest is five minutes, and one that arrives begins anew."""
    now = 0.0
    reach, rests = Reach(lambda: now), []
    for _ in range(9):
        reach.failed("ann")
        began = now
        while not reach.reachable("ann"):
            now += 1.0
        rests.append(now - began)
    assert rests[:4] == [5.0, 10.0, 20.0, 40.0]
    assert max(rests) == LONGEST_REST_S
    reach.arrived("ann")
    reach.failed("ann")
    now += 5.0
    assert reach.reachable("ann")
