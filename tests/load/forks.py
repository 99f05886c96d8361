"""A bot as a process that starts in a tenth of the time: `python -m limner.tests.load.forks COMMAND`.

Most of a start is importing, and `limner prepare`. This process imports once, and at each line `start` on its standard
input forks a bot, which is `limner COMMAND` without those two; at `kill` it ends that one by SIGKILL. It answers each
line with one of its own: the process id, or how the bot ended.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from limner.deploy.compose import redis_of
from limner.deploy.discord import discord_bot, serve
from limner.deploy.logs import set_up_logging
from limner.deploy.machine import give_memory_back
from limner.deploy.settings import Settings
from limner.deploy.telegram import bring_updates, telegram_bot
from limner.tests.load.home import Home, ended

KILLED = f"-{int(signal.SIGKILL)}"

Run = Callable[[Settings], Coroutine[Any, Any, None]]


class Forks:
    """The command's side: bots that start and are killed."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lives = False

    async def start(self) -> None:
        """Fork a bot; it is not ready yet."""
        await self._told("start")
        self._lives = True

    async def kill(self) -> bool:
        """Kill the bot, if there is one; False when it had ended by itself, which it never should."""
        if not self._lives:
            return True
        self._lives = False
        return await self._told("kill") == KILLED

    async def _told(self, word: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n".encode())
        return (await self._process.stdout.readline()).decode().strip()


@asynccontextmanager
async def forks(home: Home, command: str, environ: Mapping[str, str]) -> AsyncIterator[Forks]:
    """Have the process that forks for the length of the block; its bots log to `COMMAND.log` in the home."""
    forking = (sys.executable, "-P", "-m", "limner.tests.load.forks", command)
    with (home.folder / f"{command}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*forking, env=environ, stdin=PIPE, stdout=PIPE, stderr=log)
    bots = Forks(process)
    try:
        yield bots
    finally:
        await bots.kill()
        await ended(process)


def _answer_lines(run: Run) -> None:
    settings, child = Settings.from_env(os.environ), 0
    for line in sys.stdin:
        if line.strip() == "start":
            if (child := os.fork()) == 0:
                _be_bot(run, settings)
            answer = str(child)
        else:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            answer = str(os.waitstatus_to_exitcode(status))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _be_bot(run: Run, settings: Settings) -> NoReturn:
    try:
        os.close(0)
        os.dup2(2, 1)
        give_memory_back()
        set_up_logging()
        asyncio.run(run(settings))
    finally:
        # Nothing of the process that was forked may run here a second time.
        os._exit(1)


async def _telegram(settings: Settings) -> None:
    async with redis_of(settings) as redis_url, telegram_bot(settings, redis_url) as application:
        await bring_updates(application, settings)


async def _discord(settings: Settings) -> None:
    async with redis_of(settings) as redis_url, discord_bot(settings, redis_url) as bot:
        await serve(bot)


BOTS: Mapping[str, Run] = {"telegram": _telegram, "discord": _discord}

if __name__ == "__main__":
    _answer_lines(BOTS[sys.argv[1]])
