"""The Telegram bot, put together from the settings; it polls, or listens where a webhook's URL is set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, NetworkError
from telegram.ext import ApplicationBuilder

from limner.bots.conversation import Conversation
from limner.bots.errors import RefusedBotError
from limner.bots.telegram import TelegramApplication, build_application
from limner.bots.telegram.polling import WRONG_TOKEN, poll
from limner.bots.telegram.webhook import Webhook, listen
from limner.deploy.compose import limits_of, queue_of, storage_of, style_cards
from limner.deploy.errors import UserMistakeError
from limner.deploy.settings import Settings
from limner.storage import Payment

CONNECTIONS = 64
"""To Telegram at the same time: downloads, and messages at thirty a second, most of which take a tenth of one."""

TRANSFER_S = 60.0
"""Ten portraits of 1.5 MB at two megabits a second."""


@asynccontextmanager
async def telegram_bot(settings: Settings, redis_url: str) -> AsyncIterator[TelegramApplication]:
    """Have the bot for the length of the block: it answers and delivers. The database must have been migrated.

    Raises UserMistakeError without a token or where Telegram cannot be reached, and RefusedBotError for a wrong token.
    """
    builder = builder_of(settings)
    async with storage_of(settings) as storage, queue_of(redis_url) as queue:
        conversation = Conversation(storage, queue, style_cards(settings), limits=limits_of(settings))
        application = build_application(builder, conversation=conversation, storage=storage, news=queue)
        async with _initialized(application):
            await application.start()
            try:
                yield application
            finally:
                await application.stop()


def builder_of(settings: Settings) -> ApplicationBuilder[Any, Any, Any, Any, Any, Any]:
    """Give the library what the settings say. Raises UserMistakeError without a token."""
    if not settings.telegram_token:
        raise UserMistakeError("There is no token for Telegram. Get one from @BotFather and set TELEGRAM_BOT_TOKEN.")
    builder = (
        ApplicationBuilder()
        .token(settings.telegram_token)
        .connection_pool_size(CONNECTIONS)
        .pool_timeout(TRANSFER_S)
        .read_timeout(TRANSFER_S)
        .write_timeout(TRANSFER_S)
        .media_write_timeout(TRANSFER_S)
    )
    if settings.telegram_api_base:
        builder = builder.base_url(settings.telegram_api_base)
    if settings.telegram_file_base:
        builder = builder.base_file_url(settings.telegram_file_base)
    return builder


async def bring_updates(application: TelegramApplication, settings: Settings) -> None:
    """Bring the bot its updates until cancelled. Raises UserMistakeError and RefusedBotError."""
    webhook = webhook_of(settings)
    if webhook is None:
        await poll(application)
        return
    try:
        async with listen(application, webhook):
            await asyncio.Event().wait()
    except OSError as error:
        asked = f"{webhook.host}, port {webhook.port}"
        message = f"The webhook cannot listen on {asked} ({error.strerror}). Set TELEGRAM_WEBHOOK_PORT to another port."
        raise UserMistakeError(message) from error


def webhook_of(settings: Settings) -> Webhook | None:
    """Return how Telegram reaches us, None for polling. Raises UserMistakeError for half a webhook."""
    url, secret = settings.telegram_webhook_url, settings.telegram_webhook_secret
    if url is None:
        return None
    if not secret:
        raise UserMistakeError("A webhook needs a secret: set TELEGRAM_WEBHOOK_SECRET to a long random word.")
    if urlsplit(url).scheme not in {"https", "http"}:
        raise UserMistakeError(f"TELEGRAM_WEBHOOK_URL is {url!r}. Set it to the https address that leads here.")
    return Webhook(url, secret, settings.telegram_webhook_host, settings.telegram_webhook_port)


async def refund(settings: Settings, charge: str, payer: str | None = None) -> Payment:
    """Return a payment in Stars, and take back what is left of its portraits; may be repeated after a crash.

    `payer` is Telegram's id of who paid, needed only where that person was forgotten. Raises UserMistakeError where the
    payer is not known or Telegram refuses, NotFoundError for an unknown charge, AlreadyRefundedError the second time.
    """
    bot = builder_of(settings).updater(None).job_queue(None).build().bot
    async with storage_of(settings) as storage, bot:
        payment = await storage.payments.get(charge)
        if payment.user_id is not None:
            payer = (await storage.users.get(payment.user_id)).platform_id
        if payer is None or not payer.isdecimal():
            raise UserMistakeError(f"Who paid {charge} was forgotten here. Name the person's Telegram id with --payer.")
        try:
            # The money first: were it the other way round, a crash between would keep both.
            await bot.refund_star_payment(int(payer), charge)
        except BadRequest as error:
            if "already" not in error.message.lower():
                raise UserMistakeError(f"Telegram does not return {charge}: {error.message}.") from error
        return await storage.payments.refund(charge)


@asynccontextmanager
async def _initialized(application: TelegramApplication) -> AsyncIterator[None]:
    try:
        await application.initialize()
    except InvalidToken as error:
        raise RefusedBotError(WRONG_TOKEN) from error
    except NetworkError as error:
        message = f"Telegram cannot be reached: {error.message}. Check the connection, then start again."
        raise UserMistakeError(message) from error
    try:
        yield
    finally:
        await application.shutdown()
