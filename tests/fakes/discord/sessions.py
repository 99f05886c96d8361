"""Sessions of the gateway: what each has been sent, numbered, so that it can be sent again after a drop.

Source: https://docs.discord.com/developers/events/gateway.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from limner.tests.fakes.discord.clock import Signal

Json = dict[str, Any]
INTENTS = {
    "GUILDS": 1 << 0,
    "GUILD_MEMBERS": 1 << 1,
    "GUILD_MESSAGES": 1 << 9,
    "DIRECT_MESSAGES": 1 << 12,
    "MESSAGE_CONTENT": 1 << 15,
    "GUILD_SCHEDULED_EVENTS": 1 << 16,
}
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
# Every intent there is; a higher bit is no intent.
KNOWN = (1 << 26) - 1


@dataclass(slots=True, eq=False)
class Session:
    """One session: whose shard it is, what it wants to hear, and all it was told."""

    id: str
    intents: int
    shard: tuple[int, int]
    sent: list[Json] = field(default_factory=list)
    """The dispatches in their order; the number of each is its place, from 1."""
    grown: Signal = field(default_factory=Signal)
    connected: bool = False
    alive: bool = True
    """Whether it may be resumed."""

    def tell(self, event: str, data: Any) -> None:
        """Have an event be sent, now or when the bot is back."""
        self.sent.append({"op": 0, "t": event, "s": len(self.sent) + 1, "d": data})
        self.grown.fire()

    def wants(self, *intents: str) -> bool:
        """Tell whether it asked for all of these."""
        return all(self.intents & INTENTS[name] for name in intents)

    def is_for(self, guild_id: int | None) -> bool:
        """Tell whether a guild, or what is in no guild, belongs to its shard."""
        number, count = self.shard
        return ((guild_id or 0) >> 22) % count == number


class Sessions:
    """All sessions of the bot."""

    def __init__(self) -> None:
        self.all: dict[str, Session] = {}
        self.identified = 0

    def new(self, intents: int, shard: tuple[int, int]) -> Session:
        """Begin a session."""
        session = Session(secrets.token_hex(16), intents, shard)
        self.all[session.id] = session
        self.identified += 1
        return session

    def tell(self, event: str, data: Json, guild_id: int | None, *intents: str, bare: Json | None = None) -> None:
        """Tell an event to all sessions of its shard that want it; `bare` to those that may not read messages."""
        for session in self.all.values():
            if session.alive and session.is_for(guild_id) and session.wants(*intents):
                hidden = bare is not None and not session.wants("MESSAGE_CONTENT")
                session.tell(event, bare if hidden else data)

    def connected(self) -> list[Session]:
        """List the sessions that hear at this moment."""
        return [session for session in self.all.values() if session.connected]
