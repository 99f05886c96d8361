"""What everything here shares: the conversation, storage, the way out, and the words of each language."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from limner.bots.conversation import Conversation
from limner.bots.events import Event
from limner.bots.phrases import Phrases
from limner.bots.replies import Reply
from limner.bots.telegram.messages.outgoing import Outgoing, Place
from limner.bots.telegram.messages.render import Renderer
from limner.bots.telegram.messages.sender import Sender
from limner.bots.telegram.updates.incoming import Sender as Person
from limner.bots.telegram.updates.reception import PLATFORM
from limner.bots.words import LANGUAGES, Words, closest
from limner.storage import Storage
from limner.storage.users import User

__all__ = ["Desk"]

AT_ONCE = 3
"""Turns of the conversation side by side. SQLite has one writer: more would only wait there, with their photos, and
what is written down before it is confirmed would wait behind them."""


@dataclass(slots=True)
class Desk:
    """Everything that a handler needs."""

    conversation: Conversation
    storage: Storage
    sender: Sender
    renderers: Mapping[str, Renderer] = field(init=False)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        """Make one renderer for each language."""
        tools = self.conversation.tools
        self.renderers = {name: Renderer(Phrases(Words(name), tools.styles, tools.limits)) for name in LANGUAGES}

    async def user(self, person: Person) -> User:
        """Find the user of somebody on Telegram, or make it, with the language that their Telegram is set to."""
        return await self.storage.users.get_or_create(PLATFORM, str(person.id), closest(person.language))

    def renderer(self, user: User) -> Renderer:
        """Return the renderer of a person's language."""
        return self.renderers[closest(user.language)]

    def renderer_for(self, code: str | None) -> Renderer:
        """Return the renderer for somebody whose Telegram is set to a language."""
        return self.renderers[closest(code)]

    async def handle(self, user: User, event: Event) -> list[Reply]:
        """Speak for a person."""
        async with self.turns:
            return await self.conversation.handle(user, event)

    async def say(self, place: Place, messages: Sequence[Outgoing], once: str | None = None) -> list[int]:
        """Send messages one after the other, `once` as `Sender.send` has it; return the ids of all of them."""
        names = [once and f"{once} {n}" for n in range(len(messages))]
        sent = [await self.sender.send(place, message, name) for message, name in zip(messages, names, strict=True)]
        return [message_id for ids in sent for message_id in ids]


def home(user: User) -> Place:
    """Return a person's private chat, which has their own id."""
    return Place(int(user.platform_id))
