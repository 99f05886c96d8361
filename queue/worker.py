"""The worker: two queues in one process, so that photo checks never wait behind a training.

`run` is all that a composition root needs.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence

from limner.queue.cancelling import settle_cancelled, stop_ended
from limner.queue.child import EngineChild, Kind, engine_command
from limner.queue.connection import AWAY_S, EXAMINE_QUEUE, PAINT_QUEUE, UNREACHABLE, connect
from limner.queue.copies import copy_portrait
from limner.queue.fairness import FairLine
from limner.queue.housekeeping import keep_house
from limner.queue.jobs import examine_photo, make_portraits
from limner.queue.leased import LeasedWorker, Timing
from limner.queue.posters import make_poster
from limner.queue.reconcile import reconcile
from limner.queue.studio import Studio
from limner.queue.traces import drop_traces
from limner.storage import Storage

logger = logging.getLogger(__name__)


async def run(  # noqa: PLR0913  what a composition root decides, by keyword
    redis_url: str,
    storage: Storage,
    *,
    base: str = "nano",
    styles_dirs: Sequence[str] = (),
    threads: int | None = None,
    seats: int = 1,
    engine: Callable[[Kind], Sequence[str]] = engine_command,
    timing: Timing | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Work until `stop` is set (without one: until SIGTERM or SIGINT), then end in good order.

    What is being drawn is drawn and stored, for a minute at most; a training is put back with a checkpoint.

    `base` is what requests are painted with, `styles_dirs` are folders of styles beside the built-in ones, `threads`
    bounds the engine's native threads (None: the engine decides), `seats` says how many requests are trained and drawn
    at once, `engine` gives the command of each of its two processes. Raises redis.exceptions.RedisError or OSError when
    Redis cannot be reached at the start; later it may be away for as long as it likes.
    """
    timing, stop = timing or Timing(), stop or _signalled()
    redis = await connect(redis_url)
    examiner = EngineChild(engine("examiner"), threads=threads)
    # A process of one seat is told nothing: it then trains and draws as a command does.
    told = ("--seats", str(seats)) if seats > 1 else ()
    painter = EngineChild((*engine("painter"), *told), threads=threads, seats=seats)
    studio = Studio(storage, redis, examiner, painter, base, tuple(styles_dirs))
    try:
        await _work(studio, timing, stop, seats)
    finally:
        await asyncio.gather(examiner.kill(), painter.kill())
        await redis.aclose()


async def _work(studio: Studio, timing: Timing, stop: asyncio.Event, seats: int) -> None:
    examining = LeasedWorker([examine_photo, make_poster, copy_portrait], EXAMINE_QUEUE, studio.redis, studio, timing)
    line = FairLine(studio.redis)
    painting = LeasedWorker([make_portraits], PAINT_QUEUE, studio.redis, studio, timing, line, at_once=seats)

    async def mend() -> None:
        await reconcile(studio)
        await stop_ended(studio, painting)

    tasks = [
        asyncio.ensure_future(work)
        for work in (
            examining.main(),
            painting.main(),
            _every(timing.poll_s, lambda: settle_cancelled(studio, painting)),
            _every(timing.places_s, studio.tell_places),
            _every(timing.reconcile_s, mend),
            _every(
                timing.housekeeping_s, lambda: keep_house(studio.storage, timing.retention_days, timing.rows_within_s)
            ),
            _every(timing.housekeeping_s, lambda: drop_traces(studio.redis, studio.storage)),
            stop.wait(),
        )
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        studio.painter.stop()
        await asyncio.gather(examining.drain(), painting.drain(timing.drain_s))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        pause = seconds
        try:
            await work()
        except UNREACHABLE as error:
            pause = max(seconds, AWAY_S)
            logger.warning("Redis or storage is away (%s); housekeeping waits.", error)
        except Exception:
            # The rim of one pass: whatever broke it, the next pass finds everything as it is then.
            pause = max(seconds, AWAY_S)
            logger.exception("A pass of the worker's housekeeping broke; the next one comes in %g s.", pause)
        await asyncio.sleep(pause)


def _signalled() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
