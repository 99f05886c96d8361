"""A home of its own for a run: storage, the environment of the bot and of the worker, and a worker at work.

The worker is the real one, with its queue and its storage; the engine behind it is the small one of the tests, which
looks at a photo within milliseconds. Verdicts and portraits come at once, so the bot has more to do in a minute than
behind a real engine, and nothing of what is measured or killed is a double.
"""

import asyncio
import base64
import os
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from limner.bots.account import CONSENT_VERSION
from limner.queue.embedded import stop_embedded
from limner.queue.leased import Timing
from limner.queue.worker import run
from limner.storage import ChatState, Storage, migrate, open_storage
from limner.tests.fakes.shop import MASTER_KEY, database_url, fake_engine
from limner.tests.fakes.telegram import TelegramServer

FREE = 100_000
STYLE = "drawn"
OWN_SETTINGS = ("REDIS_URL", "DATABASE_URL", "OBJECT_STORE_URL")
OWN_PREFIXES = ("LIMNER_", "TELEGRAM_", "DISCORD_")

# The habits of a worker of an operator, but that it looks for work oftener: photos shall not wait for it.
TIMING = Timing(poll_s=0.005, places_s=0.2, reconcile_s=2.0)


@dataclass(frozen=True, slots=True)
class Home:
    """A LIMNER_HOME."""

    folder: Path

    def storage(self) -> AbstractAsyncContextManager[Storage]:
        """Open the storage that the bot has by default in this home."""
        return open_storage(
            database_url(self.folder), (self.folder / "objects").as_uri(), MASTER_KEY, free_portraits=FREE
        )

    def environ(self, server: TelegramServer) -> dict[str, str]:
        """Give the environment of the Telegram bot: `environ_with` a token and where Telegram is."""
        return self.environ_with(
            {
                "TELEGRAM_BOT_TOKEN": server.token,
                "TELEGRAM_API_BASE": server.api_base,
                "TELEGRAM_FILE_BASE": server.file_base,
            }
        )

    def environ_with(self, own: Mapping[str, str]) -> dict[str, str]:
        """Give the environment of a bot: nothing but the home, a quick style, and what is its own."""
        return {
            **_without_own(os.environ),
            "LIMNER_HOME": str(self.folder),
            "LIMNER_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "LIMNER_STYLES": str(self.folder / "styles"),
            "LIMNER_FREE_PORTRAITS": str(FREE),
            **own,
        }


@asynccontextmanager
async def new_home() -> AsyncIterator[Home]:
    """Make a home with an empty database for the length of the block; its Valkey is stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="limner-load-") as name:
        async with furnished(Path(name)) as home:
            yield home


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[Home]:
    """Make a home of an empty folder for the length of the block."""
    home = Home(folder)
    (folder / "styles").mkdir()
    entry = f"name: {STYLE}\ntitle: {STYLE.title()}\nwords: A style.\nprompt: a person\n"
    (folder / f"styles/{STYLE}.yaml").write_text(entry, "utf-8")
    await asyncio.to_thread(migrate, database_url(folder))
    try:
        yield home
    finally:
        await asyncio.to_thread(stop_embedded, folder)


@asynccontextmanager
async def worker(home: Home, redis_url: str) -> AsyncIterator[None]:
    """Have a worker at work as a process of its own for the length of the block."""
    command = (sys.executable, "-P", "-m", "limner.tests.load.home", redis_url, str(home.folder))
    with (home.folder / "worker.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        yield
    finally:
        await ended(process)


async def ended(process: Process) -> None:
    """End a process in good order."""
    with suppress(ProcessLookupError):
        process.terminate()
    await process.wait()


async def let_agree(storage: Storage, chat_ids: Iterable[int]) -> None:
    """Let people have agreed already, so that their photos are taken."""
    for chat_id in chat_ids:
        user = await storage.users.get_or_create("telegram", str(chat_id), "en")
        await storage.users.record_consent(user.id, CONSENT_VERSION)
        await storage.users.set_state(user.id, ChatState("collecting"))


async def came(reached: Callable[[], Awaitable[bool]], within_s: float) -> bool:
    """Wait for what happens in another process; False when it takes too long."""
    try:
        async with asyncio.timeout(within_s):
            while not await reached():  # noqa: ASYNC110  (of other processes there is no event to await)
                await asyncio.sleep(0.1)
    except TimeoutError:
        return False
    return True


def _without_own(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in OWN_SETTINGS and not _is_own(name)}


def _is_own(name: str) -> bool:
    return name.startswith(OWN_PREFIXES)


async def _work(redis_url: str, folder: Path) -> None:
    async with Home(folder).storage() as storage:
        await run(redis_url, storage, engine=fake_engine, timing=TIMING)


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], Path(sys.argv[2])))
