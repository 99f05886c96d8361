"""The Telegram bot as an application of python-telegram-bot: its bot and its life, our handling of updates.

The library's own updater stays out: it confirms updates before they are handled, and what it holds in memory when the
process is killed is lost. `polling` and `webhook` bring updates instead; so does `process_update`.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder, BaseHandler, TypeHandler

from limner.bots.conversation import Conversation
from limner.bots.delivery import SWEEP_S, Delivery
from limner.bots.keeper import SWEEP_S as KEEP_S
from limner.bots.keeper import Keeper
from limner.bots.ports import NewsSource
from limner.bots.telegram.answers import Answers
from limner.bots.telegram.board import Board
from limner.bots.telegram.checkout import Checkout
from limner.bots.telegram.commands import Commands, set_commands
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.door import TelegramDoor
from limner.bots.telegram.groups import Groups
from limner.bots.telegram.handlers import Handlers
from limner.bots.telegram.hosting import Hosting
from limner.bots.telegram.messages.pacer import Pacer
from limner.bots.telegram.messages.sender import Sender
from limner.bots.telegram.presses import Presses
from limner.bots.telegram.progress import Progress
from limner.bots.telegram.results import Results
from limner.bots.telegram.stage import TelegramStage
from limner.bots.telegram.updates.dispatch import Dispatcher
from limner.bots.telegram.updates.fetch import Fetcher
from limner.bots.telegram.updates.reception import PLATFORM, Reception
from limner.storage import Storage
from limner.storage.database import utc_now

__all__ = ["TelegramApplication", "build_application"]

logger = logging.getLogger(__name__)


class TelegramApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that writes every update down, and delivers results for as long as it runs."""

    parts: "Parts"

    async def handle_update(self, raw: dict[str, Any]) -> None:
        """Take one update in, as Telegram sent it; return when it cannot be lost any more."""
        await self.parts.reception.handle_update(raw)

    async def start(self) -> None:
        """Begin with what a process before us has left, then take updates and deliver results."""
        await super().start()
        await self.parts.start()

    async def stop(self) -> None:
        """Stop at once; what is not done is done by the next process."""
        await self.parts.stop()
        await super().stop()


class Parts:
    """What runs beside the application."""

    def __init__(self, application: TelegramApplication, conversation: Conversation, storage: Storage) -> None:
        self.bot = application.bot
        self.desk = Desk(conversation, storage, Sender(self.bot, Pacer()))
        self.board = Board(self.desk)
        self.progress = Progress(self.desk)
        self.results = Results(self.desk)
        self.door = TelegramDoor(self.desk, self.board, self.progress, self.results)
        self._running: list[asyncio.Task[None]] = []

    def connect(self, news: NewsSource, sweep_s: float) -> None:
        """Put delivery and handling together."""
        desk, storage = self.desk, self.desk.storage
        self.delivery = Delivery(desk.conversation, storage, news, PLATFORM, self.door, sweep_s=sweep_s)
        stage, queue = TelegramStage(desk), desk.conversation.tools.queue
        self.keeper = Keeper(storage, queue, PLATFORM, stage, utc_now, sweep_s=min(sweep_s, KEEP_S))
        self.groups = Groups(desk, Hosting(desk))
        answers, checkout = Answers(desk, self.board, self.progress), Checkout(desk)
        commands = Commands(desk, answers, self.groups, checkout)
        presses = Presses(desk, answers, self.results, checkout)
        handlers = Handlers(desk, answers, commands, presses, checkout, self.groups, self.door, self.delivery)
        begun, done = partial(storage.inbox.begun, PLATFORM), partial(storage.inbox.done, PLATFORM)
        self.dispatcher = Dispatcher(Fetcher(self.bot), handlers.handle, begun, done, handlers.apologise)
        self.reception = Reception(storage.inbox, self.dispatcher, handlers.at_once)

    async def start(self) -> None:
        """Replay, then deliver."""
        await self.reception.replay()
        running = (self.delivery.run(), self.keeper.run(), self._announce())
        self._running = [asyncio.create_task(work) for work in running]

    async def stop(self) -> None:
        """Stop everything that runs."""
        for task in self._running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.dispatcher.stop()
        await self.reception.stop()
        await self.board.stop()
        await self.progress.stop()

    async def _announce(self) -> None:
        try:
            await set_commands(self.bot)
        except TelegramError as error:
            # Telegram keeps those of the last start, and commands work whether or not they are listed.
            logger.warning("The commands could not be announced: %s.", error.message)


def build_application(
    builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any],
    *,
    conversation: Conversation,
    storage: Storage,
    news: NewsSource,
    sweep_s: float = SWEEP_S,
) -> TelegramApplication:
    """Make the bot from a builder that has its token (and, for another server, `base_url` and `base_file_url`).

    `storage` is the conversation's own; `news` is where progress comes from (the queue client). Initialize and start
    the application, then bring it updates: by `polling.poll`, `webhook.listen`, or `process_update`.
    """
    application = builder.application_class(TelegramApplication).updater(None).job_queue(None).build()
    assert isinstance(application, TelegramApplication)
    application.parts = Parts(application, conversation, storage)
    application.parts.connect(news, sweep_s)
    application.add_handler(_taken_in(application))
    return application


def _taken_in(application: TelegramApplication) -> BaseHandler[Update, Any, None]:
    async def take(update: Update, _: Any) -> None:
        await application.handle_update(update.to_dict())

    return TypeHandler(Update, take)
