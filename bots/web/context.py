"""What the handlers share, and who is asking."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from limner.bots.conversation import Conversation
from limner.bots.delivery import Delivery
from limner.bots.events import Event, StatusAsked
from limner.bots.phrases import Phrases
from limner.bots.receipts import forgotten
from limner.bots.replies import Overview, StatusShown
from limner.bots.web.crowd import Crowd
from limner.bots.web.pages import Pages
from limner.bots.web.render import Renderer
from limner.bots.web.session import Session, Sessions
from limner.bots.words import LANGUAGES, Words
from limner.storage.users import User

__all__ = ["CONTEXT", "PLATFORM", "Context"]

PLATFORM = "web"

UPLOADS_AT_ONCE = 4
"""Bodies that are read at the same time: each may hold a photo of 20 MB, and the process shall stay small."""


@dataclass(slots=True)
class Context:
    """Everything that a handler needs."""

    conversation: Conversation
    sessions: Sessions
    pages: Pages
    delivery: Delivery
    crowd: Crowd
    renderers: Mapping[str, Renderer] = field(init=False)
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(UPLOADS_AT_ONCE))
    storing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Encrypting and writing take two further copies of a photo: one at a time."""

    def __post_init__(self) -> None:
        """Make one renderer for each language."""
        tools = self.conversation.tools
        self.renderers = {name: Renderer(Phrases(Words(name), tools.styles, tools.limits)) for name in LANGUAGES}

    def renderer(self, user: User) -> Renderer:
        """Return the renderer of a person's language."""
        return self.renderers.get(user.language) or self.renderers[LANGUAGES[0]]

    async def user(self, session: Session) -> User:
        """Find the person of a session, or make it."""
        return await self.conversation.tools.storage.users.get_or_create(PLATFORM, session.platform_id)

    async def state(self, user: User, session: Session) -> dict[str, Any]:
        """Gather what the page is drawn from. The cursor is read first: what comes later is sent again, not missed."""
        cursor = self.pages.cursor(user.id)
        overview = await self._overview(user)
        progress = self.pages.latest_progress(user.id, overview.active.id) if overview.active else None
        state = self.renderer(user).state(overview, progress)
        return {**state, "cursor": cursor, "token": session.token}

    async def receipts(self, user: User) -> list[str]:
        """Put into words what is owed to the person of this browser, who was forgotten and could not be told."""
        owed = await self.conversation.tools.storage.receipts.owed(PLATFORM)
        mine = [forgotten(one.receipt) for one in owed if one.platform_id == user.platform_id]
        return [self.renderer(user).reply(reply)["text"] for reply in mine]

    async def say(self, user: User, event: Event, session: Session, page: str) -> dict[str, Any]:
        """Speak for a person; return the answer and the state after it, and have the other open pages look again."""
        replies = await self.conversation.handle(user, event)
        self.pages.tell(user.id, "changed", page)
        return {"replies": self.renderer(user).replies(replies), "state": await self.state(user, session)}

    async def _overview(self, user: User) -> Overview:
        replies = await self.conversation.handle(user, StatusAsked())
        return next(reply.overview for reply in replies if isinstance(reply, StatusShown))


CONTEXT = web.AppKey("context", Context)
