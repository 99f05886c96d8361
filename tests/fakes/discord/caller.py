"""Fixtures: a Discord with nothing in it, a caller that knows only HTTP, and a bot of that kind.

Imported by the conftest.py of the folders that need them.
"""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession, FormData

from limner.tests.fakes.discord.asking import Asked
from limner.tests.fakes.discord.people import Person
from limner.tests.fakes.discord.places import Channel
from limner.tests.fakes.discord.server import DiscordServer

REFUSED = 400


@dataclass(frozen=True, slots=True)
class Rest:
    """Calls routes as the documentation has it, without any client library."""

    server: DiscordServer
    session: ClientSession

    async def answer(
        self, route: str, body: Any = None, files: dict[str, bytes] | None = None, *, token: bool = True
    ) -> tuple[int, Any, dict[str, str]]:
        """Call a route, such as `GET /users/@me`; return the status, the body and the headers."""
        method, path = route.split(" ")
        headers = {"Authorization": f"Bot {self.server.token}"} if token else {}
        how: dict[str, Any] = {"json": body} if body is not None else {}
        if files:
            form = FormData([("payload_json", json.dumps(body or {}))], quote_fields=False)
            for number, (name, data) in enumerate(files.items()):
                form.add_field(f"files[{number}]", io.BytesIO(data), filename=name)
            how = {"data": form}
        async with self.session.request(method, self.server.api_base + path, headers=headers, **how) as response:
            found = await response.json() if response.status != 204 else None
            return response.status, found, dict(response.headers)

    async def __call__(self, route: str, body: Any = None, files: dict[str, bytes] | None = None) -> Any:
        """Call a route that works; return the body."""
        status, found, _ = await self.answer(route, body, files)
        assert status < REFUSED, found
        return found

    async def refused(self, route: str, body: Any = None, files: dict[str, bytes] | None = None) -> tuple[int, int]:
        """Call a route that is refused; return the status and Discord's code."""
        status, found, _ = await self.answer(route, body, files)
        assert status >= REFUSED, found
        return status, found["code"]

    async def misused(self, route: str, body: Any = None, files: dict[str, bytes] | None = None) -> str:
        """Call a route as no bot should; return what became a problem, without the route, and forget that."""
        status, _ = await self.refused(route, body, files)
        assert status == REFUSED
        [problem] = self.server.problems
        self.server.problems.clear()
        return problem.partition(": ")[2]


@pytest_asyncio.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    """Run a Discord in which nobody is yet."""
    async with DiscordServer() as running:
        yield running


@pytest_asyncio.fixture
async def rest(discord_server: DiscordServer) -> AsyncIterator[Rest]:
    """Give a caller of that server."""
    async with ClientSession() as session:
        yield Rest(discord_server, session)


def command(name: str = "go", *options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Describe a slash command."""
    return {"name": name, "description": "Begin", "options": list(options)} | more


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot without any client library: it has one command, `/go`, and answers by hand."""

    rest: Rest
    ann: Person
    general: Channel

    async def asked(self) -> Asked:
        """Have the person use the command."""
        return await self.ann.invoke("go", at=self.general)

    def callback(self, asked: Asked) -> str:
        """Give the route of the first answer."""
        return f"POST /interactions/{asked.interaction.id}/{asked.interaction.token}/callback"

    def webhook(self, asked: Asked, method: str = "POST", message: str = "") -> str:
        """Give the route of what comes after, and of a message of it."""
        path = f"/webhooks/{self.rest.server.application_id}/{asked.interaction.token}"
        return f"{method} {path}{f'/messages/{message}' if message else ''}"

    async def answer(self, asked: Asked, kind: int, **data: Any) -> Any:
        """Answer first."""
        return await self.rest(self.callback(asked), {"type": kind} | ({"data": data} if data else {}))

    async def modal(self, *components: dict[str, Any]) -> Asked:
        """Show a modal."""
        asked = await self.asked()
        await self.answer(asked, 9, custom_id="m", title="M", components=list(components))
        return asked


@pytest_asyncio.fixture
async def bot(rest: Rest) -> Bot:
    """Give a bot in a guild with a person in it."""
    ann = rest.server.person("ann")
    general = rest.server.channel(rest.server.guild("Studio", [ann]), "general")
    await rest(f"PUT /applications/{rest.server.application_id}/commands", [command()])
    return Bot(rest, ann, general)
