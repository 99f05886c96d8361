"""Receipts of deletions: told by the turn, or later by whoever finds that they are owed."""

from dataclasses import dataclass, field
from datetime import timedelta

from limner.bots.events import ForgetConfirmed
from limner.bots.receipts import tell_owed
from limner.bots.replies import Forgotten
from limner.tests.fakes.talk import Talk

AT_ONCE = timedelta(0)


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
        await tell_owed(talk.storage, user.platform, teller, AT_ONCE)
    assert teller.told == [(user.platform_id, reply)]


async def test_the_turn_that_asked_has_a_minute_to_tell_it_itself(talk: Talk) -> None:
    """A receipt that has just come to be owed is left alone, so that it is not told twice."""
    await talk.agree()
    await talk.say(ForgetConfirmed())
    teller = FakeTeller()
    await tell_owed(talk.storage, talk.user.platform, teller)
    assert teller.told == []


async def test_a_receipt_waits_for_a_platform_that_is_away(talk: Talk) -> None:
    """What broke, or what the platform leaves for the next visit, stays owed."""
    await talk.agree()
    user = talk.user
    await talk.say(ForgetConfirmed())
    for teller in (FakeTeller(breaks=True), FakeTeller(takes=False)):
        await tell_owed(talk.storage, user.platform, teller, AT_ONCE)
    assert len(await talk.storage.receipts.owed(user.platform)) == 1
