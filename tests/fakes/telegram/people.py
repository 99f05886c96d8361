"""Persons in their private chat with the bot, and groups."""

import re
import time

from limner.tests.fakes.telegram.chats import Chat, Json, User
from limner.tests.fakes.telegram.errors import PersonError
from limner.tests.fakes.telegram.seen import Seen, look
from limner.tests.fakes.telegram.voice import Voice
from limner.tests.fakes.telegram.world import World

NEVER_STARTED = "bot can't initiate conversation with a user"
BLOCKED = "bot was blocked by the user"
KICKED = "bot was kicked from the {} chat"


class Person(Voice):
    """A person and the private chat, whose id is the person's."""

    async def start(self, payload: str = "") -> int:
        """Press "Start", with the payload of a deep link if there is one."""
        return await self.send(f"/start {payload}".strip())

    async def follow(self, url: str) -> int:
        """Follow a link to the bot. Raises PersonError if it leads elsewhere."""
        found = re.fullmatch(r"(?:https?://t\.me/|tg://resolve\?domain=)(\w+)(?:[?&]start=([\w-]{1,64}))?", url)
        if found is None or found[1] != self.world.me.username:
            raise PersonError(f"{url} does not lead to the bot.")
        return await self.start(found[2] or "")

    def block(self) -> None:
        """Stop the bot from writing here."""
        self.chat.closed = BLOCKED
        _membership(self.world, self.user, self.chat, "member", "kicked")

    def unblock(self) -> None:
        """Let the bot write again."""
        self.chat.closed = None
        _membership(self.world, self.user, self.chat, "kicked", "member")

    def _check_able(self) -> None:
        if self.chat.closed == BLOCKED:
            raise PersonError("Who has blocked the bot unblocks it before writing to it.")
        self.chat.closed = None


class Group:
    """A group with the bot in it."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat

    @property
    def messages(self) -> list[Seen]:
        """Everything that is in the group now, oldest first."""
        return look(self.chat, self.world.files)

    def join(self, person: Person, thread: int | None = None) -> Voice:
        """Let a person speak here, in one of the topics if there are any."""
        if thread is not None and thread not in self.chat.topics:
            raise PersonError(f"The group has no topic {thread}.")
        return Voice(self.world, person.user, self.chat, thread)

    def make_owner(self, person: Person) -> None:
        """Give the group to a person."""
        self.chat.owner = person.user.id

    def remove_bot(self, by: Person) -> None:
        """Throw the bot out."""
        self.chat.closed = KICKED.format(self.chat.kind)
        _membership(self.world, by.user, self.chat, "member", "kicked")


def migrate(world: World, old: Chat, new_id: int) -> Chat:
    """Make a supergroup of a group: another id, no messages yet, and both chats say so to the bot."""
    new = Chat(new_id, "supergroup", old.name, privacy=old.privacy)
    world.chats[new_id] = new
    world.updates.push("message", old.add(world.me, {"migrate_to_chat_id": new_id}))
    world.updates.push("message", new.add(world.me, {"migrate_from_chat_id": old.id}))
    old.migrated_to = new_id
    return new


def _membership(world: World, user: User, chat: Chat, before: str, after: str) -> None:
    def member(status: str) -> Json:
        found: Json = {"status": status, "user": world.me.json()}
        return found | ({"until_date": 0} if status == "kicked" else {})

    head = {"chat": chat.json(), "from": user.json(), "date": int(time.time())}
    both = {"old_chat_member": member(before), "new_chat_member": member(after)}
    world.updates.push("my_chat_member", head | both)
