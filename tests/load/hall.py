"""A server on Discord with its people, and the avatar event that one of them holds."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from limner.tests.fakes.discord import Channel, DiscordServer, PersonError, Seen
from limner.tests.load.guest import TAKE_PART, Guest, InVainError
from limner.tests.load.home import STYLE
from limner.tests.load.lives import Lives


@dataclass
class Hall:
    """The server with its people; the host is one of them, and asks for nothing but the event."""

    server: DiscordServer
    general: Channel
    host: Guest
    guests: Sequence[Guest]
    lives: Lives = field(default_factory=Lives)
    worker_kills: int = 0

    async def evening(self, over: asyncio.Event) -> None:
        """Have the event from its announcement to its poster, with everybody who takes part and who does not."""
        try:
            await self._open()
            await asyncio.gather(*(guest.live(over) for guest in self.guests))
            await self._close()
        except (InVainError, PersonError) as error:
            self.host.in_vain = f"host: {error}"

    @property
    def shows(self) -> bool:
        """Whether there is somebody for the poster."""
        return any(guest.shows for guest in self.guests)

    @property
    def listed(self) -> list[int]:
        """What stands in the server's list of events."""
        return list(self.general.guild.events) if self.general.guild else []

    async def _open(self) -> None:
        options = {"style": STYLE, "members": sum(guest.member for guest in self.guests)}
        await self.host.insist(lambda: self.host.person.invoke("event create", options, at=self.general))
        await self.host.until(lambda: self._seen(lambda one: bool(one.button(TAKE_PART))), "the announcement")

    async def _close(self) -> None:
        await self.host.insist(lambda: self.host.person.invoke("event end", at=self.general))
        await self.host.until(lambda: self._seen(lambda one: "is over. " in one.text), "the end")
        if self.shows:
            await self.host.until(lambda: self._seen(lambda one: bool(one.files)), "the poster")

    def _seen(self, fits: Callable[[Seen], bool]) -> bool:
        return any(map(fits, self.server.messages(self.general)))


def hall_of(server: DiscordServer, members: int, singles: int, patience_s: float, seed: int) -> Hall:
    """Make a server with a host, an event's members and single people."""
    names = [f"member{n}" for n in range(members)] + [f"single{n}" for n in range(singles)]
    people = [server.person(name) for name in ("host", *names)]
    guild = server.guild("Party", members=people)
    server.let(guild, people[0], "MANAGE_EVENTS")
    general = server.channel(guild, "general")
    host, *guests = [
        Guest(person, general, random.Random(f"{seed} {n}"), patience_s, member=0 < n <= members)
        for n, person in enumerate(people)
    ]
    return Hall(server, general, host, guests)
