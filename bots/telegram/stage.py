"""Avatar events in a group: the announcement with its count, the gallery, the poster, the end.

A `limner.bots.keeper.Stage`. An event's place is written as the chat's id and its topic's, 0 where there is none.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram.error import BadRequest, Forbidden

from limner.bots import event_phrases
from limner.bots.errors import PlaceGoneError
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.messages.albums import Shown, send_pictures
from limner.bots.telegram.messages.outgoing import Picture, Place
from limner.bots.telegram.messages.render import Renderer
from limner.storage.events import AvatarEvent, Counts
from limner.storage.galleries import Show

__all__ = ["EVENT_LINK", "TelegramStage", "place_of", "written"]

EVENT_LINK = "e_"
GONE = ("chat not found", "thread not found", "topic_closed", "topic_deleted", "not enough rights", "have no rights")


def written(place: Place) -> str:
    """Write a place as an event keeps it."""
    return f"{place.chat_id} {place.thread_id or 0}"


def place_of(event: AvatarEvent) -> Place:
    """Read the place of an event."""
    chat_id, _, thread_id = event.place.partition(" ")
    return Place(int(chat_id), int(thread_id) or None)


class TelegramStage:
    """Shows events in groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def announce(self, event: AvatarEvent, counts: Counts) -> str | None:
        """Post the announcement, or bring it up to date where the group's rate leaves room; None if it does not."""
        renderer = self._renderer(event)
        url = f"https://t.me/{self._desk.sender.bot.username}?start={EVENT_LINK}{event.id}"
        words = event_phrases.announcement(renderer.phrases, event, counts)
        text = renderer.plain(words, renderer.keyboards.link("event-join", url))
        async with _in_place(event):
            if event.announcement is None:
                (message_id,) = await self._desk.sender.send(place_of(event), text)
                return str(message_id)
            chat_id, message_id = place_of(event).chat_id, int(event.announcement)
            return event.announcement if await self._desk.sender.edit_if_free(chat_id, message_id, text) else None

    async def show(self, event: AvatarEvent, show: Show, portrait: bytes) -> str:
        """Post a member's portrait, with their name."""
        words = event_phrases.caption(self._renderer(event).phrases, event, show.name)
        return await self._post(event, portrait, words, f"limner-{event.style}-{show.portrait_id[:8]}.png")

    async def take_away(self, event: AvatarEvent, reference: str) -> None:
        """Delete a post; one that is gone is no error, one that is too old shows the style's preview instead."""
        cards = {card.name: card for card in self._renderer(event).phrases.styles}
        preview = cards[event.style].preview if event.style in cards else None
        instead = Picture(preview) if preview else None
        async with _in_place(event):
            for one in reference.split():
                await self._desk.sender.take_back(place_of(event).chat_id, int(one), instead)

    async def hang_poster(self, event: AvatarEvent, poster: bytes) -> str:
        """Post the poster."""
        words = event_phrases.poster(self._renderer(event).phrases, event)
        return await self._post(event, poster, words, f"limner-{event.style}-poster.jpg")

    async def end(self, event: AvatarEvent, counts: Counts) -> None:
        """Say that an event is over, and take the button from its announcement."""
        renderer = self._renderer(event)
        text = renderer.plain(event_phrases.ending(renderer.phrases, event, counts))
        async with _in_place(event):
            if event.announcement is not None:
                await self._desk.sender.buttons(place_of(event).chat_id, int(event.announcement), ())
            await self._desk.sender.send(place_of(event), text)

    async def _post(self, event: AvatarEvent, picture: bytes, words: str, name: str) -> str:
        shown = Shown(Picture(picture, self._renderer(event).plain(words).html), name)
        async with _in_place(event):
            ids = await send_pictures(self._desk.sender, place_of(event), [shown])
        return " ".join(map(str, ids))

    def _renderer(self, event: AvatarEvent) -> Renderer:
        return self._desk.renderer_for(event.language)


@asynccontextmanager
async def _in_place(event: AvatarEvent) -> AsyncIterator[None]:
    try:
        yield
    except Forbidden as error:
        raise PlaceGoneError(f"{event.title!r} will not have the bot ({error.message}).") from error
    except BadRequest as error:
        if any(words in error.message.lower() for words in GONE):
            raise PlaceGoneError(f"{event.title!r} is gone or mute ({error.message}).") from error
        raise
