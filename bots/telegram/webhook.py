"""Updates by webhook: each is written down before Telegram is told that it arrived.

Source: https://core.telegram.org/bots/api#setwebhook
"""

import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import InvalidToken

from limner.bots.errors import RefusedBotError
from limner.bots.telegram.application import TelegramApplication
from limner.bots.telegram.polling import WRONG_TOKEN
from limner.bots.telegram.updates.translate import ALLOWED_UPDATES

__all__ = ["Webhook", "create_app", "listen"]

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MOST_BYTES = 2**20
"""An update is a few kilobytes."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram reaches us, where we listen, and the secret that proves that it is Telegram."""

    url: str
    secret: str
    host: str
    port: int


def create_app(application: TelegramApplication, webhook: Webhook) -> web.Application:
    """Make the server for one bot's updates."""

    async def take(request: web.Request) -> web.Response:
        secret = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(secret.encode(), webhook.secret.encode()):
            return web.Response(status=403)
        try:
            raw = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        if not isinstance(raw, dict):
            return web.Response(status=400)
        # An error here is a 500: Telegram sends the update again.
        await application.handle_update(raw)
        return web.Response()

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post(urlsplit(webhook.url).path or "/", take)
    return app


@asynccontextmanager
async def listen(application: TelegramApplication, webhook: Webhook) -> AsyncIterator[None]:
    """Take updates for the length of the block, and tell Telegram where. Raises OSError where the port is taken."""
    runner = web.AppRunner(create_app(application, webhook), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, webhook.host, webhook.port).start()
        try:
            await application.bot.set_webhook(
                webhook.url, secret_token=webhook.secret, allowed_updates=list(ALLOWED_UPDATES)
            )
        except InvalidToken as error:
            raise RefusedBotError(WRONG_TOKEN) from error
        yield
    finally:
        await runner.cleanup()
