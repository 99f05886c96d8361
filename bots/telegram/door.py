"""Telegram's door for results and progress: what `limner.bots.delivery` brings goes out here.

A result is sent in parts, each written down as it arrives: a delivery that was cut off goes on where it was.
Whoever blocked the bot is left in peace until they write again; their results wait in the outbox.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from telegram.error import BadRequest, Forbidden

from limner.bots import replies as r
from limner.bots.reach import Reach
from limner.bots.telegram.board import Board
from limner.bots.telegram.desk import Desk, home
from limner.bots.telegram.messages.outgoing import Picture, Place
from limner.bots.telegram.progress import Progress
from limner.bots.telegram.results import Results
from limner.storage.users import User

__all__ = ["TelegramDoor"]

logger = logging.getLogger(__name__)

Part = Callable[[str], Awaitable[list[int]]]
"""Sends a part under a name, once."""

REMEMBERED = 10_000


class TelegramDoor:
    """Brings results to private chats; a `limner.bots.delivery.Door`."""

    def __init__(
        self,
        desk: Desk,
        board: Board,
        progress: Progress,
        results: Results,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._board = board
        self._progress = progress
        self._results = results
        self.reach = Reach(now)
        self._came_in: dict[str, int] = {}

    def reachable(self, user_id: str) -> bool:
        """Say whether a person has not blocked the bot, and no delivery to them has just failed."""
        return self.reach.reachable(user_id)

    def came_in(self, photo_id: str, message_id: int | None) -> None:
        """Note in which message a photo came, so that a refusal can answer it. A restart may lose this."""
        if message_id is not None:
            if len(self._came_in) >= REMEMBERED:
                self._came_in.pop(next(iter(self._came_in)))
            self._came_in[photo_id] = message_id

    async def deliver(self, user_id: str, notice_id: str, replies: Sequence[r.Reply]) -> bool:
        """Bring a result, from the first part that has not arrived; True once all have."""
        user = await self._desk.storage.users.get(user_id)
        try:
            await self._bring(user, notice_id, replies)
        except Forbidden:
            self.reach.away(user_id)
            return False
        except Exception:
            self.reach.failed(user_id)
            raise
        self.reach.arrived(user_id)
        return True

    async def receipt(self, platform_id: str, reply: r.Forgotten) -> bool:
        """Tell a receipt; whoever has blocked the bot wants none."""
        try:
            await self._desk.say(Place(int(platform_id)), self._desk.renderer_for(None).replies([reply]))
        except (Forbidden, BadRequest) as error:
            logger.info("A receipt was not taken: %s.", error.message)
        return True

    async def progress(self, user_id: str, reply: r.ProgressShown | r.QueueMoved) -> None:
        """Show progress, or drop it."""
        await self._progress.show(user_id, reply)

    async def _bring(self, user: User, notice_id: str, replies: Sequence[r.Reply]) -> None:
        arrived = await self._desk.storage.sent.parts(notice_id)
        for number, part in enumerate([part for reply in replies for part in self._parts(user, reply)]):
            if number not in arrived:
                ids = await part(f"{notice_id} {number}")
                await self._desk.storage.sent.record(notice_id, number, " ".join(map(str, ids)))
        # After a request too: photos that came meanwhile have waited for its end.
        await self._board.refresh(user)

    def _parts(self, user: User, reply: r.Reply) -> list[Part]:
        renderer = self._desk.renderer(user)
        match reply:
            case r.PortraitsReady():
                pages = self._results.pages(reply)
                albums = [partial(self._results.album, user, reply, page) for page in pages]
                below = partial(self._results.buttons, user, reply)
                return [*albums, below, partial(self._progress.ended, user, reply.request.id)]
            case r.PreviewReady():
                return [partial(self._results.preview, user, reply)]
            case r.RequestEnded():
                (text,) = renderer.replies([reply])
                said = partial(self._desk.sender.send, home(user), text)
                return [said, partial(self._progress.ended, user, reply.request.id)]
            case r.Said():
                return [partial(self._desk.sender.send, home(user), text) for text in renderer.replies([reply])]
            case r.PhotoRefused():
                return [partial(self._refused, user, reply)]
            case _:
                return []

    async def _refused(self, user: User, refused: r.PhotoRefused, once: str) -> list[int]:
        """Say why a photo cannot be used: as an answer to it, with its thumbnail."""
        photo_id = refused.photo_id or ""
        place = Place(home(user).chat_id, reply_to=self._came_in.pop(photo_id, None))
        words = self._desk.renderer(user).refused(refused)
        thumbnail = await self._desk.storage.photos.thumbnail(photo_id, user.id)
        if thumbnail is not None:
            try:
                return await self._desk.sender.send(place, Picture(thumbnail, words.html), once)
            except BadRequest as error:
                logger.info("A thumbnail was not taken: %s.", error.message)
        return await self._desk.sender.send(place, words, once)
