"""What buttons and menus do. Each acts on what it was shown for: the set, the request; never on something newer."""

import logging
from collections.abc import Awaitable, Callable

import discord

from limner.bots import events
from limner.bots.discord.asking import Asking
from limner.bots.discord.desk import Desk
from limner.bots.discord.joining import CARD, Joining
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.messages.buttons import style_of
from limner.bots.discord.messages.outgoing import Controls, Outgoing, Place
from limner.bots.discord.messages.wire import AWAY
from limner.bots.discord.results import Results
from limner.bots.discord.rules import Rules
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.discord.wishes import Wish
from limner.bots.errors import NoWayError
from limner.bots.receipts import note_told
from limner.storage.errors import NotFoundError
from limner.storage.users import User

__all__ = ["IN_PLACE", "Presses"]

logger = logging.getLogger(__name__)

IN_PLACE = CARD | {"agree", "lang", "clear", "page", "cancel", "drop", "gone", "keep", "face", "forget"}
"""Presses that change the message they stand under; the others are answered by one of their own."""

Act = Callable[[User, Incoming], Awaitable[object]]


class Presses:
    """Does what a pressed button says."""

    def __init__(
        self, desk: Desk, ladder: Ladder, asking: Asking, results: Results, rules: Rules, joining: Joining
    ) -> None:
        self._desk = desk
        self._ladder = ladder
        self._asking = asking
        self._results = results
        self._rules = rules
        self._table: dict[str, Act] = {
            "agree": self._agree,
            "lang": self._language,
            "clear": self._clear,
            "allow": self._allow,
            "deny": self._deny,
            "styles": self._styles,
            "page": self._page,
            "style": self._style,
            "again": self._again,
            "cancel": self._cancel,
            "avatar": self._avatar,
            "face": self._face,
            "full": self._full,
            "drop": self._drop,
            "gone": self._gone,
            "keep": self._keep,
            "forget": self._forget,
            **joining.acts,
        }

    async def obey(self, user: User, incoming: Incoming) -> None:
        """Do what a button says; words for one whose time is over."""
        try:
            await self._table.get(incoming.name, self._unknown)(user, incoming)
        except NotFoundError:
            # As a message of its own: the one that was pressed may hold portraits.
            here = self._desk.renderer(user).text("not-here")
            if incoming.name in IN_PLACE:
                await self._ladder.bring(user, Place(incoming.way, None, None), here)
            else:
                await self._answer(user, incoming, here)

    async def _unknown(self, user: User, incoming: Incoming) -> None:
        raise NotFoundError("button", incoming.name)

    async def _agree(self, user: User, incoming: Incoming) -> None:
        place = await self._rules.place(incoming)
        await self._asking.agreed(user, incoming.argument, place, again=incoming.again)

    async def _language(self, user: User, incoming: Incoming) -> None:
        replies = await self._desk.handle(user, events.LanguageChosen(incoming.argument))
        user = await self._desk.storage.users.get(user.id)
        await self._answer(user, incoming, self._desk.renderer(user).answer(replies))

    async def _allow(self, user: User, incoming: Incoming) -> None:
        await self._say(user, incoming, events.SitterAgreed(incoming.argument))

    async def _deny(self, user: User, incoming: Incoming) -> None:
        await self._say(user, incoming, events.SitterDenied(incoming.argument))

    async def _say(self, user: User, incoming: Incoming, event: events.Event) -> None:
        replies = await self._desk.handle(user, event)
        await self._answer(user, incoming, self._desk.renderer(user).answer(replies))

    async def _clear(self, user: User, incoming: Incoming) -> None:
        if (await self._desk.conversation.standing(user)).set_id != incoming.argument:
            raise NotFoundError("set", incoming.argument)
        replies = await self._desk.handle(user, events.PhotosCleared())
        await self._asking.wishes.drop(user)
        await self._answer(user, incoming, self._desk.renderer(user).answer(replies[:1]))

    async def _styles(self, user: User, incoming: Incoming) -> None:
        replies = await self._desk.handle(user, events.StylesAsked())
        await self._answer(user, incoming, self._desk.renderer(user).answer(replies))

    async def _page(self, user: User, incoming: Incoming) -> None:
        page = incoming.argument.partition(" ")[0]
        await self._answer(user, incoming, self._desk.renderer(user).styles(int(page) if page.isdecimal() else 0))

    async def _style(self, user: User, incoming: Incoming) -> None:
        style = style_of(self._desk.phrases[user.language].styles, incoming.chosen)
        await self._ask(user, incoming, style, events.StyleChosen(style, incoming.key))

    async def _again(self, user: User, incoming: Incoming) -> None:
        # More of what stands above this button, which need not be what was painted last.
        style = (await self._results.request(user, incoming.argument)).style
        await self._ask(user, incoming, style, events.AgainAsked(incoming.argument, incoming.key))

    async def _ask(
        self, user: User, incoming: Incoming, style: str, event: events.StyleChosen | events.AgainAsked
    ) -> None:
        refusal = await self._rules.refusal(incoming, user.language)
        if refusal is not None:
            await self._answer(user, incoming, refusal)
            return
        place, note = await self._rules.place(incoming), await self._rules.lacks(user, incoming)
        await self._asking.ask(user, Wish(style, event.key or "", place, "consent"), event, note)

    async def _cancel(self, user: User, incoming: Incoming) -> None:
        active = await self._desk.storage.requests.active(user.id)
        if incoming.argument not in [request.id for request in active]:
            raise NotFoundError("request", incoming.argument)
        replies = await self._desk.handle(user, events.CancelAsked())
        await self._answer(user, incoming, self._desk.renderer(user).answer(replies))

    async def _avatar(self, user: User, incoming: Incoming) -> None:
        portraits = await self._results.portraits(user, incoming.argument)
        renderer = self._desk.renderer(user)
        if len(portraits) == 1:
            await self._answer(user, incoming, await self._results.avatar(user, portraits[0], incoming.way, ()))
            return
        faces = renderer.buttons.faces(incoming.argument, len(portraits))
        await self._answer(user, incoming, renderer.text("discord-avatar-which", controls=faces))

    async def _face(self, user: User, incoming: Incoming) -> None:
        portraits = await self._results.portraits(user, incoming.argument)
        number = int(incoming.values[0]) if incoming.values and incoming.values[0].isdecimal() else len(portraits)
        if number >= len(portraits):
            raise NotFoundError("portrait", str(number))
        faces = self._desk.renderer(user).buttons.faces(incoming.argument, len(portraits))
        await self._answer(user, incoming, await self._results.avatar(user, portraits[number], incoming.way, faces))

    async def _full(self, user: User, incoming: Incoming) -> None:
        await self._results.portraits(user, incoming.argument)
        await self._answer(user, incoming, self._desk.renderer(user).text("discord-full-how"))
        await self._results.files(user, incoming.argument, Place(incoming.way, None, None))

    async def _drop(self, user: User, incoming: Incoming) -> None:
        await self._results.portraits(user, incoming.argument)
        await self._controls(user, incoming, self._desk.renderer(user).buttons.drop(incoming.argument))

    async def _gone(self, user: User, incoming: Incoming) -> None:
        count, left = await self._results.drop(user, incoming.argument, incoming.message_id)
        renderer = self._desk.renderer(user)
        lines = [renderer.say("discord-dropped", {"count": count})]
        if left:
            lines.append(renderer.say("discord-dropped-rest"))
        await self._answer(user, incoming, Outgoing("\n".join(lines)))

    async def _keep(self, user: User, incoming: Incoming) -> None:
        await self._results.request(user, incoming.argument)
        await self._controls(user, incoming, self._desk.renderer(user).buttons.made(incoming.argument))

    async def _forget(self, user: User, incoming: Incoming) -> None:
        if incoming.argument != "yes":
            await self._answer(user, incoming, self._desk.renderer(user).text("discord-kept"))
            return
        renderer = self._desk.renderer(user)
        replies = await self._desk.handle(user, events.ForgetConfirmed())
        try:
            await self._answer(user, incoming, renderer.answer(replies))
        except (discord.HTTPException, NoWayError, *AWAY) as error:
            # Handled again, this press would make the person anew. The receipt stays owed, and delivery tells it.
            logger.warning("A receipt could not be sent: %s.", type(error).__name__)
            return
        await note_told(self._desk.storage, user)

    async def _controls(self, user: User, incoming: Incoming, controls: Controls) -> None:
        if self._ladder.is_open(incoming.way):
            await self._desk.wire.controls(incoming.way, controls)

    async def _answer(self, user: User, incoming: Incoming, message: Outgoing) -> None:
        await self._ladder.answer(user, incoming.way, message)
