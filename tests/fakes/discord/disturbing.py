"""Disturbing the bot on command: calls that fail, connections that end, sessions that are over."""

from limner.tests.fakes.discord.faults import Fault, When, refusal
from limner.tests.fakes.discord.places import Channel
from limner.tests.fakes.discord.world import World


class Disturbance:
    """What a test may do to the bot's calls and to its gateway."""

    def __init__(self, world: World) -> None:
        self.world = world

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
