"""Discord's door for results and progress: what `limner.bots.delivery` brings goes out here.

A result is sent in parts, each written down as it arrives: a delivery that was cut off goes on where it was. Whoever no
way leads to is left in peace until they press or command something again; their results wait in the outbox.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import discord

from limner.bots import replies as r
from limner.bots.discord.asking import Asking
from limner.bots.discord.desk import Desk
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.messages.outgoing import Outgoing
from limner.bots.discord.messages.wire import is_no_entry
from limner.bots.discord.progress import Progress
from limner.bots.discord.results import Results
from limner.bots.errors import NoWayError
from limner.bots.reach import Reach
from limner.storage.users import User

__all__ = ["DiscordDoor"]

Part = Callable[[], Awaitable[str]]


class DiscordDoor:
    """Brings results; a `limner.bots.delivery.Door`."""

    def __init__(
        self,
        desk: Desk,
        ladder: Ladder,
        asking: Asking,
        progress: Progress,
        results: Results,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._ladder = ladder
        self._asking = asking
        self._progress = progress
        self._results = results
        self.reach = Reach(now)

    def reachable(self, user_id: str) -> bool:
        """Say whether some way may lead to a person, and no delivery to them has just failed."""
        return self.reach.reachable(user_id)

    async def deliver(self, user_id: str, notice_id: str, replies: Sequence[r.Reply]) -> bool:
        """Bring a result, from the first part that has not arrived; True once all have."""
        user = await self._desk.storage.users.get(user_id)
        try:
            for reply in replies:
                await self._bring(user, notice_id, reply)
        except NoWayError:
            self.reach.away(user_id)
            return False
        except Exception:
            self.reach.failed(user_id)
            raise
        self.reach.arrived(user_id)
        return True

    async def receipt(self, platform_id: str, reply: r.Forgotten) -> bool:
        """Tell a receipt by direct message; where those are closed, no way is left."""
        try:
            await self._desk.wire.direct(platform_id, Outgoing(self._desk.words(None).receipt(reply)))
        except discord.HTTPException as error:
            if not is_no_entry(error):
                raise
        return True

    async def progress(self, user_id: str, reply: r.ProgressShown | r.QueueMoved) -> None:
        """Show progress, or drop it."""
        await self._progress.show(user_id, reply)

    async def _bring(self, user: User, notice_id: str, reply: r.Reply) -> None:
        match reply:
            case r.PhotoAccepted() | r.PhotoRefused():
                await self._asking.settle(user)
            case r.PreviewReady():
                place = await self._progress.place(user.id, reply.request.id)
                await self._in_parts(notice_id, [partial(self._results.preview, user, reply, place)])
            case r.Said():
                message = self._desk.renderer(user).text(reply.text, reply.args)
                with suppress(NoWayError):  # a word in advance holds up no result, which may find another way
                    await self._in_parts(notice_id, [partial(self._ladder.bring, user, None, message)])
            case r.PortraitsReady() | r.RequestEnded():
                await self._in_parts(notice_id, await self._parts(user, reply))

    async def _in_parts(self, notice_id: str, parts: Sequence[Part]) -> None:
        arrived = await self._desk.storage.sent.parts(notice_id)
        for number, part in enumerate(parts):
            if number not in arrived:
                await self._desk.storage.sent.record(notice_id, number, await part())

    async def _parts(self, user: User, reply: r.PortraitsReady | r.RequestEnded) -> list[Part]:
        place = await self._progress.place(user.id, reply.request.id)
        ended = partial(self._progress.ended, user, reply.request.id)
        if isinstance(reply, r.RequestEnded):
            # Why something failed is for the person alone, wherever the portraits would have gone.
            message = self._desk.renderer(user).ended(reply)
            private = None if place is None else replace(place, public=False)
            return [partial(self._ladder.bring, user, private, message), ended]
        pages = await self._results.pages(user, reply.portraits, place)
        sent = [partial(self._results.page, user, reply, pages, number, place) for number in range(len(pages))]
        return [*sent, ended]
