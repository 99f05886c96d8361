"""Chats and their messages, as the server keeps them: each message is the JSON object of the Bot API.

Message numbers begin at 1 in every chat, so that a bot which mixes up chats is found out.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from limner.tests.fakes.telegram.errors import ApiError, bad_request

Json = dict[str, Any]
Kind = Literal["private", "group", "supergroup"]


class Signal:
    """Wakes everybody who waits, again and again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        """Wake all who wait now."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def wait(self) -> None:
        """Wait for the next time."""
        await self._event.wait()


@dataclass(slots=True, eq=False)
class User:
    """A person or the bot, as others see them."""

    id: int
    first_name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False

    def json(self) -> Json:
        """Give the User object."""
        found: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        found |= {"username": self.username} if self.username else {}
        return found | ({"language_code": self.language} if self.language else {})


@dataclass(slots=True, eq=False)
class Chat:
    """A chat: who it is, which topics it has, and all that is in it now."""

    id: int
    kind: Kind
    name: str
    username: str | None = None
    topics: dict[int, str] = field(default_factory=dict)
    """Names of the topics of a forum, by thread id; the General topic has no id."""
    closed: str | None = None
    """Why the bot may not write here: the description of the 403."""
    privacy: bool = True
    """In a group the bot hears only commands, mentions, replies to it and what happens to the group."""
    migrated_to: int | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    deleted: list[Json] = field(default_factory=list)
    changed: Signal = field(default_factory=Signal)
    newest: int = 0
    owner: int | None = None
    """Whose group it is; everybody else is an ordinary member."""

    def json(self) -> Json:
        """Give the Chat object."""
        found: Json = {"id": self.id, "type": self.kind}
        found["first_name" if self.kind == "private" else "title"] = self.name
        found |= {"username": self.username} if self.username else {}
        return found | ({"is_forum": True} if self.topics else {})

    def add(self, sender: User, content: Json) -> Json:
        """Add a message; return it."""
        self.newest += 1
        head: Json = {"message_id": self.newest, "date": int(time.time()), "chat": self.json(), "from": sender.json()}
        self.messages[self.newest] = head | content
        self.changed.fire()
        return self.messages[self.newest]

    def find(self, message_id: int, missing: str) -> Json:
        """Find a message. Raises ApiError with the words for a missing one."""
        if message_id not in self.messages:
            raise bad_request(missing)
        return self.messages[message_id]

    def remove(self, message_id: int) -> None:
        """Take a message away."""
        self.deleted.append(self.messages.pop(message_id))
        self.changed.fire()

    def check_writable(self) -> None:
        """Raise ApiError where the bot may not write: migrated, blocked, removed, or never spoken to."""
        if self.migrated_to is not None:
            what = "group chat was upgraded to a supergroup chat"
            raise bad_request(what, migrate_to_chat_id=self.migrated_to)
        if self.closed is not None:
            raise ApiError(403, f"Forbidden: {self.closed}")
