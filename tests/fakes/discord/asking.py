"""Interactions: what a person does becomes a question to the bot, and `Asked` is the person waiting for the answer.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from limner.tests.fakes.discord.errors import PersonError
from limner.tests.fakes.discord.messages import upload_most
from limner.tests.fakes.discord.places import LOADING, Channel, Json, Message, User
from limner.tests.fakes.discord.rendering import message_json
from limner.tests.fakes.discord.seen import Seen, see
from limner.tests.fakes.discord.world import Interaction, World

# Generous, since machines that run tests are busy; what is awaited mostly comes at once.
PATIENCE_S = 10.0
IN_GUILD, IN_DM = 0, 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Something a person did, and what the bot has answered to it so far."""

    world: World
    interaction: Interaction

    @property
    def took_s(self) -> float | None:
        """How long the first answer took."""
        at = self.interaction.answered_at
        return None if at is None else at - self.interaction.asked_at

    @property
    def original(self) -> Seen | None:
        """The first answer as it is now, None where there is none or it is gone."""
        message = self.interaction.original
        return see(self.world, message) if message and message.id in message.channel.messages else None

    @property
    def followups(self) -> list[Seen]:
        """All answers after the first that are there."""
        there = [each for each in self.interaction.followups if each.id in each.channel.messages]
        return [see(self.world, message) for message in there]

    async def answered(self, timeout_s: float = PATIENCE_S) -> int:
        """Wait for the first answer; return its type. Raises PersonError: "the application did not respond"."""
        await self._until(lambda: self.interaction.answer is not None, timeout_s)
        assert self.interaction.answer is not None
        return self.interaction.answer

    async def message(self, text: str = "", timeout_s: float = PATIENCE_S) -> Seen:
        """Wait for a message, or an edit of the first, that contains a text and is not loading any more."""

        def fitting() -> list[Seen]:
            first = [self.original] if self.original else []
            return [seen for seen in (*first, *self.followups) if text in seen.text and not seen.raw.flags & LOADING]

        await self._until(lambda: bool(fitting()), timeout_s)
        return fitting()[-1]

    async def modal(self, timeout_s: float = PATIENCE_S) -> Json:
        """Wait for a modal. Raises PersonError where something else is answered."""
        await self.answered(timeout_s)
        if self.interaction.modal is None:
            raise PersonError(f"The bot showed no modal; it answered with type {self.interaction.answer}.")
        return self.interaction.modal

    async def _until(self, reached: Callable[[], bool], timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                while not reached():
                    await self.world.changed.wait()
        except TimeoutError:
            there = [seen.text for seen in ([self.original] if self.original else []) + self.followups]
            name, kind = self.interaction.name, self.interaction.answer
            raise PersonError(f"The bot did not respond to {name!r}: type {kind}, messages {there}.") from None


def ask(
    world: World,
    user: User,
    channel: Channel,
    kind: int,
    data: Json,
    name: str,
    *,
    source: Message | None = None,
    installs: Sequence[int] = (0, 1),
) -> Interaction:
    """Tell the bot what a person does; the time runs from now. `installs` are the ways a command may be installed."""
    token = secrets.token_urlsafe(90)
    through = {way: owner for way, owner in owners(world, user, channel).items() if int(way) in installs}
    interaction = Interaction(
        world.ids.new(), token, kind, user, channel, world.now(), name, upload_most(channel), data, source, through
    )
    world.interactions[token] = interaction
    guild = channel.guild
    shard = guild.id if guild is not None and guild.installed else None
    world.sessions.tell("INTERACTION_CREATE", _told(world, interaction, data), shard)
    world.changed.fire()
    return interaction


def owners(world: World, user: User, channel: Channel) -> Json:
    """Tell by which installations the app is there: 0 that of a guild, 1 the user's own."""
    guild = channel.guild
    found: Json = {}
    if guild is None and any(user.id in each.members for each in world.guilds.values() if each.installed):
        found |= {"0": "0"}
    elif guild is not None and guild.installed:
        found |= {"0": str(guild.id)}
    return found | ({"1": str(user.id)} if user.installed else {})


def _told(world: World, interaction: Interaction, data: Json) -> Json:
    user, channel, guild = interaction.user, interaction.channel, interaction.channel.guild
    found: Json = {"id": str(interaction.id), "application_id": str(world.me.id), "type": interaction.kind}
    found |= {"data": data, "token": interaction.token, "version": 1, "locale": user.locale, "entitlements": []}
    found |= {"channel": channel.json() | {"permissions": str(channel.may(user))}, "channel_id": str(channel.id)}
    found |= {"app_permissions": str(channel.may(world.me)), "authorizing_integration_owners": interaction.owners}
    found |= {"attachment_size_limit": interaction.size_limit, "context": IN_DM if guild is None else IN_GUILD}
    if interaction.source is not None:
        found["message"] = message_json(world, interaction.source)
    if guild is None:
        return found | {"user": user.json()}
    member = guild.members[user.id].json() | {"permissions": str(channel.may(user))}
    place: Json = {"id": str(guild.id), "locale": guild.locale, "features": []}
    return found | {"guild": place, "guild_id": str(guild.id), "guild_locale": guild.locale, "member": member}
