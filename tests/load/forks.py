"""A process that starts in a tenth of the time, to be killed: `python -m limner.tests.load.forks COMMAND ARGUMENT…`.

Most of a start is importing, and `limner prepare`. This process imports once, and at each line `start` on its standard
input forks a bot, which is `limner COMMAND` without those two, or the worker of `paced` or `tried`; at `kill` it ends
that one by SIGKILL. It answers each line with one of its own: the process id, or how the process ended.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

from limner.deploy.compose import redis_of
from limner.deploy.discord import discord_bot, serve
from limner.deploy.logs import set_up_logging
from limner.deploy.machine import give_memory_back
from limner.deploy.settings import Settings
from limner.deploy.telegram import bring_updates, telegram_bot
from limner.tests.load import tried
from limner.tests.load.home import Home, ended
from limner.tests.load.paced import work

KILLED = f"-{int(signal.SIGKILL)}"

Run = Callable[..., Coroutine[Any, Any, None]]


class Forks:
    """The command's side: processes of one kind that start and are killed, one at a time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lives = False
        self.pid = 0
        """The process that was forked last."""

    async def start(self) -> None:
        """Fork one; it is not ready yet."""
        self.pid = int(await self._told("start"))
        self._lives = True

    async def kill(self) -> bool:
        """Kill it, if there is one; False when it had ended by itself, which it never should."""
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
async def forks(
    home: Home,
    environ: Mapping[str, str],
    command: str,
    *arguments: str,
    logs: Path | None = None,
    clock: Path | None = None,
) -> AsyncIterator[Forks]:
    """Have the process that forks for the length of the block; what it forks logs to `COMMAND.log`, in the home.

    `clock` is a file that says how wrong its clock is (`limner.tests.load.clock`).
    """
    module = ("limner.tests.load.forks",) if clock is None else ("limner.tests.load.clock", str(clock))
    forking = (sys.executable, "-P", "-m", *module, command, *arguments)
    with ((logs or home.folder) / f"{command}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*forking, env=environ, stdin=PIPE, stdout=PIPE, stderr=log)
    forked = Forks(process)
    try:
        yield forked
    finally:
        await forked.kill()
        await ended(process)


def answer_lines(run: Run, *arguments: str) -> None:
    """Be that process, until standard input ends."""
    child = 0
    for line in sys.stdin:
        if line.strip() == "start":
            if (child := os.fork()) == 0:
                _become(run, *arguments)
            answer = str(child)
        else:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            answer = str(os.waitstatus_to_exitcode(status))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _become(run: Run, *arguments: str) -> NoReturn:
    try:
        os.close(0)
        os.dup2(2, 1)
        give_memory_back()
        set_up_logging()
        asyncio.run(run(*arguments))
    finally:
        # Nothing of the process that was forked may run here a second time.
        os._exit(1)


async def _telegram() -> None:
    settings = Settings.from_env(os.environ)
    async with redis_of(settings) as redis_url, telegram_bot(settings, redis_url) as application:
        await bring_updates(application, settings)


async def _discord() -> None:
    settings = Settings.from_env(os.environ)
    async with redis_of(settings) as redis_url, discord_bot(settings, redis_url) as bot:
        await serve(bot)


COMMANDS: Mapping[str, Run] = {"telegram": _telegram, "discord": _discord, "worker": work, "tried": tried.work}

if __name__ == "__main__":
    answer_lines(COMMANDS[sys.argv[1]], *sys.argv[2:])
