"""The server: REST, gateway and files on one port. Tests make guilds, persons and faults; every call is remembered.

Leaving the context raises AssertionError while `problems` is not empty: what no correct bot does fails the test that
saw it. A test that provokes such a thing looks at the list and clears it.
"""

import asyncio
from collections.abc import Iterable
from typing import Self

from aiohttp import web

from limner.tests.fakes.discord.about import guild_create
from limner.tests.fakes.discord.calls import Call, most_within
from limner.tests.fakes.discord.endpoint import API, make_app
from limner.tests.fakes.discord.faults import Fault, When, refusal
from limner.tests.fakes.discord.files import UPLOAD_MOST_BYTES
from limner.tests.fakes.discord.people import Person
from limner.tests.fakes.discord.permissions import BITS, BOT, bits
from limner.tests.fakes.discord.places import PUBLIC_THREAD, TEXT, Channel, Guild, Member, User
from limner.tests.fakes.discord.seen import Seen, look
from limner.tests.fakes.discord.sessions import INTENTS, Session
from limner.tests.fakes.discord.world import World

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.test.a_token_of_the_tests"
APPLICATION_ID = 1_000_000_000_000_000_000


class DiscordServer:
    """Discord on this machine, for one bot. `world` is its whole state."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        strict_rates: bool = False,
        shards: int = 1,
        privileged: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        self.token = token
        self.world = World(token, User(APPLICATION_ID, "limner", bot=True))
        self.world.users[APPLICATION_ID] = self.world.me
        self.world.rates.strict = strict_rates
        self.world.shards = shards
        self.world.privileged = sum(INTENTS[name] for name in privileged)
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        # A test is over when it is over: nobody waits for a gateway that is still open.
        self._runner = web.AppRunner(make_app(self.world), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.world.gateway_url, self.world.files.base = self.gateway_url, f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if kind is None and self.problems:
            raise AssertionError("The bot did what no correct bot does:\n" + "\n".join(self.problems))

    @property
    def api_base(self) -> str:
        """What routes are appended to: discord.py's `Route.BASE`."""
        return f"http://127.0.0.1:{self._port}{API}"

    @property
    def gateway_url(self) -> str:
        """Where the bot connects to: discord.py's `DiscordWebSocket.DEFAULT_GATEWAY`."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    @property
    def application_id(self) -> int:
        """The bot's id, which is the application's."""
        return self.world.me.id

    @property
    def strict_rates(self) -> bool:
        """Whether calls above the rates are refused with 429, and headers tell of the rates as they are."""
        return self.world.rates.strict

    @strict_rates.setter
    def strict_rates(self, strict: bool) -> None:
        self.world.rates.strict = strict

    @property
    def calls(self) -> list[Call]:
        """All calls so far, downloads included."""
        return self.world.calls

    @property
    def problems(self) -> list[str]:
        """What the bot did that no correct bot does."""
        return self.world.problems

    @property
    def sessions(self) -> list[Session]:
        """The sessions of the gateway that hear at this moment."""
        return self.world.sessions.connected()

    def calls_of(self, route: str, channel: Channel | None = None) -> list[Call]:
        """List the calls of a route, such as `POST /channels/{channel_id}/messages`, to a channel or to all."""
        wanted = {None, str(channel.id)} if channel else None
        return [each for each in self.calls if each.route == route and (not wanted or each.ids["channel_id"] in wanted)]

    def worst_rate(self, route: str, channel: Channel | None = None, window_s: float = 5.0) -> int:
        """Return the most calls of a route within any window."""
        return most_within([call.at for call in self.calls_of(route, channel)], window_s)

    def messages(self, channel: Channel) -> list[Seen]:
        """Everything in a channel that everybody sees, oldest first."""
        return look(self.world, channel)

    def turn_clock(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self.world.clock.turn(seconds)

    async def connected(self, sessions: int = 1, timeout_s: float = 10.0) -> None:
        """Wait until so many sessions of the gateway hear."""
        async with asyncio.timeout(timeout_s):
            while len(self.sessions) < sessions:
                await self.world.changed.wait()

    def person(
        self, name: str = "ann", *, locale: str = "en-US", takes_dms: bool = True, installed: bool = False
    ) -> Person:
        """Make a person, or find the one with this name; `installed` has the app for themselves, wherever they go."""
        known = next((user for user in self.world.users.values() if user.username == name), None)
        user = known or User(self.world.ids.new(), name, locale=locale, takes_dms=takes_dms, installed=installed)
        self.world.users[user.id] = user
        return Person(self.world, user)

    def guild(
        self,
        name: str = "Studio",
        members: Iterable[Person] = (),
        *,
        channels: Iterable[str] = ("general",),
        bot_may: Iterable[str] = BOT,
        installed: bool = True,
        upload_most: int = UPLOAD_MOST_BYTES,
        id_: int | None = None,
    ) -> Guild:
        """Make a guild, with the bot in it where it is `installed`."""
        guild = Guild(id_ or self.world.ids.new(), name, installed, upload_most, bot_role=self.world.ids.new())
        guild.bot_may = bits(bot_may)
        for channel in channels:
            self.channel(guild, channel)
        for person in members:
            guild.members[person.id] = Member(person.user, self.world.now())
        guild.owner_id = next(iter(guild.members), 0)
        self.world.guilds[guild.id] = guild
        if installed:
            self.world.sessions.tell("GUILD_CREATE", guild_create(self.world, guild), guild.id, "GUILDS")
        return guild

    def channel(self, guild: Guild, name: str) -> Channel:
        """Find a text channel by its name, or make it."""
        known = next((channel for channel in guild.channels.values() if channel.name == name), None)
        if known is not None:
            return known
        channel = Channel(self.world.ids.new(), TEXT, name, guild)
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        if guild.id in self.world.guilds and guild.installed:
            self.world.sessions.tell("CHANNEL_CREATE", channel.json(), guild.id, "GUILDS")
        return channel

    def threads(self, channel: Channel) -> list[Channel]:
        """List the threads of a channel, oldest first."""
        return [each for each in self.world.channels.values() if each.parent is channel]

    def thread(self, channel: Channel, name: str, by: Person) -> Channel:
        """Have a person start a thread."""
        assert channel.guild is not None
        thread = Channel(self.world.ids.new(), PUBLIC_THREAD, name, channel.guild, channel, owner_id=by.id)
        thread.created_at = self.world.now()
        self.world.channels[thread.id] = thread
        told = thread.json() | {"newly_created": True}
        self.world.sessions.tell("THREAD_CREATE", told, channel.guild.id, "GUILDS")
        return thread

    def let(self, guild: Guild, person: Person, *permissions: str) -> None:
        """Let a member do more than everybody may."""
        guild.members[person.id].extra |= bits(permissions)

    def deny(self, channel: Channel, *permissions: str) -> None:
        """Keep the bot from doing something in a channel."""
        assert channel.guild is not None
        channel.denied |= bits(permissions)
        if channel.may(self.world.me) & BITS["VIEW_CHANNEL"]:
            self.world.sessions.tell("CHANNEL_UPDATE", channel.json(), channel.guild.id, "GUILDS")
        else:
            self.world.sessions.tell("CHANNEL_DELETE", channel.json(), channel.guild.id, "GUILDS")

    def delete_channel(self, channel: Channel) -> None:
        """Take a channel or a thread away."""
        assert channel.guild is not None
        self.world.channels.pop(channel.id, None)
        channel.guild.channels.pop(channel.id, None)
        event = "CHANNEL_DELETE" if channel.kind == TEXT else "THREAD_DELETE"
        self.world.sessions.tell(event, channel.json(), channel.guild.id, "GUILDS")

    def join(self, guild: Guild, person: Person) -> None:
        """Have somebody join a guild."""
        member = guild.members[person.id] = Member(person.user, self.world.now())
        told = member.json() | {"guild_id": str(guild.id)}
        self.world.sessions.tell("GUILD_MEMBER_ADD", told, guild.id, "GUILD_MEMBERS")

    def leave(self, guild: Guild, person: Person) -> None:
        """Have somebody leave a guild; the bot is told only with the intent for it."""
        del guild.members[person.id]
        told = {"guild_id": str(guild.id), "user": person.user.json()}
        self.world.sessions.tell("GUILD_MEMBER_REMOVE", told, guild.id, "GUILD_MEMBERS")

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out of a guild."""
        guild.installed = False
        self.world.sessions.tell("GUILD_DELETE", {"id": str(guild.id)}, guild.id, "GUILDS")

    def fail_next(
        self,
        route: str,
        status: int = 429,
        *,
        code: int = 0,
        retry_after: float = 0.05,
        everywhere: bool = False,
        channel: Channel | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls of a route (`*`: of any), without an effect; a 429 may be of the limit `everywhere`."""
        refused = refusal(status, code, retry_after, everywhere=everywhere)
        self.world.faults.add(Fault(route, channel.id if channel else None, times, refusal=refused))

    def cut_next(self, route: str, when: When = "before", *, channel: Channel | None = None, times: int = 1) -> None:
        """Close the connection of the next calls, before or after they took effect."""
        self.world.faults.add(Fault(route, channel.id if channel else None, times, cut=when))

    def hold_next(self, route: str, seconds: float, *, channel: Channel | None = None, times: int = 1) -> None:
        """Let the next calls wait before they take effect."""
        self.world.faults.add(Fault(route, channel.id if channel else None, times, hold_s=seconds))

    def clear_faults(self) -> None:
        """Let nothing fail any more."""
        self.world.faults.clear()

    def cut_gateway(self) -> None:
        """End all connections of the gateway without a word; the bot may resume."""
        for line in list(self.world.lines):
            line.cut()

    async def close_gateway(self, code: int) -> None:
        """Close all connections of the gateway with a code."""
        for line in list(self.world.lines):
            await line.close(code)

    async def ask_to_reconnect(self) -> None:
        """Ask all sessions to connect anew and resume."""
        for line in list(self.world.lines):
            await line.ask_to_reconnect()

    async def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Declare all sessions over, or only in need of a new connection."""
        for line in list(self.world.lines):
            await line.invalidate(resumable=resumable)
