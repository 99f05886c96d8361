"""The server: REST, gateway and files on one port. Tests make guilds, persons and faults; every call is remembered.

Leaving the context raises AssertionError while `problems` is not empty: what no correct bot does fails the test that
saw it. A test that provokes such a thing looks at the list and clears it.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Self

from aiohttp import web

from limner.tests.fakes.discord.asking import PATIENCE_S
from limner.tests.fakes.discord.calls import Call, most_within
from limner.tests.fakes.discord.disturbing import Disturbance
from limner.tests.fakes.discord.endpoint import API, make_app
from limner.tests.fakes.discord.places import Channel, User
from limner.tests.fakes.discord.sessions import INTENTS, Session
from limner.tests.fakes.discord.staging import Stage
from limner.tests.fakes.discord.world import World

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.test.a_token_of_the_tests"
APPLICATION_ID = 1_000_000_000_000_000_000


class DiscordServer(Stage, Disturbance):
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
        super().__init__(World(token, User(APPLICATION_ID, "limner", bot=True)))
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

    @property
    def unanswered(self) -> list[str]:
        """What persons did and the bot has not answered."""
        return [each.name for each in self.world.interactions.values() if each.answer is None]

    def calls_of(self, route: str, channel: Channel | None = None) -> list[Call]:
        """List the calls of a route, such as `POST /channels/{channel_id}/messages`, to a channel or to all."""
        wanted = {None, str(channel.id)} if channel else None
        return [each for each in self.calls if each.route == route and (not wanted or each.ids["channel_id"] in wanted)]

    def worst_rate(self, route: str, channel: Channel | None = None, window_s: float = 5.0) -> int:
        """Return the most calls of a route within any window."""
        return most_within([call.at for call in self.calls_of(route, channel)], window_s)

    async def connected(self, sessions: int = 1, timeout_s: float = PATIENCE_S) -> None:
        """Wait until so many sessions of the gateway hear. Raises TimeoutError."""
        await self._until(lambda: len(self.sessions) >= sessions, timeout_s)

    async def offers(self, command: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the bot has set a command, somewhere. Raises TimeoutError."""

        def names() -> set[str]:
            return {each["name"] for commands in self.world.commands.values() for each in commands}

        await self._until(lambda: command in names(), timeout_s)

    async def _until(self, reached: Callable[[], bool], timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            while not reached():
                await self.world.changed.wait()
