"""Users, guilds, channels with their threads and direct messages, and what is written in them."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from limner.tests.fakes.discord.clock import iso
from limner.tests.fakes.discord.files import UPLOAD_MOST_BYTES
from limner.tests.fakes.discord.permissions import BITS, BOT, EVERYONE, bits

Json = dict[str, Any]
TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 11, 12
THREADS = (PUBLIC_THREAD, PRIVATE_THREAD)
EPHEMERAL, LOADING, V2 = 1 << 6, 1 << 7, 1 << 15
DEFAULT, REPLY, COMMAND, THREAD_CREATED, THREAD_STARTER = 0, 19, 20, 18, 21


@dataclass(slots=True, eq=False)
class User:
    """A person or the bot, as others see them."""

    id: int
    username: str
    bot: bool = False
    locale: str = "en-US"
    takes_dms: bool = True
    installed: bool = False
    """Has the app installed for themselves, wherever they go."""

    def json(self) -> Json:
        """Give the user object."""
        found: Json = {"id": str(self.id), "username": self.username, "discriminator": "0", "avatar": None}
        found |= {"global_name": None if self.bot else self.username.capitalize(), "public_flags": 0}
        return found | ({"bot": True} if self.bot else {})


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild, and what they may do besides what everybody may."""

    user: User
    joined_at: float
    extra: int = 0

    def json(self) -> Json:
        """Give the guild member object, with its user."""
        head: Json = {"user": self.user.json(), "nick": None, "avatar": None, "roles": [], "deaf": False, "mute": False}
        return head | {"joined_at": iso(self.joined_at), "flags": 0, "pending": False, "premium_since": None}


@dataclass(slots=True, eq=False)
class Message:
    """A message; `only_for` is the one person who sees an ephemeral one."""

    id: int
    channel: "Channel"
    author: User
    created_at: float
    content: str = ""
    kind: int = DEFAULT
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    edited_at: float | None = None
    only_for: int | None = None
    metadata: Json | None = None
    """What an answer to an interaction tells of it."""
    reference: "Message | None" = None
    thread: "Channel | None" = None
    nonce: str | None = None
    pinned: bool = False


@dataclass(slots=True, eq=False)
class Guild:
    """A guild; where `installed` is false, the bot is not in it."""

    id: int
    name: str
    installed: bool = True
    upload_most: int = UPLOAD_MOST_BYTES
    locale: str = "en-US"
    owner_id: int = 0
    bot_role: int = 0
    everyone: int = bits(EVERYONE)
    bot_may: int = bits(BOT)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, "Channel"] = field(default_factory=dict)
    events: dict[int, Json] = field(default_factory=dict)

    def may(self, user: User) -> int:
        """Tell what somebody may do here, before any channel has its say."""
        if user.bot:
            return self.bot_may
        member = self.members.get(user.id)
        return self.everyone | member.extra if member else 0


@dataclass(slots=True, eq=False)
class Channel:
    """A text channel, a thread, or the direct messages with one person."""

    id: int
    kind: int
    name: str = ""
    guild: Guild | None = None
    parent: "Channel | None" = None
    recipient: User | None = None
    denied: int = 0
    """What the bot may not do here."""
    owner_id: int = 0
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    archive_minutes: int = 4320
    archived_at: float = 0.0
    created_at: float = 0.0
    slow_s: int = 0
    topic: str | None = None
    joined: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    old_edits: deque[float] = field(default_factory=deque)
    """When messages older than an hour were edited here."""

    def may(self, user: User) -> int:
        """Tell what somebody may do here."""
        if self.guild is None:
            return sum(BITS.values())
        allowed = self.guild.may(user)
        if allowed & BITS["ADMINISTRATOR"]:
            return sum(BITS.values())
        denied = self.denied | (self.parent.denied if self.parent else 0)
        return allowed & ~denied if user.bot else allowed

    def json(self) -> Json:
        """Give the channel object."""
        newest = str(max(self.messages)) if self.messages else None
        head: Json = {"id": str(self.id), "type": self.kind, "last_message_id": newest, "flags": 0}
        if self.guild is None:
            return head | {"recipients": [self.recipient.json()] if self.recipient else []}
        head |= {"name": self.name, "guild_id": str(self.guild.id), "rate_limit_per_user": self.slow_s}
        return head | (self._thread() if self.kind in THREADS else self._text())

    def _text(self) -> Json:
        assert self.guild is not None
        role = {"id": str(self.guild.bot_role), "type": 0, "allow": "0", "deny": str(self.denied)}
        more: Json = {"position": 0, "nsfw": False, "topic": self.topic, "parent_id": None}
        return more | {"permission_overwrites": [role] if self.denied else []}

    def _thread(self) -> Json:
        assert self.parent is not None
        state: Json = {"archived": self.archived, "locked": self.locked, "auto_archive_duration": self.archive_minutes}
        state |= {"archive_timestamp": iso(self.archived_at or self.created_at), "invitable": self.invitable}
        counts = len(self.messages)
        found: Json = {"parent_id": str(self.parent.id), "owner_id": str(self.owner_id), "message_count": counts}
        found |= {"member_count": len(self.joined), "total_message_sent": counts}
        return found | {"thread_metadata": state | {"create_timestamp": iso(self.created_at)}}
