"""Avatar events: a community's own, in one style, paid from one account, each member once.

open -> closing -> ended, or cancelled. Who has a portrait is not written here: a member's request names the event.
Everything a platform must still be told or shown is a difference between two columns or rows, so that whoever looks
next finds it: announced, shown, to be taken away, poster wanted, made and shown, end told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import sqlalchemy as sa

from limner.storage.database import Clock, Connection, Database, columns_of, insert_new
from limner.storage.errors import EventClosedError, EventFullError, EventOpenError, NotFoundError
from limner.storage.schema import event_members, event_shows, events, portraits, requests

_ALIVE = events.c.state.in_(("open", "closing"))
_SERVED = ("queued", "running", "made")


@dataclass(frozen=True, slots=True)
class AvatarEvent:
    """One event. `place` is where it is held, in its platform's own words; `payer_id` whose quota it takes.

    The figures `poster_…` count versions of the poster: wanted, made, and shown as the message `poster`.
    """

    id: str
    platform: str
    place: str
    title: str
    language: str
    style: str
    portraits: int
    most_members: int
    gallery: bool
    state: Literal["open", "closing", "ended", "cancelled"]
    created_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    community_id: str
    host_id: str | None
    payer_id: str | None
    announcement: str | None
    told: bool
    poster_wanted: int
    poster_made: int
    poster_shown: int
    poster: str | None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What a host asks for."""

    community_id: str
    host_id: str
    payer_id: str
    platform: str
    place: str
    title: str
    language: str
    style: str
    portraits: int
    most_members: int
    gallery: bool
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """Who takes part; `gallery` says whether their portrait may be shown."""

    event_id: str
    user_id: str
    name: str
    gallery: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How an event stands: members, those under way, and those who have their portraits."""

    members: int
    under_way: int
    made: int


class Events:
    """Keep events and their members. Each change is one conditional transaction and harmless when repeated."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, new: NewEvent) -> AvatarEvent:
        """Open an event. Raises EventOpenError where the community has one that has not ended."""
        row = {name: getattr(new, name) for name in NewEvent.__slots__}
        begun = {"id": uuid4().hex, "state": "open", "created_at": self._clock(), "told": False}
        posters = dict.fromkeys(("poster_wanted", "poster_made", "poster_shown"), 0)
        async with self._database.write() as connection:
            if not await insert_new(connection, events, **row, **begun, **posters):
                raise EventOpenError(new.community_id)
            return await one_event(connection, str(begun["id"]))

    async def get(self, event_id: str) -> AvatarEvent:
        """Find an event; NotFoundError for an unknown one."""
        async with self._database.read() as connection:
            return await one_event(connection, event_id)

    async def of_community(self, community_id: str) -> AvatarEvent | None:
        """Find the event of a community that has not ended, else its latest; None where it never had one."""
        newest = (
            _select().where(events.c.community_id == community_id).order_by(_ALIVE.desc(), events.c.created_at.desc())
        )
        return next(iter(await self._list(newest.limit(1))), None)

    async def latest(self, limit: int = 50) -> list[AvatarEvent]:
        """List everybody's events, the newest first."""
        return await self._list(_select().order_by(events.c.created_at.desc(), events.c.id).limit(limit))

    async def paid_by(self, user_id: str, limit: int = 20) -> list[AvatarEvent]:
        """List the events that take from an account, a host's or a community's own, the newest first."""
        newest = _select().where(events.c.payer_id == user_id).order_by(events.c.created_at.desc(), events.c.id)
        return await self._list(newest.limit(limit))

    async def unfinished(self, platform: str) -> list[AvatarEvent]:
        """List a platform's events that still go on, or of which something must be told, shown or taken away."""
        stale = sa.exists().where(event_shows.c.event_id == events.c.id, is_stale())
        due = sa.or_(_ALIVE, ~events.c.told, events.c.poster_wanted != events.c.poster_shown, stale)
        return await self._list(_select().where(events.c.platform == platform, due).order_by(events.c.created_at))

    async def join(self, event_id: str, user_id: str, name: str, *, gallery: bool) -> bool:
        """Let somebody take part; tell whether they do because of this call.

        Raises EventClosedError when it takes nobody any more, EventFullError when as many take part as may, and
        NotFoundError for an unknown event.
        """
        row = {"event_id": event_id, "user_id": user_id, "name": name, "joined_at": self._clock()}
        async with self._database.write() as connection:
            event = await one_event(connection, event_id)
            mine = _member(event_id, user_id)
            if (await connection.execute(sa.select(event_members.c.name).where(mine))).first() is not None:
                return False
            if event.state != "open":
                raise EventClosedError(event_id)
            if await _count(connection, event_members.c.event_id == event_id) >= event.most_members:
                raise EventFullError(event_id, event.most_members)
            return await insert_new(connection, event_members, **row, gallery=gallery and event.gallery)

    async def leave(self, event_id: str, user_id: str) -> bool:
        """Let somebody take part no more, and their portrait leave the gallery; False when they did not."""
        async with self._database.write() as connection:
            gone = await connection.execute(event_members.delete().where(_member(event_id, user_id)))
            return gone.rowcount == 1

    async def set_gallery(self, event_id: str, user_id: str, *, gallery: bool) -> None:
        """Say whether a member's portrait may be shown; NotFoundError for somebody who does not take part."""
        async with self._database.write() as connection:
            mine = event_members.update().where(_member(event_id, user_id))
            if (await connection.execute(mine.values(gallery=gallery))).rowcount != 1:
                raise NotFoundError("member", user_id)

    async def member(self, event_id: str, user_id: str) -> Member | None:
        """Find somebody who takes part, None where they do not."""
        query = sa.select(*columns_of(event_members, Member)).where(_member(event_id, user_id))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Member(*row)

    async def joining(self, user_id: str) -> AvatarEvent | None:
        """Find the open event that somebody joined last and has no portraits of, nor any under way."""
        served = sa.exists().where(
            requests.c.event_id == events.c.id, requests.c.user_id == user_id, requests.c.state.in_(_SERVED)
        )
        query = (
            _select()
            .join(event_members, event_members.c.event_id == events.c.id)
            .where(event_members.c.user_id == user_id, events.c.state == "open", ~served)
            .order_by(event_members.c.joined_at.desc())
            .limit(1)
        )
        return next(iter(await self._list(query)), None)

    async def served(self, event_id: str, user_id: str) -> bool:
        """Tell whether somebody has their portraits of an event, or they are under way."""
        mine = sa.and_(requests.c.event_id == event_id, requests.c.user_id == user_id, requests.c.state.in_(_SERVED))
        async with self._database.read() as connection:
            return (await connection.execute(sa.select(requests.c.id).where(mine))).first() is not None

    async def tries(self, event_id: str, user_id: str) -> int:
        """Count a member's requests that came to nothing: each further one has a key of its own."""
        ended = requests.c.state.in_(("failed", "cancelled"))
        mine = sa.and_(requests.c.event_id == event_id, requests.c.user_id == user_id, ended)
        async with self._database.read() as connection:
            counted: int = await connection.scalar(sa.select(sa.func.count()).select_from(requests).where(mine))
        return counted

    async def counts(self, event_id: str) -> Counts:
        """Count an event's members and their portraits."""
        async with self._database.read() as connection:
            members = await _count(connection, event_members.c.event_id == event_id)
            states = sa.select(requests.c.state, sa.func.count()).where(requests.c.event_id == event_id)
            rows = (await connection.execute(states.group_by(requests.c.state))).all()
        found: dict[str, int] = {state: number for state, number in rows}  # noqa: C416  (mypy sees rows, not pairs)
        return Counts(members, found.get("queued", 0) + found.get("running", 0), found.get("made", 0))

    async def waiting(self, event_id: str) -> Sequence[str]:
        """List the requests of an event that nobody has begun to paint."""
        query = sa.select(requests.c.id).where(requests.c.event_id == event_id, requests.c.state == "queued")
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalars().all()

    async def move(self, event_id: str, before: str, after: str) -> bool:
        """Take an event from one state to another; False when it was not in the first."""
        ended = {"ended_at": self._clock()} if after in {"ended", "cancelled"} else {}
        async with self._database.write() as connection:
            may = sa.and_(events.c.id == event_id, events.c.state == before)
            return (await connection.execute(events.update().where(may).values(state=after, **ended))).rowcount == 1

    async def note(self, event_id: str, **values: str | bool | int | None) -> None:
        """Write down what a platform was told: `announcement`, `told`, `poster_shown`, `poster`, `place`."""
        async with self._database.write() as connection:
            await connection.execute(events.update().where(events.c.id == event_id).values(**values))

    async def _list(self, query: sa.Select[Any]) -> list[AvatarEvent]:
        async with self._database.read() as connection:
            return [AvatarEvent(*row) for row in await connection.execute(query)]


def is_stale() -> sa.ColumnElement[bool]:
    """Say of a row of `event_shows` that it must go: its member left, was forgotten, or wants it shown no more."""
    willing = sa.exists().where(
        event_members.c.event_id == event_shows.c.event_id,
        event_members.c.user_id == event_shows.c.user_id,
        event_members.c.gallery,
    )
    kept = sa.exists().where(
        portraits.c.request_id == requests.c.id,
        requests.c.event_id == event_shows.c.event_id,
        requests.c.user_id == event_shows.c.user_id,
    )
    return sa.or_(event_shows.c.user_id.is_(None), ~willing, ~kept)


async def one_event(connection: Connection, event_id: str) -> AvatarEvent:
    """Find an event in the caller's transaction; NotFoundError for an unknown one."""
    row = (await connection.execute(_select().where(events.c.id == event_id))).one_or_none()
    if row is None:
        raise NotFoundError("event", event_id)
    return AvatarEvent(*row)


def _select() -> sa.Select[Any]:
    return sa.select(*columns_of(events, AvatarEvent))


def _member(event_id: str, user_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(event_members.c.event_id == event_id, event_members.c.user_id == user_id)


async def _count(connection: Connection, condition: sa.ColumnElement[bool]) -> int:
    counted: int = await connection.scalar(sa.select(sa.func.count()).select_from(event_members).where(condition))
    return counted
