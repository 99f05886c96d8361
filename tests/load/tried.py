"""A worker under trial, as a process that is killed and frozen: `python -m … REDIS_URL FOLDER SCALE LEASE_S SEATS`.

The worker is the real one. Its engine is the real one too where the scale is 0, and else the one that only waits
(`painter`), so many times as fast as on two cores; what its painter does is written down (`journal`).
"""

from pathlib import Path

from limner.queue.child import Kind, engine_command
from limner.queue.leased import Timing
from limner.queue.worker import run
from limner.tests.load.home import Home
from limner.tests.load.journal import listened
from limner.tests.load.painter import painter

STEPS, CHECKPOINT_EVERY = 200, 25
"""What the real engine does for nano (engine/train/recipe.py)."""
JOURNAL = "journal.txt"
HOUSEKEEPING_S = 10.0
"""An operator's worker keeps house once an hour; here it happens among the faults."""
ROWS_WITHIN_S = 30.0
"""Half of an operator's, and longer than a bot that is frozen and a database that is locked take together."""


def timing_of(lease_s: float) -> Timing:
    """Give an operator's habits with this lease, but that house is kept oftener."""
    # A third of the lease, as in lease.py.
    return Timing(
        lease_s=lease_s,
        renew_s=lease_s / 3,
        reconcile_s=min(Timing().reconcile_s, lease_s),
        housekeeping_s=HOUSEKEEPING_S,
        rows_within_s=ROWS_WITHIN_S,
    )


async def work(redis_url: str, folder: str, scale: str, lease_s: str, seats: str) -> None:
    """Be the worker."""
    engine = painter(float(scale), STEPS, CHECKPOINT_EVERY) if float(scale) else _real
    async with Home(Path(folder)).storage() as storage:
        listening = listened(Path(folder).parent / JOURNAL, engine)
        timing = timing_of(float(lease_s))
        await run(redis_url, storage, styles_dirs=_styles(folder), engine=listening, timing=timing, seats=int(seats))


def _styles(folder: str) -> list[str]:
    return [str(Path(folder) / "styles")]


def _real(kind: Kind) -> tuple[str, ...]:
    return engine_command(kind)
