"""`limner up`: everything on this machine, started in order and ended in reverse.

one at a time -> home, key, schema -> Valkey -> web chat -> worker -> the bots that have a token ... Ctrl-C ... and back
"""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from limner.deploy.children import Child
from limner.deploy.compose import prepared, redis_of, web_chat
from limner.deploy.demo import demonstration_photos
from limner.deploy.errors import UserMistakeError
from limner.deploy.models import model_problem
from limner.deploy.settings import Settings
from limner.deploy.signing import signing_problem

Say = Callable[[str], None]


async def run_up(settings: Settings, say: Say) -> None:
    """Start everything, say where, and run until Ctrl-C or SIGTERM; then end everything.

    Raises UserMistakeError where limner runs from this home already, the port is taken, the base model is unusable, or
    pictures cannot be signed as is set.
    """
    if problem := model_problem(settings.base_model, settings.shelf):
        raise UserMistakeError(problem)
    if problem := await asyncio.to_thread(signing_problem, settings.signing):
        raise UserMistakeError(problem)
    with only_one(settings.home):
        stopping = stop_signal()
        await prepared()
        async with AsyncExitStack() as stack:
            redis_url = await stack.enter_async_context(redis_of(settings, stops=True))
            if settings.redis_url is None:
                from limner.deploy.server import kept_alive

                await stack.enter_async_context(kept_alive(settings.home, say))
            # The chat first: it opens all that a worker opens, so that a wrong setting is told before one is started.
            address = await stack.enter_async_context(web_chat(settings, redis_url))
            await stack.enter_async_context(_child("worker", settings, redis_url, say))
            for name in bots_of(settings):
                await stack.enter_async_context(_child(name, settings, redis_url, say))
            say(welcome(address, demonstration_photos(settings.home / "demo")))
            await stopping.wait()
            say("Stopping.")
    say("Everything has stopped; nothing is lost.")


def bots_of(settings: Settings) -> list[str]:
    """Name the bots that have a token."""
    tokens = {"telegram": settings.telegram_token, "discord": settings.discord_token}
    return [name for name, token in tokens.items() if token]


async def run_web(settings: Settings, say: Say) -> None:
    """Serve the web chat alone until Ctrl-C or SIGTERM."""
    stopping = stop_signal()
    await prepared()
    async with redis_of(settings) as redis_url, web_chat(settings, redis_url) as address:
        say(f"The web chat is ready at {address}")
        await stopping.wait()


async def run_telegram(settings: Settings, say: Say) -> None:
    """Run the Telegram bot alone until Ctrl-C or SIGTERM.

    Raises UserMistakeError where the settings do not suffice, and RefusedBotError where Telegram will not have it.
    """
    from limner.deploy.telegram import bring_updates, telegram_bot

    stopping = stop_signal()
    await prepared()
    async with redis_of(settings) as redis_url, telegram_bot(settings, redis_url) as application:
        say(f"The Telegram bot is ready at https://t.me/{application.bot.username}")
        await _until(stopping, bring_updates(application, settings))


async def run_discord(settings: Settings, say: Say) -> None:
    """Run the Discord bot alone until Ctrl-C or SIGTERM.

    Raises UserMistakeError where the settings do not suffice, and RefusedBotError where Discord will not have it.
    """
    from limner.deploy.discord import discord_bot, invitation, serve

    stopping = stop_signal()
    await prepared()
    async with redis_of(settings) as redis_url, discord_bot(settings, redis_url) as bot:
        say(f"The Discord bot is ready. To take it into a server: {invitation(bot)}")
        await _until(stopping, serve(bot))


async def _until(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Work until it is time to stop. Raises what ends the work before: it ends by nothing else."""
    working = asyncio.create_task(work)
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        stopped.cancel()
        working.result()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def stop_signal() -> asyncio.Event:
    """Return an event that Ctrl-C and SIGTERM set."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Keep a second `limner up` out of this home for the length of the block. Released even by a crash."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "up.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = (
                f"limner is already running from {home}. Stop that one first, or set LIMNER_HOME to another folder."
            )
            raise UserMistakeError(message) from None
        yield


@asynccontextmanager
async def _child(name: str, settings: Settings, redis_url: str, say: Say) -> AsyncIterator[None]:
    environ = {**os.environ, "REDIS_URL": redis_url, "LIMNER_HOME": str(settings.home)}
    command = (sys.executable, "-m", "limner.deploy.cli", name)
    child = Child(name, command, environ, settings.home / f"logs/{name}.log", say)
    task = asyncio.create_task(child.keep_alive())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def welcome(address: str, photos: list[Path]) -> str:
    """Tell where the chat is, and which photos to try it with."""
    tried = "\n".join(f"  {photo}" for photo in photos)
    return (
        f"\nlimner is ready at {address}\n\n"
        f"Photos of a fictional sitter to try it with:\n{tried}\n\n"
        "Press Ctrl-C to stop."
    )
