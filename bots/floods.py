"""How many commands a group or server as a whole may give in an hour: asked before anything is answered or looked up.

What one person may do has limits of its own (`conversation`). A flood in one place reaches no other and no private
chat, and taking part in an event by its button or link counts for the person alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from limner.bots.turn import Tools
from limner.storage.users import User

__all__ = ["Full", "full"]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Full:
    """A place has used up its commands. `goes_on` is the hour and minute in UTC; `tell`: it was not told this hour."""

    goes_on: str
    tell: bool


async def full(tools: Tools, community: User, now: datetime) -> Full | None:
    """Count a command of a community; None where it may be carried out."""
    rates, most = tools.storage.rates, tools.limits.commands_an_hour
    wait = await rates.take(community.id, "commands", most=most, per=HOUR)
    if not wait:
        return None
    told_before = await rates.take(community.id, "commands told", most=1, per=HOUR)
    goes_on = now + wait + MINUTE - timedelta(microseconds=1)  # the first full minute that is not too early
    return Full(f"{goes_on:%H:%M}", tell=not told_before)
