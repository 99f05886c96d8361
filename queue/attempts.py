"""What becomes of a request whose try came to nothing: another try, or an honest end with its quota back."""

import logging

from limner.queue.client import enqueue_portraits
from limner.queue.messages import FAILURES, MakePortraits, RequestFailed
from limner.queue.news import publish
from limner.queue.studio import Studio

logger = logging.getLogger(__name__)

# A crash by bad luck (memory short for a moment, a restarted machine) does not strike three times in a row; a request
# that itself kills the engine must not go on for ever.
ATTEMPTS = 3
# The painter is a process of its own, so a request hardly ever ends the worker: whatever does so strikes everybody's.
WORKERS = 10


async def try_again(studio: Studio, command: MakePortraits, reason: str, most: int = ATTEMPTS) -> None:
    """Enqueue the next try, at the front of the line and uncharged; after `most` fail it for `reason`.

    Changes nothing when the request has ended or moved on already. The order makes every crash in between harmless:
    the new try is written down in storage first, and what storage has and Redis has not, the reconciler enqueues.
    Raises NotFoundError when the request is gone with its sitter.
    """
    requests, after = studio.storage.requests, command.attempt + 1
    if after >= most:
        await fail(studio, command, reason)
    elif await requests.requeue(command.request_id, command.attempt):
        logger.warning("Request %s gets try %d of %d (%s).", command.request_id, after + 1, most, reason)
        again = await studio.command(await requests.get(command.request_id))
        await enqueue_portraits(studio.redis, again)


async def fail(studio: Studio, command: MakePortraits, reason: str) -> None:
    """End a request as failed, its quota refunded, and tell; nothing when it has ended already.

    A reason that nobody has words for becomes 'internal'. Raises NotFoundError when the request is gone.
    """
    told = reason if reason in FAILURES else "internal"
    if await studio.storage.requests.fail(command.request_id, told):
        logger.warning("Request %s failed (%s).", command.request_id, reason)
        await publish(studio.redis, RequestFailed(command.user_id, command.request_id, told))
