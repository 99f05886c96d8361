"""Avatar events kept going: announced, counted, shown, ended, their poster hung up. Knows no platform.

Whatever is still to be done is a difference in storage, so it is done whenever this looks again, whatever was killed
meanwhile. A message may be sent twice around a crash where the platform has no key for it (Discord has): one that was
killed between sending and its record stays in the chat, unknown here, until somebody deletes it there.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from limner.bots.errors import PlaceGoneError
from limner.bots.ports import Queue, Storage
from limner.bots.turn import queue_may_be_away
from limner.queue.messages import MakePoster
from limner.storage.events import AvatarEvent, Counts
from limner.storage.galleries import Show

__all__ = ["Keeper", "Stage"]

logger = logging.getLogger(__name__)

SWEEP_S = 3.0
EDIT_S = 15.0
"""Between two edits of one announcement: a counter that moves is worth no more of a group's rate."""


class Stage(Protocol):
    """One platform's way of showing events. Every method raises PlaceGoneError where the event's place is gone."""

    async def announce(self, event: AvatarEvent, counts: Counts) -> str | None:
        """Post the announcement, or bring the one that is there up to date; its reference, None if it was dropped."""

    async def show(self, event: AvatarEvent, show: Show, portrait: bytes) -> str:
        """Post a member's portrait in the gallery; give the post's reference."""

    async def take_away(self, event: AvatarEvent, reference: str) -> None:
        """Delete a post; one that is gone already is no error."""

    async def hang_poster(self, event: AvatarEvent, poster: bytes) -> str:
        """Post the poster; give the post's reference."""

    async def end(self, event: AvatarEvent, counts: Counts) -> None:
        """Say that an event is over or was cancelled."""


class Keeper:
    """Keeps one platform's events going; `run` it beside the adapter."""

    def __init__(
        self,
        storage: Storage,
        queue: Queue,
        platform: str,
        stage: Stage,
        clock: Callable[[], datetime],
        *,
        sweep_s: float = SWEEP_S,
        edit_s: float = EDIT_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._storage = storage
        self._queue = queue
        self._platform = platform
        self._stage = stage
        self._clock = clock
        self._sweep_s = sweep_s
        self._edit_s = edit_s
        self._now = now
        self._told: dict[str, tuple[Counts | None, float]] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Keep events going until cancelled."""
        try:
            while True:
                try:
                    await self._begin()
                except Exception:
                    # The rim of a sweep: a database that is away for a moment must not end this for good.
                    logger.exception("The events of %s could not be read; trying again.", self._platform)
                await asyncio.sleep(self._sweep_s)
        finally:
            tasks = tuple(self._under_way.values())
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)

    async def sweep(self) -> None:
        """Do what can be done now for every event, and return when it is done."""
        await self._begin()
        if self._under_way:
            await asyncio.wait(tuple(self._under_way.values()))

    async def _begin(self) -> None:
        unfinished = await self._storage.events.unfinished(self._platform)
        self._told = {event.id: self._told[event.id] for event in unfinished if event.id in self._told}
        for event in unfinished:
            if event.id not in self._under_way:
                # One event whose group is slow holds up no other.
                task = asyncio.create_task(self._keep(event))
                self._under_way[event.id] = task
                task.add_done_callback(partial(self._ended, event.id))

    def _ended(self, event_id: str, _: "asyncio.Task[None]") -> None:
        self._under_way.pop(event_id, None)

    async def _keep(self, event: AvatarEvent) -> None:
        try:
            await self._advance(event)
        except PlaceGoneError as gone:
            logger.warning("The event %s is given up: %s", event.id, gone)
            await self._give_up(event)
        except Exception:
            # The rim of one event: the next sweep finds it as it is then.
            logger.exception("The event %s could not be kept going; trying again.", event.id)

    async def _advance(self, event: AvatarEvent) -> None:
        events = self._storage.events
        if event.state == "open" and event.ends_at <= self._clock():
            await events.move(event.id, "open", "closing")
        if event.state == "cancelled":
            await self._cancel_waiting(event)
        counts = await events.counts(event.id)
        if event.state in {"open", "closing"}:
            await self._announce(event, counts)
        await self._gallery(event)
        if event.state == "closing" and not counts.under_way and not await self._storage.galleries.due(event.id):
            if await self._storage.galleries.on_show(event.id):
                await self._storage.galleries.want_poster(event.id)
            await events.move(event.id, "closing", "ended")
        if event.state in {"ended", "cancelled"}:
            await self._tell_end(event, counts)
            await self._poster(event)

    async def _announce(self, event: AvatarEvent, counts: Counts) -> None:
        told, at = self._told.get(event.id, (None, -self._edit_s))
        if event.announcement is not None and (told == counts or self._now() < at + self._edit_s):
            return
        reference = await self._stage.announce(event, counts)
        self._told[event.id] = (told if reference is None else counts, self._now())
        if reference is not None and reference != event.announcement:
            await self._storage.events.note(event.id, announcement=reference)

    async def _gallery(self, event: AvatarEvent) -> None:
        galleries = self._storage.galleries
        for reference in await galleries.stale(event.id):
            await self._stage.take_away(event, reference)
            await galleries.taken_away(event.id, reference)
        if not event.gallery or event.state == "cancelled":
            return
        for show in await galleries.due(event.id):
            portrait = await self._storage.portraits.read(show.portrait_id, show.user_id)
            reference = await self._stage.show(event, show, portrait)
            await galleries.shown(event.id, show.user_id, reference)

    async def _poster(self, event: AvatarEvent) -> None:
        if event.poster_wanted == event.poster_shown:
            return
        if not await self._storage.galleries.on_show(event.id):  # everybody who was on it has left it
            await self._take_poster_away(event)
            await self._storage.events.note(event.id, poster_shown=event.poster_wanted, poster=None)
        elif event.poster_made < event.poster_wanted:
            with queue_may_be_away():
                await self._queue.make_poster(MakePoster(event.id, event.poster_wanted))
        else:
            # The old one first: were it last, a crash before it would leave a face on show that wanted to be gone.
            await self._take_poster_away(event)
            reference = await self._stage.hang_poster(event, await self._storage.galleries.read_poster(event.id))
            await self._storage.events.note(event.id, poster_shown=event.poster_made, poster=reference)

    async def _take_poster_away(self, event: AvatarEvent) -> None:
        if event.poster is not None:
            await self._stage.take_away(event, event.poster)

    async def _tell_end(self, event: AvatarEvent, counts: Counts) -> None:
        if not event.told:
            await self._stage.end(event, counts)
            await self._storage.events.note(event.id, told=True)

    async def _cancel_waiting(self, event: AvatarEvent) -> None:
        for request_id in await self._storage.events.waiting(event.id):
            await self._storage.requests.cancel(request_id)
            with queue_may_be_away():
                await self._queue.cancel(request_id)

    async def _give_up(self, event: AvatarEvent) -> None:
        for state in ("open", "closing"):
            await self._storage.events.move(event.id, state, "cancelled")
        await self._cancel_waiting(event)
        await self._storage.galleries.give_up(event.id)
