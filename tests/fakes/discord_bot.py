"""`limner discord` as a real process on a test's shop, at the tests' own Discord."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limner.tests.fakes.bot_process import PATIENCE_S, BotProcess
from limner.tests.fakes.discord import DiscordServer
from limner.tests.fakes.shop import Shop

__all__ = ["DiscordBot", "discord_process", "settings_of"]


def settings_of(server: DiscordServer) -> dict[str, str]:
    """Give the part of a bot's environment that says who it is and where Discord is."""
    return {
        "DISCORD_BOT_TOKEN": server.token,
        "DISCORD_API_BASE": server.api_base,
        "DISCORD_GATEWAY_URL": server.gateway_url,
    }


class DiscordBot(BotProcess):
    """The bot's process, with its token and where Discord is in the settings."""

    def __init__(self, shop: Shop, server: DiscordServer, settings: dict[str, str] | None = None) -> None:
        super().__init__(shop, settings_of(server) | (settings or {}), "discord")
        self.server = server

    async def start(self) -> None:
        """Start the bot, and return when it hears and has told its commands."""
        await self.run()
        await self.until(lambda: bool(self.server.sessions))
        await self.server.offers("portrait", PATIENCE_S)


@asynccontextmanager
async def discord_process(shop: Shop, server: DiscordServer, **settings: str) -> AsyncIterator[DiscordBot]:
    """Have the bot running for the length of the block."""
    bot = DiscordBot(shop, server, settings)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.kill()
