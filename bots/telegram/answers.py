"""An event spoken for a person, and its replies shown in their chat. What handlers of commands and buttons build on."""

import logging
from collections import OrderedDict
from collections.abc import Sequence

from telegram.error import BadRequest

from limner.bots import replies as r
from limner.bots.events import Event
from limner.bots.telegram.board import Board
from limner.bots.telegram.desk import Desk, home
from limner.bots.telegram.messages.outgoing import Keyboard, Outgoing, Place, Text
from limner.bots.telegram.progress import Progress
from limner.bots.telegram.updates.incoming import Incoming, PhotoFile
from limner.storage.users import User

__all__ = ["Answers", "key_of"]

logger = logging.getLogger(__name__)

REMEMBERED = 1000
ON_THE_BOARD = frozenset({"photos-next-set", "photos-cleared"})
"""Sentences that the status message of the set says itself: once, however many photos came together."""


def key_of(incoming: Incoming) -> str:
    """Name an update, so that what it asks for is done once however often it is handled."""
    return f"telegram:{incoming.update_id}"


class Answers:
    """Speaks and shows."""

    def __init__(self, desk: Desk, board: Board, progress: Progress) -> None:
        self._desk = desk
        self._board = board
        self._progress = progress
        self._said: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    async def speak(self, user: User, incoming: Incoming, event: Event) -> list[r.Reply]:
        """Speak for a person, show the replies, and return them."""
        replies = await self._desk.handle(user, event)
        await self.show(user, incoming, replies)
        return replies

    async def show(self, user: User, incoming: Incoming, replies: Sequence[r.Reply]) -> None:
        """Show replies in a person's chat: what concerns the set on its status message, the rest as messages."""
        if any(isinstance(reply, r.PhotoTaken | r.PhotosShown) for reply in replies):
            self._board.touch(user)
        said = [one for one in replies if not (isinstance(one, r.Said) and one.text in ON_THE_BOARD)]
        messages = self._desk.renderer(user).replies(said)
        if any(isinstance(reply, r.StylesShown) for reply in replies):
            await self._previews(user, f"previews {key_of(incoming)}")
        ids = await self._desk.say(self._place(incoming), self._news(user, incoming, messages), key_of(incoming))
        for reply in replies:
            if isinstance(reply, r.RequestAccepted):
                await self._progress.began(user, reply.request.id, ids[-1])

    async def say(self, user: User, text: str, args: r.TextArgs | None = None, *, keyboard: Keyboard = ()) -> None:
        """Say one sentence."""
        await self.send(user, self._desk.renderer(user).text(text, args, keyboard=keyboard))

    async def send(self, user: User, message: Outgoing, once: str | None = None) -> None:
        """Send one message to a person, `once` as `Sender.send` has it."""
        await self._desk.sender.send(home(user), message, once)

    async def _previews(self, user: User, once: str) -> None:
        previews = self._desk.renderer(user).previews()
        if previews is not None:
            try:
                await self.send(user, previews, once)
            except (
                BadRequest
            ) as error:  # an operator's own preview that is no picture; styles can be chosen all the same
                logger.warning("The previews of the styles were not taken: %s.", error.message)

    def _place(self, incoming: Incoming) -> Place:
        photo = isinstance(incoming.content, PhotoFile)
        return Place(incoming.chat_id, reply_to=incoming.message_id if photo else None)

    def _news(self, user: User, incoming: Incoming, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Leave out what was said of another photo of the same album already."""
        album = incoming.content.album if isinstance(incoming.content, PhotoFile) else None
        if album is None:
            return list(messages)
        keys = [(user.id, album, one.html if isinstance(one, Text) else "") for one in messages]
        new = [one for key, one in zip(keys, messages, strict=True) if key not in self._said]
        self._said.update(dict.fromkeys(keys))
        while len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        return new
