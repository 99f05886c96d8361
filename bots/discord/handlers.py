"""One interaction handled: whose it is, what it says, and who takes care of it.

A command or the form that it opened goes to `commands`, what was pressed or comes from an event to `presses`.
"""

import logging
from collections.abc import Sequence
from typing import Any

import discord

from limner.bots.delivery import Delivery
from limner.bots.discord.asking import Asking
from limner.bots.discord.commands import Commands
from limner.bots.discord.desk import PLATFORM, Desk
from limner.bots.discord.door import DiscordDoor
from limner.bots.discord.event_forms import EventForms
from limner.bots.discord.forms import Forms
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.presses import Presses
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.errors import NoWayError
from limner.bots.floods import Full, full
from limner.bots.words import closest

__all__ = ["Handlers"]

logger = logging.getLogger(__name__)


class Handlers:
    """Handles interactions."""

    def __init__(
        self,
        desk: Desk,
        ladder: Ladder,
        asking: Asking,
        forms: Sequence[Forms | EventForms],
        commands: Commands,
        presses: Presses,
        door: DiscordDoor,
        delivery: Delivery,
    ) -> None:
        self._desk = desk
        self._ladder = ladder
        self._asking = asking
        self._forms = forms
        self._commands = commands
        self._presses = presses
        self._door = door
        self._delivery = delivery

    async def first(self, interaction: discord.Interaction[Any], incoming: Incoming) -> bool:
        """Give the answers that need no writing; say whether there was one."""
        if incoming.owner is not None and incoming.owner != incoming.person.id:
            words = self._desk.words(incoming.person.language).words.say("discord-not-yours")
            await interaction.response.send_message(words, ephemeral=True)
            return True
        if incoming.kind == "command" and (found := await self._full(incoming)):
            if found.tell:  # to everybody, since everybody waits; all others see that there is no answer
                words = self._desk.words(incoming.person.language).words.say(
                    "commands-too-many", {"time": found.goes_on}
                )
                await interaction.response.send_message(words)
            return True
        for forms in self._forms:
            form = await forms.first(incoming)
            if form is not None:
                await interaction.response.send_modal(form)
                return True
        return False

    async def _full(self, incoming: Incoming) -> Full | None:
        """Tell whether a server has used up its commands; an app that somebody brought along is theirs alone."""
        if incoming.server_id is None or not incoming.installed:
            return None
        desk, language = self._desk, closest(incoming.person.language)
        community = await desk.storage.users.community(PLATFORM, str(incoming.server_id), language)
        return await full(desk.conversation.tools, community, discord.utils.utcnow())

    async def handle(self, incoming: Incoming) -> None:
        """Handle one interaction. Raises whatever goes wrong, but not that nothing leads to the person."""
        user = await self._desk.user(incoming.person)
        try:
            match incoming.kind, incoming.name:
                case "form", "photos":
                    await self._commands.photos(user, incoming)
                case ("press", _) | ("form", "bring"):
                    await self._presses.obey(user, incoming)
                case _:
                    await self._commands.obey(user, incoming)
            # Only now: what is written to a way before its first answer would take that answer's place.
            self._ladder.heard(user.platform_id, incoming.way)
            await self._asking.settle(user)  # what could not be told before
        except NoWayError as error:
            logger.info("An answer reached nobody: %s", error)
        if self._door.reach.heard(user.id):
            self._delivery.wake()

    async def apologise(self, incoming: Incoming) -> None:
        """Say that something went wrong."""
        words = self._desk.words(incoming.person.language).words.say("went-wrong")
        await self._ladder.sorry(incoming.way, words)
