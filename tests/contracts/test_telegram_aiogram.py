"""A second library drives the server of the tests, so that it is not bent to one."""

import asyncio

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.filters import CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
)

from limner.tests.fakes.telegram import Person, TelegramServer
from limner.tests.fakes.telegram.caller import jpeg

KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Send", callback_data="v:send")]])


async def greet(message: Message) -> None:
    """Answer /start with a button."""
    await message.answer("<b>Hello</b>", reply_markup=KEYBOARD)


async def keep(message: Message, bot: Bot) -> None:
    """Fetch a photo and send it back as a document."""
    assert message.photo is not None
    data = await bot.download(message.photo[-1])
    assert data is not None
    await message.answer_document(BufferedInputFile(data.read(), "back.jpg"), caption="<i>Yours</i>")


async def send(query: CallbackQuery, bot: Bot) -> None:
    """Answer the press, change the message and send an album."""
    await query.answer("Coming")
    assert isinstance(query.message, Message)
    await query.message.edit_text("Here they are")
    photo = BufferedInputFile(jpeg(), "portrait.jpg")
    await bot.send_media_group(query.from_user.id, [InputMediaPhoto(media=photo, caption="A")] * 2)


async def test_aiogram_holds_a_conversation(server: TelegramServer) -> None:
    """Polling, texts, buttons, downloads, documents and albums work as with the other library."""
    api = TelegramAPIServer(base=f"{server.api_base}{{token}}/{{method}}", file=f"{server.file_base}{{token}}/{{path}}")
    bot = Bot(server.token, AiohttpSession(api=api), DefaultBotProperties(parse_mode=ParseMode.HTML))
    dispatcher = Dispatcher()
    dispatcher.message.register(greet, CommandStart())
    dispatcher.message.register(keep, F.photo)
    dispatcher.callback_query.register(send, F.data == "v:send")
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    await _converse(server.person())
    await dispatcher.stop_polling()
    await polling


async def _converse(ann: Person) -> None:
    await ann.start()
    await ann.wait("Hello")
    press = await ann.press("Send")
    await ann.wait("Here they are")
    await ann.until(lambda messages: sum(bool(seen.album) for seen in messages) == 2)
    assert press.toast == "Coming"
    sent = await ann.photo(jpeg())
    back = await ann.wait("Yours", after=sent)
    assert (back.document, back.document_name) == (jpeg(), "back.jpg")
