"""A worker of the test shop as a process of its own, to be killed: `python -m … REDIS_URL FOLDER`."""

import asyncio
import sys
from pathlib import Path

from limner.queue.worker import run
from limner.tests.fakes.shop import QUICK, fake_engine, open_shop


async def main(redis_url: str, folder: Path) -> None:
    """Work until a signal comes."""
    async with open_shop(folder) as storage:
        await run(redis_url, storage, engine=fake_engine, timing=QUICK)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
