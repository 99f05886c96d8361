"""The embedded server under `limner up` is kept alive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.deploy import server
from limner.deploy.server import kept_alive
from limner.queue.embedded import is_well, start_embedded, stop_embedded
from limner.queue.errors import EmbeddedServerError
from limner.tests.fakes.shop import until


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a home with a running server that is looked after quickly."""
    monkeypatch.setattr(server, "LOOK_S", 0.01)
    monkeypatch.setattr(server, "PAUSE_S", 0.01)
    start_embedded(tmp_path)
    yield tmp_path
    stop_embedded(tmp_path)


async def test_a_server_that_ended_is_started_again(home: Path) -> None:
    """A server that ended is back, its person is told where its log is, and outside of the block nobody starts it."""
    said: list[str] = []
    async with kept_alive(home, said.append):
        stop_embedded(home)
        await until(lambda: _is_well(home), "the server is started again")
    assert len(said) == 1
    assert "valkey/server.log" in said[0]
    stop_embedded(home)
    assert not is_well(home)


async def test_a_start_in_vain_is_told_and_tried_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not start (a full disk) is told with its reason, and is there once it can be."""
    said: list[str] = []
    failures = [EmbeddedServerError("No space left on device.")]

    def start(asked: Path) -> str:
        if failures:
            raise failures.pop()
        return start_embedded(asked)

    monkeypatch.setattr(server, "start_embedded", start)
    async with kept_alive(home, said.append):
        stop_embedded(home)
        await until(lambda: _is_well(home), "the server is started again")
    assert "No space left on device." in said[1]


async def _is_well(home: Path) -> bool:
    return is_well(home)
