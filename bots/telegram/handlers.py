"""One update handled: whose it is, what it says, and who takes care of it. The table of contents of what people can do.

A photo (or a template) goes to the conversation with its bytes; a command to `commands`, a pressed button to
`presses`, a payment to `checkout`, and what is meant for us in a group to `groups`.
"""

import logging

from telegram.error import BadRequest, Forbidden

from limner.bots.delivery import Delivery
from limner.bots.errors import UnfetchableError
from limner.bots.events import PhotoReceived, TemplateReceived
from limner.bots.replies import PhotoRefused, PhotoTaken, Reply
from limner.bots.telegram.answers import Answers
from limner.bots.telegram.checkout import Checkout
from limner.bots.telegram.commands import Commands
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.door import TelegramDoor
from limner.bots.telegram.groups import Groups
from limner.bots.telegram.messages.keyboards import press
from limner.bots.telegram.messages.outgoing import Place
from limner.bots.telegram.presses import Presses
from limner.bots.telegram.updates.dispatch import Task
from limner.bots.telegram.updates.incoming import (
    Command,
    Incoming,
    Mentioned,
    Migrated,
    Paid,
    PhotoFile,
    PreCheckout,
    Pressed,
    Words,
)
from limner.storage.users import User

__all__ = ["Handlers"]

logger = logging.getLogger(__name__)


class Handlers:
    """Handles updates."""

    def __init__(
        self,
        desk: Desk,
        answers: Answers,
        commands: Commands,
        presses: Presses,
        checkout: Checkout,
        groups: Groups,
        door: TelegramDoor,
        delivery: Delivery,
    ) -> None:
        self._desk = desk
        self._answers = answers
        self._commands = commands
        self._presses = presses
        self._checkout = checkout
        self._groups = groups
        self._door = door
        self._delivery = delivery

    async def handle(self, task: Task) -> None:
        """Handle one update. Raises whatever goes wrong, but not that a person has blocked the bot meanwhile."""
        incoming = task.incoming
        if isinstance(incoming.content, Migrated):
            self._desk.sender.moved(incoming.chat_id, incoming.content.new_id)
            await self._groups.moved(incoming.chat_id, incoming.content.new_id)
        elif incoming.private:
            await self._in_private(task)
        elif self._is_meant(incoming):
            await self._groups.hear(incoming)

    async def at_once(self, incoming: Incoming) -> None:
        """Answer what does not wait: a press, so that its button stops blinking; and whether a payment may go on."""
        match incoming.content:
            case PreCheckout() as asked:
                await self._checkout.check(incoming, asked)
            case Pressed() as pressed:
                try:
                    await self._desk.sender.bot.answer_callback_query(pressed.query_id)
                except BadRequest as error:
                    logger.info(
                        "A press could not be answered: %s.", error.message
                    )  # too old; its effect comes all the same

    async def apologise(self, task: Task) -> None:
        """Say that something went wrong."""
        incoming = task.incoming
        if incoming.private:
            text = self._desk.renderer_for(incoming.sender.language).text("went-wrong")
            try:
                await self._desk.sender.send(Place(incoming.chat_id, reply_to=incoming.message_id), text)
            except (Forbidden, BadRequest) as error:
                logger.info("Nobody could be told: %s.", error.message)

    async def _in_private(self, task: Task) -> None:
        user = await self._desk.user(task.incoming.sender)
        if self._door.reach.heard(user.id):
            self._delivery.wake()
        try:
            await self._one(user, task)
        except Forbidden:
            self._door.reach.away(user.id)

    async def _one(self, user: User, task: Task) -> None:
        incoming = task.incoming
        match incoming.content:
            case PhotoFile() as photo:
                await self._photo(user, task, photo)
            case Command() as command:
                await self._commands.obey(user, incoming, command)
            case Pressed() as pressed:
                name, argument = press(pressed.data) or ("", "")
                await self._presses.obey(user, incoming, name, argument)
            case Paid() as paid:
                await self._answers.send(user, await self._checkout.credit(user, paid))
            case Words() | Mentioned():
                await self._answers.say(user, "telegram-words")
            case _:
                await self._answers.say(user, "telegram-other")

    async def _photo(self, user: User, task: Task, photo: PhotoFile) -> None:
        assert task.fetch is not None
        incoming = task.incoming
        replies: list[Reply] = []
        try:
            data = await task.fetch.data()
        except UnfetchableError as error:
            replies.append(PhotoRefused(error.reason, None, photo.name))
        else:
            received = PhotoReceived(data, photo.name, photo.unique_id, incoming.again)
            event = TemplateReceived(data, photo.name) if photo.template else received
            replies.extend(await self._desk.handle(user, event))
        for reply in replies:
            if isinstance(reply, PhotoTaken):
                self._door.came_in(reply.photo_id, incoming.message_id)
        await self._answers.show(user, incoming, replies)

    def _is_meant(self, incoming: Incoming) -> bool:
        me = (self._desk.sender.bot.username or "").lower()
        match incoming.content:
            case Command(name, _, addressee):
                return addressee == me or (addressee is None and name in {"portrait", "event"})
            case Mentioned(names):
                return me in names
            case _:
                return False
