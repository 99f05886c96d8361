"""The bot in a Discord in memory, on real storage, with a worker by script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio
import simcord

from limner.bots.account import CONSENT_VERSION
from limner.bots.conversation import Conversation
from limner.bots.discord import DiscordBot, create_bot
from limner.bots.turn import Limits
from limner.storage import ChatState, NewPortrait, Request, Server, Storage, User
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import PORTRAITS, STYLES, migrated, png, queue, storage
from limner.tests.fakes.worker import ScriptedWorker, Verdict

__all__ = ["migrated", "queue", "storage"]

PATIENCE_S = 20.0


def examine(photo: bytes) -> Verdict:
    """Judge a photo as a worker by script does: dark ones and what is no picture are refused."""
    if photo.startswith(b"dark"):
        return Verdict("too_dark", png(1))
    return Verdict("not_an_image") if photo.startswith(b"%PDF") else Verdict(None, png(2))


def paint(request: Request) -> list[NewPortrait]:
    """Paint small pictures."""
    return [NewPortrait(n, png(60 * n, 64), 0.5, request.seed + n, request.style) for n in range(request.count)]


@dataclass
class Stage:
    """A server with a channel, the bot in it, somebody to talk to it, and what the bot stands on."""

    env: simcord.Env
    bot: DiscordBot
    storage: Storage
    queue: FakeQueue
    worker: ScriptedWorker
    conversation: Conversation
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the server and the people."""
        self.guild = self.env.create_guild()
        self.channel = self.guild.create_text_channel("portraits")
        # Any: what an interaction was answered with is there or not, and a test fails where it is not.
        self.ann: Any = self.guild.add_member(self.env.create_user("ann"))
        self.bob: Any = self.guild.add_member(self.env.create_user("bob"))

    @staticmethod
    def selfies(number: int, first: int = 100) -> list[tuple[str, bytes]]:
        """Make good photos, each another file."""
        return [(f"selfie{n + 1}.png", png(first + n)) for n in range(number)]

    async def user(self, person: Any) -> User:
        """Find a person's user."""
        return await self.storage.users.get_or_create("discord", str(person.id))

    async def agreed(self, person: Any) -> User:
        """Let a person have agreed already."""
        user = await self.user(person)
        await self.storage.users.record_consent(user.id, CONSENT_VERSION)
        await self.storage.users.set_state(user.id, ChatState("collecting"))
        return user

    async def learned(self, person: Any) -> User:
        """Let a person have a Face LoRA from a former request."""
        user = await self.agreed(person)
        set_id = await self.storage.photos.open_set(user.id)
        for n in range(3):
            photo = await self.storage.photos.add(user.id, set_id, png(200 + n))
            await self.storage.photos.accept(photo.id, embedding=bytes(512), thumbnail=png(1), quality={})
        for notice in await self.storage.outbox.of_user("discord", user.id):
            await self.storage.outbox.delivered(notice.id)
        await self.storage.photos.delete_originals(set_id)
        await self.storage.users.set_state(user.id, ChatState("done", set_id, "oil"))
        return user

    async def until(self, reached: Callable[[], Awaitable[bool] | bool], what: str) -> None:
        """Wait until something has happened in storage or in Discord."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    found = reached()
                    if await found if isinstance(found, Awaitable) else found:
                        return
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pytest.fail(f"This did not happen: {what}.\n{self.env.transcript()}")

    async def told(self, user: User) -> None:
        """Wait until a person was told everything there is."""

        async def nothing_left() -> bool:
            return not await self.storage.outbox.of_user("discord", user.id)

        await self.until(nothing_left, "everything is told")

    async def shows(self, result: Any, words: str) -> Any:
        """Wait until an interaction's own message says something; return the message."""

        def there() -> bool:
            return result.response is not None and words in result.response.content

        await self.until(there, f"{words!r} is shown")
        return result.response

    async def ended(self, user: User, number: int = 1) -> list[Request]:
        """Wait until so many requests of a person have ended, and were told of."""

        async def over() -> bool:
            requests = await self.storage.requests.of_user(user.id)
            return len(requests) == number and not await self.storage.requests.active(user.id)

        await self.until(over, "the request ends")
        await self.told(user)
        return await self.storage.requests.of_user(user.id)

    async def waiting(self, person: Any) -> Any:
        """Let somebody whose face is known have asked for portraits; return the interaction that asked."""
        await self.learned(person)
        return await person.slash(self.channel, "portrait", style="oil")

    async def portraits(self, person: Any) -> Any:
        """Let somebody whose face is known have portraits; return the message that has the buttons."""
        asked = await self.waiting(person)
        self.work()
        await self.ended(await self.user(person))
        return asked.followups[-1]

    async def public(self, **choices: Any) -> None:
        """Have the server's administrators show portraits to everybody."""
        await self.storage.servers.put(Server("discord", str(self.guild.id), public=True, **choices))

    def heard(self) -> list[Any]:
        """Collect the interactions that come from now on, as the library gives them."""
        heard: list[Any] = []
        take = self.bot.reception.take

        async def listen(interaction: Any) -> None:
            heard.append(interaction)
            await take(interaction)

        self.bot.reception.take = listen  # type: ignore[method-assign]  # the test's own ear
        return heard

    def begin(self) -> None:
        """Deliver, outside of the bot, as the composition root does."""
        with self.env.time_context():
            self.tasks.append(asyncio.create_task(self.bot.delivery.run()))

    def work(self) -> None:
        """Have the worker work."""
        self.tasks.append(asyncio.create_task(self.worker.run()))

    async def rest(self) -> None:
        """Stop everything that runs beside the bot."""
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def restart(self) -> None:
        """Kill the bot's process, and start another one."""
        await self.rest()
        self.bot = bot_of(self.conversation, self.storage, self.queue)
        await self.env.restart_bot(self.bot)
        self.begin()


def bot_of(conversation: Conversation, storage: Storage, queue: FakeQueue) -> DiscordBot:
    """Make a bot."""
    return create_bot(conversation=conversation, storage=storage, news=queue, sweep_s=0.1, shard_count=1)


@pytest.fixture
def conversation(storage: Storage, queue: FakeQueue) -> Conversation:
    """Give a conversation whose styles have previews that are pictures."""
    styles = [replace(card, preview=png(50 + n, 64)) for n, card in enumerate(STYLES)]
    return Conversation(storage, queue, styles, limits=Limits(portraits=PORTRAITS))


@asynccontextmanager
async def on_stage(conversation: Conversation, storage: Storage, queue: FakeQueue) -> AsyncIterator[Stage]:
    """Have a bot running, with delivery beside it and without a worker at work."""
    bot = bot_of(conversation, storage, queue)
    # Not simcord.run: what it enters must be left by the same task, and a fixture is not.
    env = simcord.Env(bot, shard_count=1)
    await env.start()
    stage = Stage(env, bot, storage, queue, ScriptedWorker(storage, queue, examine, paint), conversation)
    stage.begin()
    yield stage
    await stage.rest()
    await env.shutdown()
    env.raise_errors()


@pytest_asyncio.fixture
async def stage(conversation: Conversation, storage: Storage, queue: FakeQueue) -> AsyncIterator[Stage]:
    """Give a stage on which nobody works yet."""
    async with on_stage(conversation, storage, queue) as ready:
        yield ready
