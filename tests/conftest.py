"""What holds for every test: no network but this machine's own, and none of the developer's settings.

A test that needs a server starts it on the loopback interface or on a unix socket. Everything else is refused, so
that no test depends on, or talks to, the world.
"""

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from limner.tests.fakes.postgresql import cluster, postgresql_url

# Here, so that one server serves all folders; it starts when the first test asks for it.
__all__ = ["cluster", "postgresql_url"]

# One thread: two OpenMP threads on a busy two-core machine are several times slower than one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Libraries that would look for models on a hub fail at once instead.
os.environ["HF_HUB_OFFLINE"] = "1"

OWN_SETTINGS = ("REDIS_URL", "DATABASE_URL", "OBJECT_STORE_URL")
OWN_PREFIXES = ("LIMNER_", "TELEGRAM_", "DISCORD_")


class OutsideConnectionError(RuntimeError):
    """A test tried to reach an address that is not this machine's own."""


def is_own_address(family: int, address: object) -> bool:
    """Tell whether an address of a socket family lies on this machine."""
    if family == socket.AF_UNIX:
        return True
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return False
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _no_outside_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex

    def refuse_outside(sock: socket.socket, address: object) -> None:
        if not is_own_address(sock.family, address):
            raise OutsideConnectionError(f"A test tried to connect to {address!r}.")

    def guarded(sock: socket.socket, address: Any) -> None:
        refuse_outside(sock, address)
        connect(sock, address)

    def guarded_ex(sock: socket.socket, address: Any) -> int:
        refuse_outside(sock, address)
        return connect_ex(sock, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


@pytest.fixture(autouse=True)
def limner_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the test a LIMNER_HOME of its own and none of the developer's settings."""
    for name in list(os.environ):
        if name in OWN_SETTINGS or name.startswith(OWN_PREFIXES):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("LIMNER_HOME", str(home))
    return home
