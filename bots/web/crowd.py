"""What one address may do at the door: bring new people, and send photos side by side.

Kept in memory, for one process: the addresses of visitors are written down nowhere. A restart forgets the counts; the
quota that a session began with it does not.
"""

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from limner.bots.errors import CrowdedError

__all__ = ["Crowd", "Doors"]

HOUR_S = 3600.0
REMEMBERED = 10_000
"""Addresses; beyond, the one that came longest ago is forgotten."""

UPLOADS_EACH = 2
"""Bodies that are read at once for one address: as many as a page sends, and not all that are read for everybody."""

WAITING_EACH = 10


@dataclass(frozen=True, slots=True)
class Doors:
    """What an operator may choose; `proxied` says that a proxy stands before us and writes X-Forwarded-For."""

    new_an_hour: int = 20
    proxied: bool = False


class Crowd:
    """Counts by address."""

    def __init__(self, doors: Doors, clock: Callable[[], float] = time.monotonic) -> None:
        self._doors = doors
        self._clock = clock
        self._used_until: OrderedDict[str, float] = OrderedDict()
        self._sending: dict[str, tuple[asyncio.Semaphore, int]] = {}

    def admit(self, request: web.Request) -> None:
        """Let one new person in, or raise CrowdedError with the minutes until the next may come.

        As many as may come in an hour may come at once (the generic cell rate algorithm, as in `limner.storage.rates`).
        """
        place, now, step = self._address(request), self._clock(), HOUR_S / self._doors.new_an_hour
        used_until = max(self._used_until.pop(place, now), now)
        fits = used_until + step <= now + HOUR_S
        self._used_until[place] = used_until + step if fits else used_until
        if len(self._used_until) > REMEMBERED:
            self._used_until.popitem(last=False)
        if not fits:
            raise CrowdedError("web-crowded", used_until + step - now - HOUR_S)

    @asynccontextmanager
    async def sending(self, request: web.Request) -> AsyncIterator[None]:
        """Take turns with the other uploads of an address; raise CrowdedError where too many wait."""
        place = self._address(request)
        turn, waiting = self._sending.get(place, (asyncio.Semaphore(UPLOADS_EACH), 0))
        if waiting >= WAITING_EACH:
            raise CrowdedError("web-uploads-crowded", 0)
        self._sending[place] = (turn, waiting + 1)
        try:
            async with turn:
                yield
        finally:
            waiting = self._sending[place][1] - 1
            if waiting:
                self._sending[place] = (turn, waiting)
            else:
                del self._sending[place]

    def _address(self, request: web.Request) -> str:
        """Return who asks: an IPv4 address, or the /64 that one holder of IPv6 addresses has at least."""
        said = request.headers.getall("X-Forwarded-For", [""])[-1].rpartition(",")[2].strip()
        remote = said if self._doors.proxied and said else request.remote or ""
        try:
            address = ipaddress.ip_address(remote.partition("%")[0])
        except ValueError:
            return remote
        if isinstance(address, ipaddress.IPv6Address):
            return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
        return str(address)
