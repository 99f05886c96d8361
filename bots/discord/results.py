"""Portraits on their way to a person: as messages of ten pictures, with buttons under the last; as files; deleted."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import discord

from limner.bots.discord.copies import Copies
from limner.bots.discord.desk import Desk
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.limits import FILE_BYTES
from limner.bots.discord.messages.outgoing import Controls, File, Outgoing, Place, Way
from limner.bots.discord.messages.packing import packed, split
from limner.bots.discord.messages.render import Renderer, cut
from limner.bots.discord.messages.wire import is_too_large
from limner.bots.errors import NoWayError
from limner.bots.replies import PortraitsReady, PreviewReady
from limner.storage.errors import NotFoundError
from limner.storage.portraits import Portrait
from limner.storage.requests import Request
from limner.storage.users import User

__all__ = ["Results"]

logger = logging.getLogger(__name__)


class Results:
    """Sends portraits. What `page` returns are references: `channel message`, with ``;`` between several."""

    def __init__(self, desk: Desk, ladder: Ladder) -> None:
        self._desk = desk
        self._ladder = ladder
        self._copies = Copies(desk)

    async def request(self, user: User, request_id: str) -> Request:
        """Find one of a person's own requests; NotFoundError for anybody else's."""
        request = await self._desk.storage.requests.get(request_id)
        if request.user_id != user.id:
            raise NotFoundError("request", request_id)
        return request

    async def portraits(self, user: User, request_id: str) -> Sequence[Portrait]:
        """List the portraits of one of a person's own requests; NotFoundError where there are none (any more)."""
        await self.request(user, request_id)
        found = await self._desk.storage.portraits.of_request(request_id)
        if not found:
            raise NotFoundError("portraits of", request_id)
        return found

    async def pages(self, user: User, portraits: Sequence[Portrait], place: Place | None) -> list[list[Portrait]]:
        """Cut portraits into messages; those that are too large for a place come last, on a page of their own each."""
        sizes = [len(await self._desk.storage.portraits.read(one.id, user.id)) for one in portraits]
        messages, too_large = packed(sizes, _limit(place))
        for n in too_large:  # so that the copies are made while the others go out
            await self._copies.ask(user, portraits[n].id, _copy_limit(place))
        return [[portraits[n] for n in page] for page in (*messages, *([n] for n in too_large))]

    async def page(
        self, user: User, ready: PortraitsReady, pages: Sequence[Sequence[Portrait]], number: int, place: Place | None
    ) -> str:
        """Send one page of a result: the first says what it is, the last has the buttons."""
        renderer = await self._voice(user, place)
        words = renderer.portraits(ready) if number == 0 else ""
        if place is not None and place.public and words:
            words = f"<@{user.platform_id}> {words}"
        controls = renderer.buttons.made(ready.request.id) if number == len(pages) - 1 else ()
        reference = await self._send(user, place, pages[number], renderer, cut(words), controls)
        await self._note(user, ready.request.id, reference)
        return reference

    async def preview(self, user: User, ready: PreviewReady, place: Place | None) -> str:
        """Send the first sketch to the person alone; nothing where its request has ended, or no way leads to them.

        A sketch waits for nobody: the portraits find their way later, perhaps another one.
        """
        with suppress(NotFoundError, NoWayError):
            data = await self._desk.storage.requests.read_preview(ready.request.id, user.id)
            message = self._desk.renderer(user).preview(ready, data)
            private = None if place is None else replace(place, public=False)
            reference = await self._ladder.bring(user, private, message)
            await self._note(user, ready.request.id, reference)
            return reference
        return ""

    async def files(self, user: User, request_id: str, place: Place) -> None:
        """Send a request's portraits once more, to the person alone."""
        portraits = await self.portraits(user, request_id)
        renderer = self._desk.renderer(user)
        for page in await self.pages(user, portraits, place):
            await self._send(user, place, page, renderer, "", ())

    async def file(self, user: User, portrait: Portrait) -> File:
        """Read one portrait as a file."""
        data = await self._desk.storage.portraits.read(portrait.id, user.id)
        renderer = self._desk.renderer(user)
        about = renderer.say("portrait-alt", {"n": portrait.n + 1, "style": renderer.phrases.title(portrait.style)})
        return File(f"limner-{portrait.style[:40]}-{portrait.n + 1}-{portrait.id[:8]}.png", data, about)

    async def avatar(self, user: User, portrait: Portrait, way: Way, controls: Controls) -> Outgoing:
        """Put one portrait into a message, square; words where it is too large."""
        renderer, file = self._desk.renderer(user), await self.file(user, portrait)
        square = await self._copies.square(user, portrait.id, file, min(way.limit, FILE_BYTES))
        if square is None:
            return Outgoing(_sized(renderer, "discord-too-large", portrait, file), controls)
        return Outgoing(renderer.say("discord-avatar-how"), controls, (square,))

    async def drop(self, user: User, request_id: str, shown: int | None) -> tuple[int, bool]:
        """Delete a request's portraits here, and their messages but for the one that is `shown` and edited.

        Returns how many portraits there were, and whether some messages could not be deleted: those that only the
        person sees are not ours any more after a quarter of an hour.
        """
        portraits = await self.portraits(user, request_id)
        for portrait in portraits:
            await self._desk.storage.portraits.delete(portrait.id, user.id)
        note = await self._desk.storage.users.recall(user.id, _album(request_id)) or ""
        left = False
        for reference in filter(None, note.split(";")):
            channel_id, message_id = (int(part) for part in reference.split())
            if message_id != shown:
                left |= not await self._delete(channel_id, message_id)
        await self._desk.storage.users.remember(user.id, _album(request_id), None)
        return len(portraits), left

    async def _send(
        self,
        user: User,
        place: Place | None,
        page: Sequence[Portrait],
        renderer: Renderer,
        words: str,
        controls: Controls,
    ) -> str:
        files = tuple([await self.file(user, one) for one in page])
        try:
            if len(files) != 1 or len(files[0].data) <= _limit(place):
                return await self._ladder.bring(user, place, Outgoing(words, controls, files))
        except discord.HTTPException as error:
            if not is_too_large(error):
                raise
            logger.info("%d portraits were too large together.", len(files))
        if len(page) > 1:
            first, rest = split(len(page))
            sent = await self._send(user, place, [page[n] for n in first], renderer, words, ())
            return f"{sent};{await self._send(user, place, [page[n] for n in rest], renderer, '', controls)}"
        return await self._smaller(user, place, page[0], renderer, Outgoing(words, controls, files))

    async def _smaller(
        self, user: User, place: Place | None, portrait: Portrait, renderer: Renderer, message: Outgoing
    ) -> str:
        """Send a copy of the one portrait in a message, which is too large, or words where there is none."""
        (file,) = message.files
        copy = await self._copies.smaller(user, portrait.id, file, _copy_limit(place))
        if copy is not None:
            words = _lines(message.words, _sized(renderer, "discord-copy", portrait, file))
            try:
                return await self._ladder.bring(user, place, replace(message, words=words, files=(copy,)))
            except discord.HTTPException as error:
                if not is_too_large(error):
                    raise
        words = _lines(message.words, _sized(renderer, "discord-too-large", portrait, file))
        return await self._ladder.bring(user, place, replace(message, words=words, files=()))

    async def _voice(self, user: User, place: Place | None) -> Renderer:
        """Speak the server's language where everybody reads it, else the person's."""
        if place is None or not place.public:
            return self._desk.renderer(user)
        server = await self._desk.storage.servers.get(user.platform, str(place.server_id))
        return self._desk.renderer(user, server.language)

    async def _delete(self, channel_id: int, message_id: int) -> bool:
        with suppress(discord.HTTPException):
            await self._desk.wire.delete(channel_id, message_id)
            return True
        return False

    async def _note(self, user: User, request_id: str, reference: str) -> None:
        users, name = self._desk.storage.users, _album(request_id)
        known = await users.recall(user.id, name)
        await users.remember(user.id, name, ";".join(filter(None, (known, reference))))


def _album(request_id: str) -> str:
    return f"album:{request_id}"


def _limit(place: Place | None) -> int:
    return place.way.limit if place else FILE_BYTES


def _copy_limit(place: Place | None) -> int:
    # When the interaction is over, it goes where less may be uploaded.
    return min(_limit(place), FILE_BYTES)


def _sized(renderer: Renderer, text: str, portrait: Portrait, file: File) -> str:
    return renderer.say(text, {"n": portrait.n + 1, "size": -(-len(file.data) // 2**20)})


def _lines(*words: str) -> str:
    return "\n".join(filter(None, words))
