"""The embedded server under `limner up`: started again when it ends by itself or its socket is swept away.

Bots and worker wait for it meanwhile; what it knew is in its append-only file, and what that misses is in storage.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from limner.queue.embedded import is_well, log_of, start_embedded
from limner.queue.errors import EmbeddedServerError

# Asking costs a tenth of a millisecond.
LOOK_S = 1.0
# Between two starts in vain: whatever is wrong (a full disk), somebody has to see to it.
PAUSE_S = 30.0


@asynccontextmanager
async def kept_alive(home: Path, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Keep this home's running server alive for the length of the block, at the same address."""
    stopping = asyncio.Event()
    watching = asyncio.create_task(_watch(home, say, stopping))
    try:
        yield
    finally:
        # Not cancelled: a start under way in its thread would go on, and end after the server was stopped for good.
        stopping.set()
        await watching


async def _watch(home: Path, say: Callable[[str], None], stopping: asyncio.Event) -> None:
    pause = LOOK_S
    while not await _is_set(stopping, pause):
        pause = LOOK_S
        try:
            if not await asyncio.to_thread(is_well, home):
                say(f"The Valkey server ended by itself and is started again; its log is {log_of(home)}.")
                await asyncio.to_thread(start_embedded, home)
        except (EmbeddedServerError, OSError) as error:
            say(f"The Valkey server cannot be started; the next try is in {PAUSE_S:g} s. {error}")
            pause = PAUSE_S


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event for so long; tell whether it came."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
