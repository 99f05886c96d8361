"""A server in which avatar events are held: what is to be seen there, and a clock that is turned."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import discord
import pytest_asyncio
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from limner.bots.discord.messages.buttons import AGREE, GALLERY, PHOTOS
from limner.bots.keeper import Keeper
from limner.storage import AvatarEvent
from limner.storage.database import utc_now
from limner.tests.bots.discord.conftest import Stage
from limner.tests.bots.discord.test_ladder import home


@dataclass
class Hall:
    """A server whose events are kept going by a clock that is turned, and somebody who may hold them."""

    stage: Stage
    turned: timedelta = timedelta()
    seconds: float = 0.0
    cat: Any = field(init=False)

    def __post_init__(self) -> None:
        """Make the host."""
        role = self.stage.guild.create_role("hosts", permissions=discord.Permissions(manage_events=True))
        self.cat = self.stage.guild.add_member(self.stage.env.create_user("cat"), roles=[role])

    async def create(self, person: Any = None, channel: Any = None, **options: Any) -> str:
        """Open an event; return the answer."""
        asked = await (person or self.cat).slash(channel or self.stage.channel, "event create", style="oil", **options)
        assert asked.response.ephemeral
        return str(asked.response.content)

    async def opened(self, **options: Any) -> Any:
        """Open an event and return its announcement."""
        assert "The event is open" in await self.create(**options)
        await self.sweeps()
        return self.announcement

    async def asked(self, name: str) -> str:
        """Ask for a part of /event; return the answer."""
        return str((await self.cat.slash(self.stage.channel, f"event {name}")).response.content)

    @property
    def announcement(self) -> Any:
        """Find the announcement."""
        return next(one for one in self.messages() if "Avatar event!" in one.content)

    @property
    def thread(self) -> Any:
        """Find the gallery."""
        (thread,) = self.stage.channel.threads
        return thread

    def messages(self) -> list[Any]:
        """List what everybody sees in the channel."""
        return [one for one in self.stage.channel.history() if not one.flags.ephemeral]

    def scheduled(self) -> list[Any]:
        """List what stands in the server's list of events."""
        return list(self.stage.env.backend.get_guild(self.stage.guild.id).scheduled_events.values())

    def told(self) -> str:
        """Join what the host was told in private, in the channel or by direct message."""
        found = [one for channel in self.stage.env.backend.messages.values() for one in channel.values()]
        quiet = [one for one in found if one.visible_to(self.cat.id) and not one.visible_to(0)]
        return " ".join(one.content for one in (*quiet, *home(self.cat)))

    def deny(self, **permissions: bool) -> None:
        """Take permissions from the bot in the channel, and give back those that were taken before."""
        backend = self.stage.env.backend
        denied = discord.Permissions(**dict.fromkeys(permissions, True))
        mine = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, allow=0, deny=denied.value)
        backend.set_overwrite(self.stage.channel.id, mine)

    def shown(self) -> list[str]:
        """List what stands in the gallery."""
        return [one.content for thread in self.stage.channel.threads for one in thread.history() if one.attachments]

    async def event(self) -> AvatarEvent:
        """Read the server's event as it is now."""
        community = await self.stage.storage.users.community("discord", str(self.stage.guild.id))
        event = await self.stage.storage.events.of_community(community.id)
        assert event is not None
        return event

    async def sweeps(self, times: int = 3) -> AvatarEvent:
        """Let the keeper look several times, a minute apart; return the event as it is then."""
        keeper = Keeper(
            self.stage.storage,
            self.stage.queue,
            "discord",
            self.stage.bot.stage,
            lambda: utc_now() + self.turned,
            now=lambda: self.seconds,
        )
        for _ in range(times):
            self.seconds += 60.0
            with self.stage.env.time_context():
                await keeper.sweep()
        return await self.event()

    async def until(self, reached: Callable[[], bool], what: str) -> None:
        """Sweep until something has happened in Discord."""

        async def swept() -> bool:
            await self.sweeps(1)
            return reached()

        await self.stage.until(swept, what)

    async def joined(self, person: Any, *ticks: str, first: int = 100) -> Any:
        """Let somebody nobody knows join with photos; return the form's answer."""
        opened = await person.click(self.announcement, label="Take part")
        values = {PHOTOS: self.stage.selfies(3, first), AGREE: [AGREE], GALLERY: list(ticks)}
        return await person.submit_modal(opened, values)


@pytest_asyncio.fixture
async def hall(stage: Stage) -> AsyncIterator[Hall]:
    """Give a hall in which nobody works yet."""
    yield Hall(stage)
