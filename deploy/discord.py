"""The Discord bot, put together from the settings: signed in, connected, and delivering beside its connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route

from limner.bots.conversation import Conversation
from limner.bots.discord import DiscordBot, create_bot
from limner.bots.discord.messages.wire import AWAY
from limner.bots.errors import RefusedBotError
from limner.deploy.compose import limits_of, queue_of, storage_of, style_cards
from limner.deploy.errors import UserMistakeError
from limner.deploy.settings import Settings

WRONG_TOKEN = "Discord does not know this bot: DISCORD_BOT_TOKEN is wrong, or was reset. Its Bot page tells it."  # noqa: S105
AUTHENTICATION_FAILED = 4004

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
    create_public_threads=True,
    manage_threads=True,
    create_events=True,
)
"""What the bot needs where its portraits are for everybody, and for events; in private it needs none."""


@asynccontextmanager
async def discord_bot(settings: Settings, redis_url: str) -> AsyncIterator[DiscordBot]:
    """Have the bot, signed in, for the length of the block; `serve` connects it. The database must have been migrated.

    Raises UserMistakeError without a token or where Discord cannot be reached, and RefusedBotError for a wrong token.
    """
    if not settings.discord_token:
        raise UserMistakeError(
            "There is no token for Discord. Make an application at discord.com/developers and set DISCORD_BOT_TOKEN."
        )
    use_servers(settings)
    async with storage_of(settings) as storage, queue_of(redis_url) as queue:
        conversation = Conversation(storage, queue, style_cards(settings), limits=limits_of(settings))
        async with create_bot(conversation=conversation, storage=storage, news=queue) as bot:
            await _sign_in(bot, settings.discord_token)
            yield bot


def use_servers(settings: Settings) -> None:
    """Have the library talk to the servers of the settings, where they are not Discord's own."""
    # It would warn at every start that voice needs more libraries; nobody speaks here.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    if settings.discord_api_base:
        Route.BASE = settings.discord_api_base.rstrip("/")
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = type(DiscordWebSocket.DEFAULT_GATEWAY)(settings.discord_gateway_url)


async def serve(bot: DiscordBot) -> None:
    """Stay connected, deliver, and keep events going until cancelled.

    Raises RefusedBotError where Discord will not have this bot.
    """
    tasks = [asyncio.create_task(work) for work in (bot.connect(), bot.delivery.run(), bot.keeper.run())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except discord.ConnectionClosed as error:
        other = f"Discord closed the connection: code {error.code}."
        raise RefusedBotError(WRONG_TOKEN if error.code == AUTHENTICATION_FAILED else other) from error
    except discord.GatewayNotFound as error:
        raise UserMistakeError("Discord's gateway cannot be found. Check the connection, then start again.") from error
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def invitation(bot: DiscordBot) -> str:
    """Return the link by which an administrator takes the bot into a server."""
    return discord.utils.oauth_url(
        bot.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )


async def _sign_in(bot: DiscordBot, token: str) -> None:
    try:
        await bot.login(token)
    except discord.LoginFailure as error:
        raise RefusedBotError(WRONG_TOKEN) from error
    except (discord.HTTPException, *AWAY) as error:
        message = f"Discord cannot be reached: {type(error).__name__}. Check the connection, then start again."
        raise UserMistakeError(message) from error
