"""What the buttons do. Each acts on what it was shown for: the set, the request; never on something newer."""

import logging
from collections.abc import Awaitable, Callable

from telegram.error import TelegramError

from limner.bots import events
from limner.bots.receipts import note_told
from limner.bots.telegram.answers import Answers, key_of
from limner.bots.telegram.checkout import Checkout
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.groups import came_from
from limner.bots.telegram.messages.keyboards import style_of
from limner.bots.telegram.messages.outgoing import Text
from limner.bots.telegram.results import Results
from limner.bots.telegram.updates.incoming import Incoming
from limner.storage.errors import NotFoundError
from limner.storage.users import User

__all__ = ["Presses"]

logger = logging.getLogger(__name__)


class Presses:
    """Does what a pressed button says."""

    def __init__(self, desk: Desk, answers: Answers, results: Results, checkout: Checkout) -> None:
        self._desk = desk
        self._answers = answers
        self._results = results
        self._checkout = checkout
        self._table: dict[str, Callable[[User, Incoming, str], Awaitable[object]]] = {
            "agree": self._agree,
            "lang": self._language,
            "done": self._done,
            "clear": self._clear,
            "allow": self._allow,
            "deny": self._deny,
            "new": self._new,
            "styles": self._styles,
            "page": self._page,
            "style": self._style,
            "again": self._again,
            "cancel": self._cancel,
            "full": self._full,
            "drop": self._drop,
            "gone": self._gone,
            "keep": self._keep,
            "show": self._show,
            "forget": self._forget,
            "buy": self._buy,
            "pack": self._pack,
            "make": self._make,
            "reveal": self._reveal,
            "hide": self._hide,
            "leave": self._leave,
        }

    async def obey(self, user: User, incoming: Incoming, name: str, argument: str) -> None:
        """Do what a button says; words for one whose time is over."""
        act = self._table.get(name, self._unknown)
        try:
            await act(user, incoming, argument)
        except NotFoundError:
            await self._answers.say(user, "not-here")

    async def _unknown(self, user: User, incoming: Incoming, _: str) -> None:
        raise NotFoundError("button", "")

    async def _agree(self, user: User, incoming: Incoming, version: str) -> None:
        await self._answers.speak(user, incoming, events.ConsentGiven(version))

    async def _language(self, user: User, incoming: Incoming, code: str) -> None:
        # The message that asked says the same again in the new language.
        await self._instead(user, incoming, events.LanguageChosen(code))

    async def _done(self, user: User, incoming: Incoming, set_id: str) -> None:
        await self._check_set(user, set_id)
        await self._answers.speak(user, incoming, events.PhotosDone())

    async def _clear(self, user: User, incoming: Incoming, set_id: str) -> None:
        await self._check_set(user, set_id)
        await self._answers.speak(user, incoming, events.PhotosCleared())

    async def _allow(self, user: User, incoming: Incoming, set_id: str) -> None:
        await self._buttons_off(incoming)
        await self._answers.speak(user, incoming, events.SitterAgreed(set_id))

    async def _deny(self, user: User, incoming: Incoming, set_id: str) -> None:
        await self._buttons_off(incoming)
        await self._answers.speak(user, incoming, events.SitterDenied(set_id))

    async def _new(self, user: User, incoming: Incoming, _: str) -> None:
        await self._answers.speak(user, incoming, events.PhotosMoreAsked())

    async def _styles(self, user: User, incoming: Incoming, _: str) -> None:
        await self._answers.speak(user, incoming, events.StylesAsked())

    async def _page(self, user: User, incoming: Incoming, page: str) -> None:
        keyboard = self._desk.renderer(user).styles(int(page) if page.isdecimal() else 0)
        await self._desk.sender.buttons(incoming.chat_id, incoming.message_id or 0, keyboard)

    async def _style(self, user: User, incoming: Incoming, argument: str) -> None:
        name = style_of(self._desk.renderer(user).phrases.styles, argument)
        await self._answers.speak(user, incoming, events.StyleChosen(name, key_of(incoming)))

    async def _again(self, user: User, incoming: Incoming, request_id: str) -> None:
        # More of what stands above this button, which need not be what was painted last.
        await self._results.request(user, request_id)
        await self._answers.speak(user, incoming, events.AgainAsked(request_id, key_of(incoming)))

    async def _cancel(self, user: User, incoming: Incoming, request_id: str) -> None:
        active = await self._desk.storage.requests.active(user.id)
        if request_id not in [request.id for request in active]:
            raise NotFoundError("request", request_id)
        await self._answers.speak(user, incoming, events.CancelAsked())

    async def _full(self, user: User, incoming: Incoming, request_id: str) -> None:
        if not await self._results.files(user, request_id):
            raise NotFoundError("portraits of", request_id)

    async def _drop(self, user: User, incoming: Incoming, request_id: str) -> None:
        await self._results.request(user, request_id)
        keyboard = self._desk.renderer(user).keyboards.drop(request_id)
        await self._desk.sender.buttons(incoming.chat_id, incoming.message_id or 0, keyboard)

    async def _gone(self, user: User, incoming: Incoming, request_id: str) -> None:
        count = await self._results.drop(user, request_id)
        text = self._desk.renderer(user).text("telegram-dropped", {"count": count})
        if not await self._desk.sender.edit(incoming.chat_id, incoming.message_id or 0, text):
            await self._answers.send(user, text)

    async def _keep(self, user: User, incoming: Incoming, request_id: str) -> None:
        group = await came_from(self._desk.storage, user) is not None
        keyboard = self._desk.renderer(user).keyboards.made(request_id, group=group)
        await self._desk.sender.buttons(incoming.chat_id, incoming.message_id or 0, keyboard)

    async def _show(self, user: User, incoming: Incoming, request_id: str) -> None:
        place = await came_from(self._desk.storage, user)
        request = await self._results.request(user, request_id)
        note = f"shown:{request_id}"
        if place is None or await self._desk.storage.users.recall(user.id, note):
            raise NotFoundError("group for", request_id)
        renderer = self._desk.renderer(user)
        args = {"name": incoming.sender.name, "style": renderer.phrases.title(request.style)}
        if not await self._results.show(user, request_id, place, renderer.text("telegram-shown", args).html):
            raise NotFoundError("portraits of", request_id)
        await self._desk.storage.users.remember(user.id, note, "1")
        await self._answers.say(user, "telegram-is-shown")

    async def _forget(self, user: User, incoming: Incoming, answer: str) -> None:
        await self._buttons_off(incoming)
        if answer == "yes":
            replies = await self._desk.handle(user, events.ForgetConfirmed())
            try:
                await self._answers.show(user, incoming, replies)
            except TelegramError as error:
                # Handled again, this update would make the person anew. The receipt stays owed, and delivery tells it.
                logger.warning("A receipt could not be sent: %s.", error.message)
                return
            await note_told(self._desk.storage, user)
        else:
            await self._answers.say(user, "telegram-kept")

    async def _buy(self, user: User, incoming: Incoming, _: str) -> None:
        await self._answers.send(user, self._checkout.offer(user))

    async def _pack(self, user: User, incoming: Incoming, name: str) -> None:
        if not await self._checkout.invoice(user, name):
            await self._answers.say(user, "telegram-pack-gone")

    async def _make(self, user: User, incoming: Incoming, event_id: str) -> None:
        await self._answers.speak(user, incoming, events.EventBegun(event_id))

    async def _reveal(self, user: User, incoming: Incoming, event_id: str) -> None:
        await self._instead(user, incoming, events.EventGallery(event_id, gallery=True))

    async def _hide(self, user: User, incoming: Incoming, event_id: str) -> None:
        await self._instead(user, incoming, events.EventGallery(event_id, gallery=False))

    async def _leave(self, user: User, incoming: Incoming, event_id: str) -> None:
        await self._instead(user, incoming, events.EventLeft(event_id))

    async def _instead(self, user: User, incoming: Incoming, event: events.Event) -> None:
        """Speak for a person, and answer in the message whose button was pressed."""
        replies = await self._desk.handle(user, event)
        last = self._desk.renderer(await self._desk.storage.users.get(user.id)).replies(replies)[-1]
        assert isinstance(last, Text)
        if not await self._desk.sender.edit(incoming.chat_id, incoming.message_id or 0, last):
            await self._answers.send(user, last)

    async def _check_set(self, user: User, set_id: str) -> None:
        if (await self._desk.conversation.standing(user)).set_id != set_id:
            raise NotFoundError("set", set_id)

    async def _buttons_off(self, incoming: Incoming) -> None:
        await self._desk.sender.buttons(incoming.chat_id, incoming.message_id or 0, ())
