"""What everything here shares: the conversation, storage, the way out, the words of each language, and notes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import discord

from limner.bots.conversation import Conversation
from limner.bots.discord.messages.render import Renderer
from limner.bots.discord.messages.wire import Wire
from limner.bots.discord.updates.incoming import Person
from limner.bots.events import Event
from limner.bots.phrases import Phrases
from limner.bots.replies import Reply
from limner.bots.words import LANGUAGES, Words, closest
from limner.storage import Storage
from limner.storage.users import User

__all__ = ["PLATFORM", "Desk"]

PLATFORM = "discord"

AT_ONCE = 3
"""Turns of the conversation side by side. SQLite has one writer: more would only wait there, with their photos, and
what is written down before it is acknowledged would wait behind them."""


@dataclass(slots=True)
class Desk:
    """Everything that a handler needs."""

    conversation: Conversation
    storage: Storage
    wire: Wire
    phrases: Mapping[str, Phrases] = field(init=False)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        """Make the sentences of each language."""
        tools = self.conversation.tools
        self.phrases = {name: Phrases(Words(name), tools.styles, tools.limits) for name in LANGUAGES}

    async def user(self, person: Person) -> User:
        """Find the user of somebody on Discord, or make it, with the language that their Discord is set to."""
        return await self.storage.users.get_or_create(PLATFORM, str(person.id), closest(person.language))

    def renderer(self, user: User, language: str | None = None) -> Renderer:
        """Return the renderer for a person, in their language or in another one."""
        return Renderer(self.phrases[closest(language or user.language)], user)

    def words(self, code: str | None) -> Phrases:
        """Return the sentences for somebody whose Discord is set to a language."""
        return self.phrases[closest(code)]

    async def handle(self, user: User, event: Event) -> list[Reply]:
        """Speak for a person."""
        async with self.turns:
            return await self.conversation.handle(user, event)

    @staticmethod
    def now() -> float:
        """Tell the time, in seconds since 1970."""
        return discord.utils.utcnow().timestamp()
