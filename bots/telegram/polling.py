"""Updates by asking for them: written down first, confirmed then. Nothing is lost whenever this process is killed."""

import asyncio
import logging

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from limner.bots.errors import RefusedBotError
from limner.bots.telegram.application import TelegramApplication
from limner.bots.telegram.patience import seconds_of
from limner.bots.telegram.updates.translate import ALLOWED_UPDATES

__all__ = ["ANOTHER", "WRONG_TOKEN", "poll"]

logger = logging.getLogger(__name__)

WAIT_S = 30
"""How long Telegram holds a question that it has no answer to yet."""
MOST = 100
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

ANOTHER = (
    "Another process asks Telegram for this bot's updates, and only one may. Stop the other one, or make a second bot."
)
WRONG_TOKEN = "Telegram does not know this bot: TELEGRAM_BOT_TOKEN is wrong, or was replaced. @BotFather tells it."  # noqa: S105


async def poll(application: TelegramApplication) -> None:
    """Ask for updates until cancelled. Raises RefusedBotError where Telegram will not have this process."""
    offset, pause = 0, FIRST_PAUSE_S
    await _without_webhook(application)
    while True:
        try:
            offset = await _ask(application, offset)
            pause = FIRST_PAUSE_S
        except Conflict as error:
            raise RefusedBotError(ANOTHER) from error
        except (InvalidToken, Forbidden) as error:
            raise RefusedBotError(WRONG_TOKEN) from error
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))
        except NetworkError as error:
            logger.warning("Telegram could not be reached (%s); asking again.", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


async def _ask(application: TelegramApplication, offset: int) -> int:
    """Ask once; return the offset that confirms what was written down."""
    updates = await application.bot.get_updates(
        offset=offset, limit=MOST, timeout=WAIT_S, allowed_updates=list(ALLOWED_UPDATES)
    )
    if not updates:
        return offset
    await application.parts.reception.handle_updates([update.to_dict() for update in updates])
    return int(updates[-1].update_id) + 1


async def _without_webhook(application: TelegramApplication) -> None:
    # A webhook that was set once bars polling; what waits for it comes to us.
    try:
        await application.bot.delete_webhook(drop_pending_updates=False)
    except (BadRequest, NetworkError) as error:
        logger.warning("A webhook could not be taken away: %s.", type(error).__name__)
