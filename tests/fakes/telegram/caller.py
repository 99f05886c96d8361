"""Fixtures: a Bot API server with nothing in it, and a caller that knows only HTTP.

Imported by the conftest.py of the folders that need them.
"""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from aiohttp import ClientSession, FormData
from PIL import Image

from limner.tests.fakes.telegram.server import TelegramServer


def jpeg(width: int = 40, height: int = 30, colour: str = "red") -> bytes:
    """Paint a JPEG of one colour."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG")
    return written.getvalue()


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls methods as the documentation has it, without any client library."""

    server: TelegramServer
    session: ClientSession

    async def body(self, method: str, files: dict[str, bytes] | None = None, **parameters: Any) -> dict[str, Any]:
        """Call a method, with JSON or, where files go along, with a form; return the whole answer."""
        url = f"{self.server.api_base}{self.server.token}/{method}"
        form = FormData([(name, str(value)) for name, value in parameters.items()])
        for name, data in (files or {}).items():
            form.add_field(name, io.BytesIO(data), filename=f"{name}.jpg", content_type="image/jpeg")
        how: dict[str, Any] = {"data": form} if files else {"json": parameters}
        async with self.session.post(url, **how) as response:
            answer: dict[str, Any] = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer

    async def __call__(self, method: str, files: dict[str, bytes] | None = None, **parameters: Any) -> Any:
        """Call a method that works; return its result."""
        answer = await self.body(method, files, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    async def heard(self) -> list[dict[str, Any]]:
        """Take all updates that wait, once."""
        updates: list[dict[str, Any]] = await self("getUpdates")
        if updates:
            await self("getUpdates", offset=updates[-1]["update_id"] + 1)
        return updates

    async def refused(self, method: str, files: dict[str, bytes] | None = None, **parameters: Any) -> str:
        """Call a method that is refused; return the description."""
        answer = await self.body(method, files, **parameters)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def misused(self, method: str, files: dict[str, bytes] | None = None, **parameters: Any) -> str:
        """Call a method as no bot should; return the description, which must have become a problem, and forget that."""
        description = await self.refused(method, files, **parameters)
        assert self.server.problems == [f"{method}: {description}"]
        self.server.problems.clear()
        return description


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """Run a Bot API server in which nobody is yet."""
    async with TelegramServer() as running:
        yield running


@pytest_asyncio.fixture
async def call(server: TelegramServer) -> AsyncIterator[Caller]:
    """Give a caller of that server."""
    async with ClientSession() as session:
        yield Caller(server, session)
