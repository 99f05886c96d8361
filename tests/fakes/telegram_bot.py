"""`limner telegram` as a real process on a test's shop, at the tests' own Bot API server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limner.tests.fakes.bot_process import BotProcess
from limner.tests.fakes.shop import Shop
from limner.tests.fakes.telegram import TelegramServer

__all__ = ["TelegramBot", "bot_process"]


class TelegramBot(BotProcess):
    """The bot's process, with its token and where Telegram is in the settings."""

    def __init__(
        self, shop: Shop, server: TelegramServer, settings: dict[str, str] | None = None, command: str = "telegram"
    ) -> None:
        own = {
            "TELEGRAM_BOT_TOKEN": server.token,
            "TELEGRAM_API_BASE": server.api_base,
            "TELEGRAM_FILE_BASE": server.file_base,
        }
        super().__init__(shop, own | (settings or {}), command)
        self.server = server

    async def start(self) -> None:
        """Start the bot, and return when it takes updates."""
        asked = self._asked()
        await self.run()
        await self.until(lambda: self._asked() > asked)

    def _asked(self) -> int:
        return len(self.server.calls_of("getUpdates")) + len(self.server.calls_of("setWebhook"))


@asynccontextmanager
async def bot_process(shop: Shop, server: TelegramServer, **settings: str) -> AsyncIterator[TelegramBot]:
    """Have the bot running for the length of the block."""
    bot = TelegramBot(shop, server, settings)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.kill()
