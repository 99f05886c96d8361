"""python-telegram-bot, which limner speaks through, understands the server of the tests, and its errors."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LabeledPrice,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter

from limner.tests.fakes.telegram import TelegramServer
from limner.tests.fakes.telegram.caller import jpeg

ANN = 1001
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Done", callback_data="v:done")]])


@pytest_asyncio.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    """Give a bot that talks to the server."""
    server.person(ANN)
    async with Bot(server.token, base_url=server.api_base, base_file_url=server.file_base) as running:
        yield running


async def one_update(bot: Bot) -> Update:
    """Take the one update that waits."""
    [update] = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
    await bot.get_updates(offset=update.update_id + 1)
    return update


async def test_a_dialogue(server: TelegramServer, bot: Bot) -> None:
    """A text is answered with a button, the press with a toast and an edit."""
    ann = server.person(ANN)
    await ann.start()
    update = await one_update(bot)
    assert update.message is not None
    await update.message.reply_text("<b>Hello</b> &amp; hi", parse_mode=ParseMode.HTML, reply_markup=KEYBOARD)
    press = await ann.press("Done")
    query = (await one_update(bot)).callback_query
    assert query is not None
    assert query.data == "v:done"
    await query.answer("Good")
    await query.edit_message_text("Bye")
    assert press.toast == "Good"
    assert [(seen.text, seen.buttons) for seen in ann.messages] == [("/start", []), ("Bye", [])]


async def test_photos_come_and_go(server: TelegramServer, bot: Bot) -> None:
    """A photo is fetched byte for byte; photos, documents and albums of both arrive at the person."""
    ann = server.person(ANN)
    await ann.photo(jpeg())
    message = (await one_update(bot)).message
    assert message is not None
    file = await message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == jpeg()
    await bot.send_photo(ANN, jpeg(), caption="One", reply_markup=KEYBOARD)
    await bot.send_photo(ANN, message.photo[-1].file_id)
    await bot.send_document(ANN, jpeg(), filename="portrait.png")
    await bot.send_media_group(ANN, [InputMediaPhoto(jpeg(), caption="<i>A</i>", parse_mode=ParseMode.HTML)] * 2)
    await bot.send_media_group(ANN, [InputMediaDocument(jpeg(), filename=f"{n}.png") for n in range(3)])
    sent = ann.messages[1:]
    assert all((seen.photo or seen.document) == jpeg() for seen in sent)
    assert [seen.text for seen in sent] == ["One", "", "", "A", "A", "", "", ""]
    assert [seen.document_name for seen in sent if seen.document] == ["portrait.png", "0.png", "1.png", "2.png"]


async def test_messages_change(server: TelegramServer, bot: Bot) -> None:
    """Captions, pictures and keyboards are edited, messages deleted."""
    message = await bot.send_photo(ANN, jpeg(), caption="One")
    await message.edit_caption("Two")
    await message.edit_media(InputMediaPhoto(jpeg(colour="blue"), caption="Three"))
    await message.edit_reply_markup(KEYBOARD)
    [seen] = server.person(ANN).messages
    assert (seen.photo, seen.text, seen.buttons) == (jpeg(colour="blue"), "Three", ["Done"])
    await message.delete()
    await bot.delete_messages(ANN, [message.message_id])
    assert server.person(ANN).messages == []


async def test_what_a_bot_sets_and_asks(server: TelegramServer, bot: Bot) -> None:
    """Commands, actions, chats and the webhook are understood on both sides."""
    scope = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("start", "Begin")], scope=scope, language_code="de")
    assert (await bot.get_my_commands(scope=scope, language_code="de"))[0].command == "start"
    await bot.send_chat_action(ANN, ChatAction.UPLOAD_PHOTO)
    assert (await bot.get_chat(ANN)).first_name == "Ann"
    assert (await bot.get_me()).username == bot.username == "limner_bot"
    await bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s3cret", allowed_updates=Update.ALL_TYPES)
    assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/hook"
    with pytest.raises(Conflict):
        await bot.get_updates()
    await bot.delete_webhook()


async def test_an_invoice(bot: Bot) -> None:
    """An invoice for Stars arrives, and an unknown charge is not given back."""
    message = await bot.send_invoice(ANN, "Ten", "Ten portraits", "pack:10", "XTR", [LabeledPrice("Ten", 250)])
    assert message.invoice is not None
    assert message.invoice.total_amount == 250
    with pytest.raises(BadRequest, match=r"(?i)charge_not_found"):
        await bot.refund_star_payment(ANN, "stx")


async def test_errors_have_their_own_types(server: TelegramServer, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each refusal becomes the exception that the library has for it, with what it carries."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # without it every RetryAfter warns
    server.fail_next("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as flooded:
        await bot.send_message(ANN, "Hi")
    assert flooded.value.retry_after == timedelta(seconds=7)
    server.cut_next("sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(ANN, "Hi")
    server.person(ANN).block()
    with pytest.raises(Forbidden):
        await bot.send_message(ANN, "Hi")
    server.group(-77)
    server.migrate_chat(-77, -1000000000077)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-77, "Hi")
    assert moved.value.new_chat_id == -1000000000077
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(5, "Hi")
