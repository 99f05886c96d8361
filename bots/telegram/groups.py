"""Groups: photos are collected in private, behind a deep link, and portraits go to the group when that is asked for.

In a group the bot hears only what is meant for it, and nobody's selfies belong there.
"""

import hashlib
import hmac

from limner.bots.floods import full
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.hosting import Hosting
from limner.bots.telegram.messages.outgoing import Place
from limner.bots.telegram.updates.incoming import Command, Incoming
from limner.bots.telegram.updates.reception import PLATFORM
from limner.bots.words import closest
from limner.storage import Storage
from limner.storage.database import utc_now
from limner.storage.users import User

__all__ = ["Groups", "came_from"]

NOTE = "group"
PREFIX = "g_"
SIGNATURE = 10
"""Hexadecimal digits; the whole payload has to fit into 64 characters."""


class Groups:
    """Leads from a group into a private chat and back."""

    def __init__(self, desk: Desk, hosting: Hosting) -> None:
        self._desk = desk
        self._hosting = hosting

    async def hear(self, incoming: Incoming) -> None:
        """Answer what was meant for us in a group; nothing but one sentence an hour where it is too much."""
        if await self._is_full(incoming):
            return
        if isinstance(incoming.content, Command) and incoming.content.name == "event":
            await self._hosting.obey(incoming, incoming.content)
        else:
            await self.invite(incoming)

    async def moved(self, old: int, new: int) -> None:
        """Follow a group that has another id now."""
        await self._hosting.moved(old, new)

    def payload(self, place: Place) -> str:
        """Name a group and its topic for a link. Signed: nobody can make links to groups that did not ask for one."""
        where = f"{place.chat_id}_{place.thread_id or 0}"
        return f"{PREFIX}{where}_{self._sign(where)}"

    def place(self, payload: str) -> Place | None:
        """Read a link's payload; None for one that was not made here."""
        where, _, signature = payload.removeprefix(PREFIX).rpartition("_")
        if not payload.startswith(PREFIX) or not hmac.compare_digest(signature.encode(), self._sign(where).encode()):
            return None
        chat_id, _, thread_id = where.partition("_")
        return Place(int(chat_id), int(thread_id) or None)

    async def invite(self, incoming: Incoming) -> None:
        """Answer in a group with the way into the private chat."""
        user = await self._desk.user(incoming.sender)
        renderer = self._desk.renderer(user)
        place = Place(incoming.chat_id, incoming.thread_id, incoming.message_id)
        url = f"https://t.me/{self._desk.sender.bot.username}?start={self.payload(place)}"
        text = renderer.text("telegram-group", keyboard=renderer.keyboards.link("telegram-group-button", url))
        await self._desk.sender.send(place, text)

    async def _is_full(self, incoming: Incoming) -> bool:
        language = closest(incoming.sender.language)
        community = await self._desk.storage.users.community(PLATFORM, str(incoming.chat_id), language)
        found = await full(self._desk.conversation.tools, community, utc_now())
        if found is not None and found.tell:
            place = Place(incoming.chat_id, incoming.thread_id, incoming.message_id)
            text = self._desk.renderer_for(language).text("commands-too-many", {"time": found.goes_on})
            await self._desk.sender.send(place, text)
        return found is not None

    async def arrived(self, user: User, payload: str) -> None:
        """Note which group a person has come from, if it was one."""
        place = self.place(payload)
        if place is not None:
            note = f"{place.chat_id} {place.thread_id or 0}"
            await self._desk.storage.users.remember(user.id, NOTE, note)

    def _sign(self, where: str) -> str:
        key = self._desk.sender.bot.token.encode()
        return hmac.new(key, f"limner group {where}".encode(), hashlib.sha256).hexdigest()[:SIGNATURE]


async def came_from(storage: Storage, user: User) -> Place | None:
    """Return the group and topic that a person came from last."""
    note = await storage.users.recall(user.id, NOTE)
    if note is None:
        return None
    chat_id, _, thread_id = note.partition(" ")
    return Place(int(chat_id), int(thread_id) or None)
