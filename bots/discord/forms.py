"""The form that takes photos: opened at once, since Discord takes a form only as the very first answer.

Nothing has to be known for it. Whether it is needed at all is looked up in storage, for a moment; where storage is
slow, the form is opened.
"""

import asyncio
import logging

from discord import ui

from limner.bots.discord.desk import PLATFORM, Desk
from limner.bots.discord.messages.buttons import address, short, style_of
from limner.bots.discord.messages.views import form
from limner.bots.discord.rules import Rules
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.events import StatusAsked
from limner.bots.replies import Overview, StatusShown
from limner.storage.users import User

__all__ = ["QUICK_S", "Forms", "missing", "overview_of"]

logger = logging.getLogger(__name__)

QUICK_S = 1.0
"""Of the three seconds that Discord waits."""


class Forms:
    """Decides on forms, and makes them."""

    def __init__(self, desk: Desk, rules: Rules) -> None:
        self._desk = desk
        self._rules = rules

    async def first(self, incoming: Incoming) -> ui.Modal | None:
        """Return the form that an interaction is to be answered with; None where it is answered otherwise."""
        if incoming.kind == "press" and incoming.name == "photos":
            return self._make(incoming, await self._language(incoming), incoming.argument, least=1)
        style = self._wished(incoming)
        if style is None:
            return None
        language, least = incoming.person.language, self._desk.conversation.tools.limits.least_photos
        try:
            async with asyncio.timeout(QUICK_S):
                language, least = await self._look(incoming)
        except Exception as error:  # noqa: BLE001 - a slow or broken storage is met again when the form comes back
            logger.warning("Whether a form is needed could not be looked up: %s.", type(error).__name__)
        return self._make(incoming, language, short(style), least) if least else None

    def _wished(self, incoming: Incoming) -> str | None:
        """Name the style that is wished for without photos; None where that is not what it is about."""
        styles = self._desk.conversation.tools.styles
        # A form would lose a template: it takes photos alone.
        style, given = "", incoming.files or incoming.template
        if incoming.kind == "command" and incoming.name == "portrait" and not given:
            style = str(incoming.options.get("style", ""))
        elif incoming.kind == "press" and incoming.name == "style":
            style = style_of(tuple(styles.values()), incoming.chosen)
        return style if style in styles else None

    async def _look(self, incoming: Incoming) -> tuple[str, int]:
        """Return a person's language, and how many photos to ask for at least; none where no form is needed."""
        user = await self._desk.storage.users.find(PLATFORM, str(incoming.person.id))
        language = user.language if user else incoming.person.language
        if await self._rules.refusal(incoming, language) is not None:
            return language, 0
        if user is None:
            return language, self._desk.conversation.tools.limits.least_photos
        return language, missing(await overview_of(self._desk, user))

    async def _language(self, incoming: Incoming) -> str:
        try:
            async with asyncio.timeout(QUICK_S):
                user = await self._desk.storage.users.find(PLATFORM, str(incoming.person.id))
        except Exception as error:  # noqa: BLE001 - the same
            logger.warning("A language could not be looked up: %s.", type(error).__name__)
            user = None
        return user.language if user else incoming.person.language

    def _make(self, incoming: Incoming, language: str, style: str, least: int) -> ui.Modal:
        phrases = self._desk.words(language)
        say, limits = phrases.words.say, phrases.limits
        terms = "\n\n".join(say(f"consent-{part}", limits) for part in ("text", "only-yours"))
        return form(
            say("discord-form"),
            address("photos", incoming.person.id, style),
            (say("discord-form-photos", {**limits, "least": least}), say("discord-form-photos-about")),
            least,
            limits["most"],
            terms,
            (say("consent-title"), say("consent-button")),
        )


async def overview_of(desk: Desk, user: User) -> Overview:
    """Ask where somebody is."""
    replies = await desk.conversation.handle(user, StatusAsked())
    return next(reply.overview for reply in replies if isinstance(reply, StatusShown))


def missing(overview: Overview) -> int:
    """Count the photos that somebody must give before they can be painted; none where nothing is to be asked for."""
    count = overview.count
    if overview.active is not None or overview.has_face or count.enough or count.checking:
        return 0
    return count.least - count.good
