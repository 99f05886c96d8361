"""The Discord bot as a client of discord.py: its connection and its life, our handling of interactions.

Everything is an interaction, so no message is read and no privileged intent is needed. What delivers results and
what keeps events going run outside of the client (`bot.delivery`, `bot.keeper`): they go on while the connection comes
and goes.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from discord import app_commands

from limner.bots.conversation import Conversation
from limner.bots.delivery import SWEEP_S, Delivery
from limner.bots.discord.asking import Asking
from limner.bots.discord.commands import Commands
from limner.bots.discord.desk import PLATFORM, Desk
from limner.bots.discord.door import DiscordDoor
from limner.bots.discord.event_forms import EventForms
from limner.bots.discord.event_slash import add_event_commands
from limner.bots.discord.forms import Forms
from limner.bots.discord.handlers import Handlers
from limner.bots.discord.hosting import Hosting
from limner.bots.discord.joining import Joining
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.messages.venue import Venue
from limner.bots.discord.messages.views import Press, Selection
from limner.bots.discord.messages.wire import AWAY, Wire
from limner.bots.discord.presses import IN_PLACE, Presses
from limner.bots.discord.progress import Progress
from limner.bots.discord.results import Results
from limner.bots.discord.rules import Rules
from limner.bots.discord.slash import WordsTranslator, add_commands
from limner.bots.discord.stage import DiscordStage
from limner.bots.discord.updates.fetch import Fetcher
from limner.bots.discord.updates.reception import Reception
from limner.bots.discord.updates.translate import lacking
from limner.bots.keeper import SWEEP_S as KEEP_S
from limner.bots.keeper import Keeper
from limner.bots.lanes import Lanes
from limner.bots.phrases import Phrases
from limner.bots.ports import NewsSource
from limner.bots.words import FALLBACK
from limner.storage import Storage
from limner.storage.database import utc_now

__all__ = ["DiscordBot", "create_bot"]

logger = logging.getLogger(__name__)

INTENTS = discord.Intents(guilds=True)
"""Which servers, channels and roles there are. Nobody's messages and nobody's presence."""


class DiscordBot(discord.AutoShardedClient):
    """A client that writes every interaction down; `run` its `delivery` and its `keeper` beside it."""

    def __init__(
        self, conversation: Conversation, storage: Storage, news: NewsSource, sweep_s: float, **options: Any
    ) -> None:
        super().__init__(
            intents=INTENTS,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            **options,
        )
        self.desk = Desk(conversation, storage, Wire(self))
        self.tree = app_commands.CommandTree(self)
        add_commands(self.tree, self.words(FALLBACK))
        add_event_commands(self.tree)
        self._connect(news, sweep_s)

    def words(self, code: str | None) -> Phrases:
        """Return the sentences for somebody whose Discord is set to a language."""
        return self.desk.words(code)

    async def take(self, interaction: discord.Interaction[Any]) -> None:
        """Take an interaction in; the rim of what could not even be written down."""
        try:
            await self.reception.take(interaction)
        except Exception as error:  # noqa: BLE001
            logger.warning("The interaction %d could not be taken in: %s.", interaction.id, type(error).__name__)
            if not interaction.response.is_done():
                await self._apologise(interaction)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take forms in, whichever process has opened them; commands and presses come by themselves."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.take(interaction)

    async def setup_hook(self) -> None:
        """Tell Discord the commands, and begin with what a process before us has left."""
        self.add_dynamic_items(Press, Selection)
        await self.tree.set_translator(WordsTranslator())
        try:
            await self.tree.sync()
        except (app_commands.AppCommandError, discord.HTTPException, *AWAY) as error:
            # Discord keeps those of the last start.
            logger.warning("The commands could not be announced: %s.", type(error).__name__)
        await self.reception.replay()

    async def close(self) -> None:
        """Stop at once; what is not done is done by the next process."""
        await self.lanes.stop()
        await self.progress.stop()
        await super().close()

    def _connect(self, news: NewsSource, sweep_s: float) -> None:
        """Put delivery and handling together."""
        desk, storage = self.desk, self.desk.storage
        self.ladder = ladder = Ladder(desk.wire, desk.now)
        self.progress, results = Progress(desk, ladder), Results(desk, ladder)
        fetcher = Fetcher(self, desk.conversation.tools.limits.photo_bytes)
        self.rules = rules = Rules(desk, self._lacking)
        asking = Asking(desk, ladder, self.progress, fetcher)
        self.door = DiscordDoor(desk, ladder, asking, self.progress, results)
        self.delivery = Delivery(desk.conversation, storage, news, PLATFORM, self.door, sweep_s=sweep_s)
        venue = Venue(self)
        self.stage = DiscordStage(desk, ladder, venue, rules, desk.now)
        self.keeper = Keeper(
            storage, desk.conversation.tools.queue, PLATFORM, self.stage, utc_now, sweep_s=min(sweep_s, KEEP_S)
        )
        commands = Commands(desk, ladder, asking, self.progress, rules, Hosting(desk, venue, rules, utc_now))
        presses = Presses(desk, ladder, asking, results, rules, Joining(desk, ladder, asking, rules))
        forms = (Forms(desk, rules), EventForms(desk, rules))
        handlers = Handlers(desk, ladder, asking, forms, commands, presses, self.door, self.delivery)
        begun, done = partial(storage.inbox.begun, PLATFORM), partial(storage.inbox.done, PLATFORM)
        self.lanes = Lanes(handlers.handle, begun, done, handlers.apologise)
        self.reception = Reception(PLATFORM, storage.inbox, self.lanes, handlers.first, IN_PLACE)

    async def _apologise(self, interaction: discord.Interaction[Any]) -> None:
        words = self.words(interaction.locale.value).words.say("went-wrong")
        with suppress(discord.HTTPException, *AWAY):
            await interaction.response.send_message(words, ephemeral=True)

    def _lacking(self, server_id: int, channel_id: int) -> Sequence[str]:
        """Name what we may not do in a channel; nothing where that is not known."""
        server = self.get_guild(server_id)
        channel = server.get_channel_or_thread(channel_id) if server else None
        if server is None or channel is None:
            return ()
        return lacking(channel.permissions_for(server.me), channel)


def create_bot(
    *, conversation: Conversation, storage: Storage, news: NewsSource, sweep_s: float = SWEEP_S, **options: Any
) -> DiscordBot:
    """Make the bot; nothing is connected by that.

    `storage` is the conversation's own; `news` is where progress comes from (the queue client); `options` go to the
    library's client (`shard_count`, `proxy`). Start the bot, and run `bot.delivery.run()` and `bot.keeper.run()` beside
    it once it is ready.
    """
    return DiscordBot(conversation, storage, news, sweep_s, **options)
