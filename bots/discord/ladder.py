"""The ways to a person, one below the other. What does not reach them by one goes by the next.

    the interaction's own way, for a quarter of an hour
    the channel, if it is for everybody there, the bot may write there, and the person has not left
    the way of whatever the person has pressed since
    direct messages

What is for a person alone never goes to a channel. Where no way is left, `NoWayError` says so: the result stays in the
outbox until the person presses or commands something again.
"""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import discord

from limner.bots.discord.messages.outgoing import Outgoing, Place, Way
from limner.bots.discord.messages.wire import AWAY, Wire, is_closed_way, is_no_entry
from limner.bots.errors import NoWayError
from limner.storage.users import User

__all__ = ["Ladder"]

logger = logging.getLogger(__name__)

REMEMBERED = 10_000

Rung = Callable[[Outgoing], Awaitable[str]]


class Ladder:
    """Finds the way. `now` is seconds since 1970."""

    def __init__(self, wire: Wire, now: Callable[[], float]) -> None:
        self._wire = wire
        self._now = now
        self._latest: OrderedDict[str, Way] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()

    def heard(self, person_id: str, way: Way) -> None:
        """Note the way that a person has opened just now. A restart forgets it."""
        self._latest[person_id] = way
        self._latest.move_to_end(person_id)
        while len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)

    def is_open(self, way: Way) -> bool:
        """Say whether a way may still lead there."""
        return way.token not in self._closed and self._now() < way.until

    async def answer(self, user: User, way: Way, message: Outgoing) -> str:
        """Answer an interaction in its own message; else by whatever leads to the person. Raises NoWayError."""
        reference = await self._by_way(way, self._wire.answer(way, message)) if self.is_open(way) else ""
        return reference or await self.bring(user, Place(way, None, None), message)

    async def edit(self, way: Way, message: Outgoing) -> bool:
        """Replace a way's own message; False where that is not possible (any more)."""
        return await self._quietly(way, lambda: self._wire.answer(way, message))

    async def sorry(self, way: Way, words: str) -> bool:
        """Say one sentence by a way; False where it is closed. What stands there is not replaced."""
        return await self._quietly(way, lambda: self._wire.follow(way, Outgoing(words), quiet=way.quiet))

    async def take_back(self, way: Way) -> bool:
        """Delete a way's own message; False where that is not possible (any more)."""
        return await self._quietly(way, lambda: self._wire.take_back(way))

    async def bring(self, user: User, place: Place | None, message: Outgoing) -> str:
        """Send a message by the first way that leads to a person; return where it stands, as `channel message`.

        Raises NoWayError where none does, and what the wire raises when Discord cannot be reached or will not take it.
        """
        async for rung in self._rungs(user, place):
            reference = await rung(message)
            if reference:
                return reference
        raise NoWayError(user.platform)

    async def _rungs(self, user: User, place: Place | None) -> AsyncIterator[Rung]:
        if place is not None and self.is_open(place.way):
            yield partial(self._follow, place.way, place.way.quiet and not place.public)
        if place is not None and place.public and await self._belongs_there(user, place):
            yield partial(self._by_channel, place.channel_id or 0)
        latest = self._latest.get(user.platform_id)
        if latest is not None and self.is_open(latest) and (place is None or latest != place.way):
            yield partial(self._follow, latest, latest.quiet)
        yield partial(self._direct, user)

    async def _follow(self, way: Way, quiet: bool, message: Outgoing) -> str:  # noqa: FBT001 - bound by partial
        return await self._by_way(way, self._wire.follow(way, message, quiet=quiet))

    async def _by_way(self, way: Way, call: Awaitable[str]) -> str:
        try:
            return await call
        except discord.HTTPException as error:
            if is_closed_way(error):
                self._close(way)
            elif not is_no_entry(error):
                raise
            return ""

    async def _by_channel(self, channel_id: int, message: Outgoing) -> str:
        return await self._if_let_in(self._wire.channel(channel_id, message), "channel")

    async def _direct(self, user: User, message: Outgoing) -> str:
        return await self._if_let_in(self._wire.direct(user.platform_id, message), "direct messages")

    async def _if_let_in(self, call: Awaitable[str], where: str) -> str:
        try:
            return await call
        except discord.HTTPException as error:
            if not is_no_entry(error):
                raise
            logger.info("The way by %s is closed (%d/%d).", where, error.status, error.code)
            return ""

    async def _belongs_there(self, user: User, place: Place) -> bool:
        if place.server_id is None or place.channel_id is None:
            return False
        try:
            return await self._wire.is_member(place.server_id, user.platform_id)
        except discord.Forbidden:  # we are not there ourselves any more
            return False

    async def _quietly(self, way: Way, call: Callable[[], Awaitable[object]]) -> bool:
        if not self.is_open(way):
            return False
        try:
            await call()
        except discord.HTTPException as error:
            if is_closed_way(error):
                self._close(way)
            logger.info("A message could not be changed (%d/%d).", error.status, error.code)
            return False
        except AWAY as error:
            logger.info("A message could not be changed: %s.", type(error).__name__)
            return False
        return True

    def _close(self, way: Way) -> None:
        self._closed[way.token] = None
        while len(self._closed) > REMEMBERED:
            self._closed.popitem(last=False)
