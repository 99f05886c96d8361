"""What the commands do."""

from collections.abc import Awaitable, Callable

from limner.bots import events
from limner.bots.discord.asking import Asking
from limner.bots.discord.desk import Desk
from limner.bots.discord.hosting import HOSTED, Hosting
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.messages.buttons import style_of
from limner.bots.discord.messages.outgoing import Outgoing
from limner.bots.discord.progress import Progress
from limner.bots.discord.rules import Rules
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.discord.wishes import Wish
from limner.bots.replies import StatusShown
from limner.storage.users import User

__all__ = ["Commands"]

SPOKEN: dict[str, Callable[[], events.Event]] = {
    "styles": events.StylesAsked,
    "cancel": events.CancelAsked,
    "quota": events.QuotaAsked,
    "delete": events.ForgetAsked,
}
"""Commands that the conversation answers."""


class Commands:
    """Does what commands and forms say."""

    def __init__(
        self, desk: Desk, ladder: Ladder, asking: Asking, progress: Progress, rules: Rules, hosting: Hosting
    ) -> None:
        self._desk = desk
        self._ladder = ladder
        self._asking = asking
        self._progress = progress
        self._rules = rules
        self._hosting = hosting
        self._own: dict[str, Callable[[User, Incoming], Awaitable[object]]] = {
            "portrait": self._portrait,
            "status": self._status,
            "privacy": self._privacy,
            "language": self._language,
            "settings": self._settings,
            **dict.fromkeys(HOSTED, self._event),
        }

    async def obey(self, user: User, incoming: Incoming) -> None:
        """Do what a command says; words for one that there is not (any more)."""
        if own := self._own.get(incoming.name):
            await own(user, incoming)
        elif spoken := SPOKEN.get(incoming.name):
            replies = await self._desk.handle(user, spoken())
            await self._answer(user, incoming, self._desk.renderer(user).answer(replies))
        else:
            await self._answer(user, incoming, self._desk.renderer(user).text("not-here"))

    async def photos(self, user: User, incoming: Incoming) -> None:
        """Take the photos of a form, in the style that it was opened for."""
        style = style_of(self._desk.phrases[user.language].styles, incoming.argument)
        await self._begin(user, incoming, style, agreed=bool(incoming.values))

    async def _portrait(self, user: User, incoming: Incoming) -> None:
        await self._begin(user, incoming, str(incoming.options.get("style", "")), agreed=False)

    async def _begin(self, user: User, incoming: Incoming, style: str, *, agreed: bool) -> None:
        refusal = await self._rules.refusal(incoming, user.language)
        if refusal is not None:
            await self._answer(user, incoming, refusal)
            return
        place, note = await self._rules.place(incoming), await self._rules.lacks(user, incoming)
        wish = Wish(style, incoming.key, place, "taking", incoming.files, template=incoming.template)
        await self._asking.begin(user, wish, agreed=agreed, again=incoming.again, note=note)

    async def _status(self, user: User, incoming: Incoming) -> None:
        replies = await self._desk.handle(user, events.StatusAsked())
        message = self._desk.renderer(user).answer(replies)
        await self._answer(user, incoming, message)
        for reply in replies:
            if isinstance(reply, StatusShown) and reply.overview.active is not None:
                await self._progress.moved(user, reply.overview.active.id, incoming.way)

    async def _privacy(self, user: User, incoming: Incoming) -> None:
        say, limits = self._desk.renderer(user).say, self._desk.words(user.language).limits
        await self._answer(user, incoming, Outgoing(say("discord-privacy", limits)))

    async def _language(self, user: User, incoming: Incoming) -> None:
        renderer = self._desk.renderer(user)
        await self._answer(user, incoming, renderer.text("discord-language", controls=renderer.buttons.languages()))

    async def _settings(self, user: User, incoming: Incoming) -> None:
        await self._answer(user, incoming, await self._rules.change(user, incoming))

    async def _event(self, user: User, incoming: Incoming) -> None:
        await self._answer(user, incoming, await self._hosting.obey(user, incoming))

    async def _answer(self, user: User, incoming: Incoming, message: Outgoing) -> None:
        await self._ladder.answer(user, incoming.way, message)
