"""Receipts of deletions: told by the turn, or later by whoever finds that they are owed."""

import errno
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from limner.bots.events import ForgetConfirmed
from limner.bots.receipts import Debts, note_told
from limner.bots.replies import Forgotten
from limner.storage.database import utc_now
from limner.tests.fakes.talk import Talk


@dataclass
class FakeTeller:
    """A platform that notes the receipts it is given, and can be broken or have no way."""

    takes: bool = True
    breaks: bool = False
    told: list[tuple[str, Forgotten]] = field(default_factory=list)

    async def receipt(self, platform_id: str, reply: Forgotten) -> bool:
        """Note a receipt."""
        if self.breaks:
            raise RuntimeError("The platform is broken.")
        self.told.append((platform_id, reply))
        return self.takes


async def test_a_receipt_that_was_not_told_is_told_once(talk: Talk) -> None:
    """The deletion's own words go to the chat that asked for it, and not a second time."""
    await talk.agree()
    user = talk.user
    (reply,) = await talk.say(ForgetConfirmed())
    teller = FakeTeller()
    for _ in range(2):
        await Debts(talk.storage, user.platform, teller, grace_s=0.0).tell()
    assert teller.told == [(user.platform_id, reply)]


async def test_the_turn_that_asked_has_a_minute_to_tell_it_itself(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that only counts, whatever time of day it is: then it is told, for the turn was killed."""
    await talk.agree()
    await talk.say(ForgetConfirmed())
    teller, times_s = FakeTeller(), iter((0.0, 59.0, 60.0))
    debts = Debts(talk.storage, talk.user.platform, teller, now=lambda: next(times_s))
    monkeypatch.setattr(talk.storage.receipts, "_clock", lambda: utc_now() + timedelta(hours=3))
    for told in (0, 0, 1):
        await debts.tell()
        assert len(teller.told) == told


async def test_a_receipt_is_noted_as_told_when_there_is_room_again(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full for some seconds neither raises, which would make the person anew, nor has it told twice."""
    await talk.agree()
    user = talk.user
    await talk.say(ForgetConfirmed())
    note, naps = talk.storage.receipts.told, list[float]()

    async def full(platform: str, platform_id: str) -> None:
        if len(naps) < 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        await note(platform, platform_id)

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    monkeypatch.setattr(talk.storage.receipts, "told", full)
    await note_told(talk.storage, user, nap)
    assert await talk.storage.receipts.owed(user.platform) == []


async def test_a_receipt_waits_for_a_platform_that_is_away(talk: Talk) -> None:
    """What broke, or what the platform leaves for the next visit, stays owed."""
    await talk.agree()
    user = talk.user
    await talk.say(ForgetConfirmed())
    for teller in (FakeTeller(breaks=True), FakeTeller(takes=False)):
        await Debts(talk.storage, user.platform, teller, grace_s=0.0).tell()
    assert len(await talk.storage.receipts.owed(user.platform)) == 1
