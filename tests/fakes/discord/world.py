"""Everything that the server knows, and what a route is given to do its work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from limner.tests.fakes.discord.calls import Call
from limner.tests.fakes.discord.clock import Clock, Ids, Signal
from limner.tests.fakes.discord.errors import missing_access, missing_permissions, unknown
from limner.tests.fakes.discord.faults import Faults
from limner.tests.fakes.discord.files import FileStore, Upload
from limner.tests.fakes.discord.permissions import BITS
from limner.tests.fakes.discord.places import Channel, Guild, Json, Message, User
from limner.tests.fakes.discord.rates import Rates
from limner.tests.fakes.discord.sessions import Session, Sessions


class Line(Protocol):
    """One connection of the gateway, as a test can end it."""

    session: Session | None

    @property
    def compressed(self) -> bool:
        """Whether what is sent is compressed."""

    def cut(self) -> None:
        """End it without a word."""

    async def invalidate(self, *, resumable: bool) -> None:
        """Say that the session is over, or only that the bot has to come again."""

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to connect anew and resume."""

    async def close(self, code: int) -> None:
        """Close it with a code."""


ANSWER_WITHIN_S = 3.0
TOKEN_LIFE_S = 15 * 60.0


@dataclass(slots=True, eq=False)
class Interaction:
    """What a person did, and what the bot has answered so far."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    asked_at: float
    name: str
    size_limit: int
    data: Json
    """What the bot was told of it."""
    source: Message | None = None
    """The message whose component was used."""
    owners: Json = field(default_factory=dict)
    answer: int | None = None
    """The type of the callback, once there is one."""
    answered_at: float | None = None
    modal: Json | None = None
    typing: int = 0
    """The type of the option that is being typed, where choices are asked for."""
    choices: list[Json] | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class World:
    """The state behind one bot's token."""

    token: str
    me: User
    clock: Clock = field(default_factory=Clock)
    changed: Signal = field(default_factory=Signal)
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    commands: dict[int | None, list[Json]] = field(default_factory=dict)
    """By guild; those of all guilds and direct messages stand under None."""
    nonces: dict[tuple[int, str], Message] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sessions: Sessions = field(default_factory=Sessions)
    answer_within_s: float = ANSWER_WITHIN_S
    token_life_s: float = TOKEN_LIFE_S
    shards: int = 1
    privileged: int = 0
    """The privileged intents that the bot has been granted."""
    heartbeat_s: float = 41.25
    gateway_url: str = ""
    lines: list[Line] = field(default_factory=list)
    """The connections of the gateway that stand."""
    files: FileStore = field(init=False)
    ids: Ids = field(init=False)

    def __post_init__(self) -> None:
        self.files = FileStore(self.clock)
        self.ids = Ids(self.clock)

    def now(self) -> float:
        """Tell the time."""
        return self.clock.now()

    def dm(self, user: User) -> Channel:
        """Find the direct messages with somebody, or open them."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.ids.new(), 1, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def meets(self, user: User) -> bool:
        """Tell whether somebody shares a guild with the bot or has installed it."""
        return user.installed or any(user.id in guild.members for guild in self.guilds.values() if guild.installed)


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of a route: what its path names, its body, its files, and the world that it changes."""

    world: World
    call: Call
    values: Any
    uploads: Mapping[int, Upload]

    def id(self, name: str) -> int:
        """Return a number from the path."""
        return int(self.call.ids[name])

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field of the body; null counts as not given."""
        found = self.values.get(name)
        return default if found is None else found

    def guild(self) -> Guild:
        """Find the guild of the path. Raises ApiError where there is none or the bot is not in it."""
        guild = self.world.guilds.get(self.id("guild_id"))
        if guild is None:
            raise unknown("Guild")
        if not guild.installed:
            raise missing_access()
        return guild

    def channel(self, *needed: str) -> Channel:
        """Find the channel of the path. Raises ApiError where the bot does not see it or may not do what is needed."""
        channel = self.world.channels.get(self.id("channel_id"))
        if channel is None:
            raise unknown("Channel")
        if channel.guild is not None and not channel.guild.installed:
            raise missing_access()
        self.check(channel, "VIEW_CHANNEL", *needed)
        return channel

    def check(self, channel: Channel, *needed: str) -> None:
        """Raise ApiError where the bot may not do something in a channel."""
        lacking = [name for name in needed if not channel.may(self.world.me) & BITS[name]]
        if "VIEW_CHANNEL" in lacking:
            raise missing_access()
        if lacking:
            raise missing_permissions()

    def message(self, channel: Channel) -> Message:
        """Find the message of the path, which is none of those that only one person sees. Raises ApiError."""
        message = channel.messages.get(self.id("message_id"))
        if message is None or message.only_for is not None:
            raise unknown("Message")
        return message
