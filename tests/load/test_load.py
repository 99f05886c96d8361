"""The measured figures of Telegram and Discord, small: what they promise holds for a handful of people too."""

import pytest

from limner.tests.load.discord import measure as first_answers
from limner.tests.load.discord_killed import endure as nothing_lost
from limner.tests.load.killed import endure
from limner.tests.load.telegram import measure

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_a_crowd_loses_no_photo(capsys: pytest.CaptureFixture[str]) -> None:
    """Every photo of twenty people who send at once is stored once, looked at and told, within Telegram's rates."""
    assert await measure(chats=20, seconds=2.0) == 0, capsys.readouterr().out


async def test_whenever_it_is_killed_everything_takes_effect_once(capsys: pytest.CaptureFixture[str]) -> None:
    """After five kills every photo is in its set once, every press has one request, and nobody waits in vain."""
    assert await endure(kills=5, people=3, longest_s=3.0, patience_s=90.0, seed=1) == 0, capsys.readouterr().out


async def test_whatever_is_killed_on_discord_everything_ends_once(capsys: pytest.CaptureFixture[str]) -> None:
    """After kills of bot and worker every request ended once, for its owner's eyes alone, and nobody waits in vain."""
    few = await nothing_lost(kills=5, members=2, singles=1, scale=1000.0, longest_s=1.0, patience_s=90.0, seed=1)
    assert few == 0, capsys.readouterr().out


async def test_discord_answers_a_crowd(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of thirty interactions within two seconds has its first answer, and the bot does nothing wrong."""
    assert await first_answers(asks=30, seconds=2.0) == 0, capsys.readouterr().out
