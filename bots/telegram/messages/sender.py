"""Messages on their way out: one call each, paced, with retries. What it is told to send, it sends.

A chat that asks for quiet waits alone; the others go on. Errors that no retry can help pass to the caller.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from limner.bots.telegram.messages.outgoing import Album, Document, Documents, Keyboard, Outgoing, Picture, Place, Text
from limner.bots.telegram.messages.pacer import Pacer
from limner.bots.telegram.patience import seconds_of

__all__ = ["Sender"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
UNCHANGED = "message is not modified"
REMEMBERED = 1000
"""Names of messages that may be sent once only. Tries lie seconds apart."""


class Sender:
    """Sends and edits messages of one bot."""

    def __init__(self, bot: Bot, pacer: Pacer, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.bot = bot
        self._pacer = pacer
        self._sleep = sleep
        self._moved: dict[int, int] = {}
        self._sent: OrderedDict[str, list[int]] = OrderedDict()
        self._cached: dict[str, str] = {}
        """File ids of pictures that many people are shown."""

    async def send(self, place: Place, message: Outgoing, once: str | None = None) -> list[int]:
        """Send one message; return the ids of what is in the chat now. Waits for the chat's turn, as long as it takes.

        `once` names what is sent: what this process has sent under a name it does not send again. So whoever is tried
        again, since what came after the message failed (a full disk has no room for its record), goes on after it.
        Raises Forbidden where the bot is not wanted, BadRequest for what Telegram will not take, and NetworkError when
        it cannot be reached.
        """
        if once is not None and once in self._sent:
            return self._sent[once]
        cost = len(_items(message))
        sent = await self._tried(place.chat_id, cost, lambda chat_id: self._call(chat_id, place, message))
        ids = [one.message_id for one in sent]
        if once is not None:
            self._sent[once] = ids
            if len(self._sent) > REMEMBERED:
                self._sent.popitem(last=False)
        return ids

    async def edit(self, chat_id: int, message_id: int, text: Text) -> bool:
        """Replace a message's words and buttons; False where it cannot be edited (any more)."""
        try:
            await self._tried(chat_id, 1, lambda chat: self._edit(chat, message_id, text))
        except BadRequest as error:
            return UNCHANGED in error.message.lower()
        return True

    async def edit_if_free(self, chat_id: int, message_id: int, text: Text) -> bool:
        """Replace a message's words if that is possible this moment, once; False where it was dropped."""
        chat_id = self._moved.get(chat_id, chat_id)
        turn = self._pacer.try_turn(chat_id)
        if turn is None:
            return False
        try:
            with turn:
                await self._edit(chat_id, message_id, text)
        except RetryAfter as error:
            self._pacer.stall(chat_id, seconds_of(error))
            return False
        except BadRequest as error:
            return UNCHANGED in error.message.lower()
        except (Forbidden, NetworkError):
            return False
        return True

    async def buttons(self, chat_id: int, message_id: int, keyboard: Keyboard) -> None:
        """Replace a message's buttons; one that is gone is passed over."""
        try:
            await self._tried(chat_id, 1, lambda chat: self._buttons(chat, message_id, keyboard))
        except BadRequest as error:
            logger.info("Buttons could not be changed: %s.", error.message)

    async def delete(self, chat_id: int, message_ids: Sequence[int]) -> None:
        """Delete messages; those that are gone, or too old to be deleted, are passed over."""
        if message_ids:
            try:
                await self._tried(chat_id, 1, lambda chat: self.bot.delete_messages(chat, list(message_ids)[:100]))
            except BadRequest as error:
                logger.info("Messages could not be deleted: %s.", error.message)

    async def take_back(self, chat_id: int, message_id: int, instead: Picture | None) -> None:
        """Delete a picture; one that is too old to be deleted is replaced by another. One that is gone is passed over.

        Source: https://core.telegram.org/bots/api#deletemessage (48 hours, unless the bot may delete messages there).
        """
        try:
            await self._tried(chat_id, 1, lambda chat: self.bot.delete_message(chat, message_id))
        except BadRequest as error:
            logger.info("A message could not be deleted: %s.", error.message)
            if instead is not None and "not found" not in error.message.lower():
                await self._replace(chat_id, message_id, instead)

    async def _replace(self, chat_id: int, message_id: int, picture: Picture) -> None:
        media = InputMediaPhoto(self._media(picture), caption=picture.caption or None)
        await self._tried(
            chat_id, 1, lambda chat: self.bot.edit_message_media(media, chat_id=chat, message_id=message_id)
        )

    def moved(self, old: int, new: int) -> None:
        """Send to a group's new id from now on."""
        self._moved[old] = new

    async def paced(self, chat_id: int, call: Callable[[int], Awaitable[T]]) -> T:
        """Make any other call that writes one message, in the chat's turn and with retries."""
        return await self._tried(chat_id, 1, call)

    async def _tried(self, chat_id: int, cost: int, call: Callable[[int], Awaitable[T]]) -> T:
        pauses = iter(PAUSES_S)
        while True:
            chat_id = self._moved.get(chat_id, chat_id)
            try:
                async with self._pacer.turn(chat_id, cost):
                    return await call(chat_id)
            except RetryAfter as error:
                self._pacer.stall(chat_id, seconds_of(error))
            except ChatMigrated as error:
                self.moved(chat_id, error.new_chat_id)
            except BadRequest:
                raise
            except NetworkError as error:
                pause = next(pauses, None)
                if pause is None:
                    raise
                logger.info("Telegram could not be reached (%s); trying again.", type(error).__name__)
                await self._sleep(pause)

    async def _call(self, chat_id: int, place: Place, message: Outgoing) -> Sequence[Message]:
        where: dict[str, Any] = {"chat_id": chat_id, "message_thread_id": place.thread_id}
        if place.reply_to is not None:
            where["reply_parameters"] = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
        match message:
            case Text():
                markup = _markup(message.keyboard)
                sent = await self.bot.send_message(
                    text=message.html, parse_mode=ParseMode.HTML, reply_markup=markup, **where
                )
                return (sent,)
            case Picture():
                photo, caption = self._media(message), message.caption or None
                return (await self.bot.send_photo(photo=photo, caption=caption, parse_mode=ParseMode.HTML, **where),)
            case Document():
                file = InputFile(message.data, message.name)
                return (await self.bot.send_document(document=file, **where),)
            case Album():
                pictures = [
                    InputMediaPhoto(self._media(one), caption=one.caption or None, parse_mode=ParseMode.HTML)
                    for one in message.pictures
                ]
                sent_album = await self.bot.send_media_group(media=pictures, **where)
                self._cache(message, sent_album)
                return sent_album
            case Documents():
                files = [InputMediaDocument(one.data, filename=one.name) for one in message.files]
                return await self.bot.send_media_group(media=files, **where)

    def _media(self, picture: Picture) -> str | bytes:
        cached = self._cached.get(picture.cache) if picture.cache else None
        return cached or picture.data

    def _cache(self, album: Album, sent: Sequence[Message]) -> None:
        for picture, message in zip(album.pictures, sent, strict=False):
            if picture.cache and message.photo:
                self._cached[picture.cache] = message.photo[-1].file_id

    async def _edit(self, chat_id: int, message_id: int, text: Text) -> None:
        await self.bot.edit_message_text(
            text=text.html,
            chat_id=chat_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=_markup(text.keyboard),
        )

    async def _buttons(self, chat_id: int, message_id: int, keyboard: Keyboard) -> None:
        await self.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, reply_markup=_markup(keyboard))


def _items(message: Outgoing) -> Sequence[object]:
    match message:
        case Album():
            return message.pictures
        case Documents():
            return message.files
        case _:
            return (message,)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(one.words, url=one.url, callback_data=one.data) for one in row] for row in keyboard]
    )
