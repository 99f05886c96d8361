"""The rim of what the examiner does for a bot that waits a moment and asks again: a try that breaks is only logged."""

import logging
from collections.abc import Awaitable

import msgspec

from limner.queue.errors import EngineDiedError, EngineRefusedError
from limner.storage.errors import NotFoundError

logger = logging.getLogger(__name__)

STANDSTILL_S = 120.0
"""So long an errand of the examiner may take: it tells nothing before its result."""


async def attempt(work: Awaitable[None], what: str) -> None:
    """Do one errand; `what` names it in the log, as in `The poster of event 7`."""
    try:
        await work
    except NotFoundError as gone:
        logger.info("%s is left alone: %s", what, gone)
    except (EngineDiedError, EngineRefusedError, msgspec.ValidationError) as error:
        logger.warning("%s could not be made: %s", what, error)
    except Exception:
        logger.exception("%s broke.", what)
