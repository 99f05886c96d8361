"""The one way in: an interaction is written down, then acknowledged, then handled.

What needs no writing is answered here: a form is opened (it must be the very first answer, and nothing happens before
it comes back), and a press by somebody whom the button does not belong to has no effect.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import discord
import msgspec

from limner.bots.discord.messages.wire import AWAY
from limner.bots.discord.updates.incoming import Incoming, pack, unpack
from limner.bots.discord.updates.translate import translate
from limner.bots.lanes import Lanes
from limner.storage.inbox import Inbox

__all__ = ["Reception"]

logger = logging.getLogger(__name__)

PAGE = 500

Interaction = discord.Interaction[Any]


class Reception:
    """Takes interactions in.

    `first` may answer one and says whether it has: then there is nothing else to do. `in_place` names the presses that
    change the message they stand under; all other answers are messages of their own.
    """

    def __init__(
        self,
        platform: str,
        inbox: Inbox,
        lanes: Lanes[Incoming],
        first: Callable[[Interaction, Incoming], Awaitable[bool]],
        in_place: frozenset[str],
    ) -> None:
        self._platform = platform
        self._inbox = inbox
        self._lanes = lanes
        self._first = first
        self._in_place = in_place

    async def take(self, interaction: Interaction) -> None:
        """Take one interaction in; return when it cannot be lost any more and Discord knows."""
        incoming = translate(interaction)
        if incoming is None or await self._first(interaction, incoming):
            return
        if not await self._inbox.write(self._platform, incoming.id, incoming.lane, pack(incoming)):
            return  # it came before; the gateway repeats what it believes lost
        await self._acknowledge(interaction, incoming)
        self._lanes.submit(incoming)

    async def replay(self) -> int:
        """Begin to handle what a process before us has left, in its order; return how much that was."""
        after, count = 0, 0
        while page := await self._inbox.pending(self._platform, after, PAGE):
            for update in page:
                try:
                    self._lanes.submit(replace(unpack(update.body), again=True))
                except msgspec.DecodeError:
                    logger.warning("The interaction %d cannot be read any more; it is passed over.", update.update_id)
                    await self._inbox.done(self._platform, update.update_id)
            after, count = page[-1].update_id, count + len(page)
        return count

    async def _acknowledge(self, interaction: Interaction, incoming: Incoming) -> None:
        try:
            if incoming.kind == "press" and incoming.name in self._in_place:
                await interaction.response.defer()
            else:
                await interaction.response.defer(ephemeral=incoming.way.quiet, thinking=True)
        except (discord.HTTPException, *AWAY) as error:
            # Too late, or Discord is away. What was asked for is done all the same; the answer finds another way.
            logger.warning("The interaction %d could not be acknowledged: %s.", incoming.id, type(error).__name__)
