"""Avatar events in a server: opened by who may, joined in private, shown in a thread to whoever wishes it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import discord
import pytest_asyncio

from limner.bots.discord.messages.buttons import AGREE, GALLERY, PHOTOS
from limner.bots.keeper import Keeper
from limner.storage import AvatarEvent, Balance
from limner.storage.database import utc_now
from limner.tests.bots.discord.conftest import Stage


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


async def test_a_member_is_painted_from_one_form(hall: Hall) -> None:
    """Photos, consent and wish come with one form; the rest comes by itself, at the host's cost, in private."""
    stage = hall.stage
    stage.work()
    await hall.opened(duration="3h", members=20)
    opened = await stage.bob.click(hall.announcement, label="Take part")
    assert opened.modal is not None
    assert [one["type"] for one in opened.modal["components"]] == [18, 10, 18, 18]
    values = {PHOTOS: stage.selfies(3), AGREE: [AGREE], GALLERY: []}
    sent = await stage.bob.submit_modal(opened, values)
    user = await stage.user(stage.bob)
    (request,) = await stage.ended(user)
    assert (request.style, request.event_id) == ("oil", (await hall.event()).id)
    (result,) = sent.followups
    assert result.ephemeral
    assert len(result.attachments) == 4
    await hall.sweeps()
    assert not hall.shown(), "nobody sees what its owner did not wish to be seen"
    assert "One person takes part" in hall.announcement.content
    host = await stage.user(hall.cat)
    assert await stage.storage.quota.balance(host.id) == Balance(8, 0, 4, 12)
    assert await stage.storage.quota.balance(user.id) == Balance(12, 0, 0, 12)
