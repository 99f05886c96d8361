"""Holding an avatar event: the host's side. Opens, tells how it stands, takes back; `keeper` does the rest.

Who may hold one is the platform's to say: its adapter asks before it calls anything here.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from limner.bots.replies import Said
from limner.bots.turn import Tools
from limner.storage.errors import EventOpenError
from limner.storage.events import AvatarEvent, NewEvent
from limner.storage.users import User

__all__ = ["SHORTEST", "USUAL", "USUAL_MEMBERS", "Plan", "cancel", "close", "lasting", "open_event"]

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=14)
LEAST_MEMBERS = 2
USUAL, USUAL_MEMBERS = timedelta(days=1), 50
"""What a host gets who says neither."""

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a host wants. `place` is in the platform's own words; `payer` says whose quota it takes."""

    place: str
    title: str
    style: str
    lasts: timedelta
    most_members: int
    gallery: bool = True
    payer: Literal["host", "community"] = "host"


def lasting(typed: str) -> timedelta | None:
    """Read how long something lasts, as 30m, 3h or 2d; None for anything else."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*([mhd])\s*", typed.lower())
    return int(found[1]) * UNITS[found[2]] if found else None


async def open_event(tools: Tools, host: User, community: User, plan: Plan, now: datetime) -> list[Said]:
    """Open an event, or say why not. The keeper announces it."""
    payer = host if plan.payer == "host" else community
    share = tools.limits.event_portraits
    available = (await tools.storage.quota.balance(payer.id)).available
    if refusal := _refusal(tools, plan, available):
        return [refusal]
    try:
        await tools.storage.events.create(
            NewEvent(
                community_id=community.id,
                host_id=host.id,
                payer_id=payer.id,
                platform=host.platform,
                place=plan.place,
                title=plan.title,
                language=host.language,
                style=plan.style,
                portraits=share,
                most_members=plan.most_members,
                gallery=plan.gallery,
                ends_at=now + plan.lasts,
            )
        )
    except EventOpenError:
        return [Said("event-already")]
    opened = Said("event-opened")
    enough_for = available // share
    return [opened] if enough_for >= plan.most_members else [opened, Said("event-pool-for", {"members": enough_for})]


async def close(tools: Tools, event: AvatarEvent) -> list[Said]:
    """End an event before its time: nobody joins any more, and what is under way is finished."""
    return [Said("event-closing" if await tools.storage.events.move(event.id, "open", "closing") else "event-none")]


async def cancel(tools: Tools, event: AvatarEvent) -> list[Said]:
    """Take an event back: what has not begun is not painted, and its quota is given back (by the keeper)."""
    events = tools.storage.events
    gone = await events.move(event.id, "open", "cancelled") or await events.move(event.id, "closing", "cancelled")
    return [Said("event-cancelled" if gone else "event-none")]


def _refusal(tools: Tools, plan: Plan, available: int) -> Said | None:
    if plan.style not in tools.styles:
        return Said("style-unknown", {"style": plan.style})
    if not SHORTEST <= plan.lasts <= LONGEST:
        return Said("event-duration")
    if not LEAST_MEMBERS <= plan.most_members <= tools.limits.most_members:
        return Said("event-members", {"least": LEAST_MEMBERS, "most": tools.limits.most_members})
    if available < tools.limits.event_portraits:
        return Said("event-pool-short", {"available": available, "needed": tools.limits.event_portraits})
    return None
