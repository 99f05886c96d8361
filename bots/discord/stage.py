"""Avatar events in a server: the announcement with its count, the gallery in a thread of its own, the poster, the end.

A `limner.bots.keeper.Stage`. Messages are written down as `channel message`.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from datetime import timedelta

import discord

from limner.bots import event_phrases
from limner.bots.discord.copies import Copies
from limner.bots.discord.desk import Desk
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.limits import FILE_BYTES
from limner.bots.discord.messages import event_buttons
from limner.bots.discord.messages.outgoing import File, Outgoing
from limner.bots.discord.messages.render import cut
from limner.bots.discord.messages.venue import Venue
from limner.bots.discord.messages.wire import AWAY, is_too_large
from limner.bots.discord.rules import Rules
from limner.bots.errors import NoWayError, PlaceGoneError
from limner.bots.phrases import Phrases
from limner.storage.errors import NotFoundError
from limner.storage.events import AvatarEvent, Counts
from limner.storage.galleries import Show

__all__ = ["DiscordStage", "Spot", "spot_of", "written"]

logger = logging.getLogger(__name__)

UNKNOWN_CHANNEL, UNKNOWN_GUILD, OLD_EDITS = 10003, 10004, 30046

YOUNG_S = 55 * 60.0
"""For so long a message may be edited as often as others; Discord counts the edits of those older than an hour."""

SELDOM_S = 10 * 60.0
"""Between two edits of an older one."""

AHEAD = timedelta(minutes=1)
"""A scheduled event must begin in the future."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an event is held; 0 where there is no thread, or no entry in the server's list of events, (yet)."""

    server_id: int
    channel_id: int
    thread_id: int = 0
    scheduled_id: int = 0


def written(spot: Spot) -> str:
    """Write a spot as an event keeps it."""
    return " ".join(map(str, astuple(spot)))


def spot_of(event: AvatarEvent) -> Spot:
    """Read the spot of an event."""
    return Spot(*map(int, event.place.split()))


class DiscordStage:
    """Shows events in servers. `now` is seconds since 1970."""

    def __init__(self, desk: Desk, ladder: Ladder, venue: Venue, rules: Rules, now: Callable[[], float]) -> None:
        self._desk = desk
        self._ladder = ladder
        self._venue = venue
        self._rules = rules
        self._now = now
        self._copies = Copies(desk)
        self._edited: dict[str, float] = {}

    async def announce(self, event: AvatarEvent, counts: Counts) -> str | None:
        """Post the announcement, or bring it up to date; None where it has been edited too often for now."""
        phrases = self._desk.words(event.language)
        words = event_phrases.announcement(phrases, event, counts)
        message = Outgoing(cut(words), event_buttons.announcement(phrases.words.say, event.id))
        key = f"announcement {event.id}"
        async with self._in_place(event):
            if event.announcement is None:
                return await self._first(event, message, key)
            if not self._may_edit(event):
                return None
            try:
                return event.announcement if await self._edit(event, message) else None
            except discord.NotFound:  # somebody has deleted it, and the event goes on
                return await self._venue.post(spot_of(event).channel_id, message, f"{key} {event.announcement}")

    async def show(self, event: AvatarEvent, show: Show, portrait: bytes) -> str:
        """Post a member's portrait in the gallery, with a button that only they can press."""
        event = await self._desk.storage.events.get(event.id)  # the thread may have been opened a moment ago
        owner = await self._desk.storage.users.get(show.user_id)
        phrases = self._desk.words(event.language)
        words = event_phrases.caption(phrases, event, discord.utils.escape_markdown(show.name))
        buttons = event_buttons.post(phrases.words.say, owner.platform_id, event.id)
        file = File(f"limner-{event.style[:40]}-{show.portrait_id[:8]}.png", portrait, words)
        if len(portrait) > FILE_BYTES:
            file = await self._copies.smaller(owner, show.portrait_id, file, FILE_BYTES) or file
        async with self._in_place(event):
            return await self._in_gallery(event, Outgoing(cut(words), buttons, (file,)), f"show {show.portrait_id}")

    async def take_away(self, event: AvatarEvent, reference: str) -> None:
        """Delete a post; one that is gone already is no error."""
        async with self._in_place(event):
            await self._venue.delete(*_ids(reference))

    async def hang_poster(self, event: AvatarEvent, poster: bytes) -> str:
        """Post the poster in the channel."""
        words = event_phrases.poster(self._desk.words(event.language), event)
        file = File(f"limner-{event.style[:40]}-poster.jpg", poster, words)
        async with self._in_place(event):
            message = Outgoing(discord.utils.escape_markdown(words), (), (file,))
            return await self._post(event, spot_of(event).channel_id, message, f"poster {event.id} {event.poster_made}")

    async def end(self, event: AvatarEvent, counts: Counts) -> None:
        """Say that an event is over, take the buttons from its announcement, and put its gallery away."""
        phrases, spot = self._desk.words(event.language), spot_of(event)
        async with self._in_place(event):
            if event.announcement is not None:
                with suppress(discord.NotFound):
                    await self._edit(event, Outgoing(cut(event_phrases.announcement(phrases, event, counts))))
            await self._put_away(event, spot)
            ending = Outgoing(event_phrases.ending(phrases, event, counts))
            await self._venue.post(spot.channel_id, ending, f"end {event.id}")
        self._edited.pop(event.id, None)

    async def _first(self, event: AvatarEvent, message: Outgoing, key: str) -> str:
        spot = spot_of(event)
        reference = await self._venue.post(spot.channel_id, message, key)
        try:
            span = (discord.utils.utcnow() + AHEAD, event.ends_at)
            title = event_phrases.title(self._desk.words(event.language), event)
            scheduled = await self._venue.schedule(spot.server_id, spot.channel_id, title, message.words, span)
            await self._desk.storage.events.note(event.id, place=written(replace(spot, scheduled_id=scheduled)))
        except (discord.HTTPException, *AWAY) as error:
            logger.info("The event %s is not in its server's list of events: %s.", event.id, type(error).__name__)
        return reference

    def _may_edit(self, event: AvatarEvent) -> bool:
        _, message_id = _ids(event.announcement or "")
        age = self._now() - discord.utils.snowflake_time(message_id).timestamp()
        return age < YOUNG_S or self._now() - self._edited.get(event.id, 0.0) >= SELDOM_S

    async def _edit(self, event: AvatarEvent, message: Outgoing) -> bool:
        self._edited[event.id] = self._now()
        try:
            await self._venue.edit(*_ids(event.announcement or ""), message)
        except discord.HTTPException as error:
            if error.code != OLD_EDITS:
                raise
            logger.info("The announcement of the event %s takes no edit at the moment.", event.id)
            return False
        return True

    async def _in_gallery(self, event: AvatarEvent, message: Outgoing, key: str) -> str:
        thread_id = spot_of(event).thread_id or await self._open_gallery(event, event.announcement)
        try:
            return await self._post(event, thread_id, message, key)
        except discord.NotFound:  # somebody has deleted it
            return await self._post(event, await self._open_gallery(event, None), message, key)

    async def _open_gallery(self, event: AvatarEvent, under: str | None) -> int:
        spot, title = spot_of(event), event_phrases.title(self._desk.words(event.language), event)
        message_id = None if under is None else _ids(under)[1]
        thread_id = await self._venue.thread(spot.channel_id, message_id, title)
        await self._desk.storage.events.note(event.id, place=written(replace(spot, thread_id=thread_id)))
        return thread_id

    async def _post(self, event: AvatarEvent, channel_id: int, message: Outgoing, key: str) -> str:
        try:
            return await self._venue.post(channel_id, message, key)
        except discord.HTTPException as error:
            if not is_too_large(error):
                raise
        too_large = self._desk.words(event.language).words.say("discord-event-too-large")
        without = replace(message, words=f"{message.words}\n{too_large}", files=())
        return await self._venue.post(channel_id, without, key)

    async def _put_away(self, event: AvatarEvent, spot: Spot) -> None:
        """Close the gallery and the entry in the server's list; where that is not allowed, they stay as they are."""
        if spot.thread_id not in {0, spot.channel_id}:
            with _unless_refused(f"The gallery of the event {event.id} stays open"):
                await self._venue.close_thread(spot.thread_id)
        if spot.scheduled_id:
            with _unless_refused(f"The event {event.id} stays in its server's list of events"):
                await self._venue.unschedule(spot.server_id, spot.scheduled_id)

    @asynccontextmanager
    async def _in_place(self, event: AvatarEvent) -> AsyncIterator[None]:
        try:
            yield
        except discord.HTTPException as error:
            gone = error.code in {UNKNOWN_CHANNEL, UNKNOWN_GUILD}
            if not gone and not isinstance(error, discord.Forbidden):
                raise
            await self._tell_host(event)
            raise PlaceGoneError(f"{event.title!r} is gone or will not have the bot ({error.text}).") from error

    async def _tell_host(self, event: AvatarEvent) -> None:
        """Tell whoever opened an event that it is given up, and what was lacking where that is known."""
        spot = spot_of(event)
        try:
            host = await self._desk.storage.users.get(event.host_id or "")
            words = self._given_up(self._desk.words(host.language), event, spot)
            await self._ladder.bring(host, None, Outgoing(words))
        except (NotFoundError, NoWayError, discord.HTTPException, *AWAY) as error:
            logger.info("The host of the event %s could not be told: %s.", event.id, type(error).__name__)

    def _given_up(self, phrases: Phrases, event: AvatarEvent, spot: Spot) -> str:
        title = discord.utils.escape_markdown(event.title)
        ground = self._venue.ground(spot.server_id, spot.channel_id, gallery=event.gallery)
        if ground is None or not ground.lacks:
            return phrases.words.say("discord-event-gone", {"title": title})
        permissions = self._rules.named(phrases.words.language, ground.lacks)
        return phrases.words.say("discord-event-lost", {"title": title, "permissions": permissions})


@contextmanager
def _unless_refused(otherwise: str) -> Iterator[None]:
    """Pass over what Discord will not do, since asking again would change nothing; not over what it cannot do now."""
    try:
        yield
    except discord.DiscordServerError:
        raise
    except discord.HTTPException as error:
        logger.info("%s: %s.", otherwise, error.text)


def _ids(reference: str) -> tuple[int, int]:
    channel_id, _, message_id = reference.partition(" ")
    return int(channel_id), int(message_id)
