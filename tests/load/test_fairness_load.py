"""The figure of the fair line, small: what it promises of the outcome holds for a handful of people too."""

import pytest

from limner.tests.load.fairness import crowd, first_come

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize("kills", [0, 2])
async def test_everybody_is_served_exactly_once(kills: int, capsys: pytest.CaptureFixture[str]) -> None:
    """An event's members and the people who come meanwhile are made once and charged once, whoever kills the worker."""
    assert await crowd(members=20, singles=5, scale=1000.0, kills=kills, seed=1) == 0, capsys.readouterr().out


def test_first_come_first_served_is_counted_through() -> None:
    """Whoever comes while others are served waits for them, and whoever comes to an idle system does not."""
    assert first_come([0.0, 0.0, 1.0, 10.0], 2.0) == [2.0, 4.0, 6.0, 12.0]
