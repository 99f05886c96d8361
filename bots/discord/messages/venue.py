"""Where avatar events are held: what the bot may do there, and the calls that write there.

Messages of a channel, the gallery's thread, and the server's own scheduled event, which its members see in their list.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import discord

from limner.bots.discord.messages.outgoing import Outgoing
from limner.bots.discord.messages.wire import ARCHIVED, parameters, reference

__all__ = ["Ground", "Venue"]

WRITING = ("view_channel", "send_messages", "attach_files")
IN_THREAD = ("view_channel", "send_messages_in_threads", "attach_files")
GALLERY = ("create_public_threads", "send_messages_in_threads", "read_message_history")
NICER = ("create_events",)
GALLERY_NICER = ("manage_threads", "create_events")

T = TypeVar("T")

HAS_THREAD, UNKNOWN_MESSAGE = 160004, 10008
PUBLIC_THREAD: Final = 11
A_WEEK: Final = 10080
"""Minutes after which Discord puts a silent thread away, the longest it takes; a new post wakes it."""

THREAD_NAME, TITLE, ABOUT, NONCE = 100, 100, 1000, 25


@dataclass(frozen=True, slots=True)
class Ground:
    """A channel as an event finds it: what the server is called, whether threads can be opened, what is not allowed.

    Without the permissions of `lacks` no event is held, without those of `misses` it is plainer.
    """

    title: str
    threads: bool
    lacks: tuple[str, ...]
    misses: tuple[str, ...]


class Venue:
    """Writes as one bot. What calls Discord raises discord.HTTPException, or one of AWAY where it cannot be reached."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    def ground(self, server_id: int, channel_id: int, *, gallery: bool) -> Ground | None:
        """Look at a channel, from what Discord has told us of it; None where we do not see it."""
        server = self._client.get_guild(server_id)
        channel = server.get_channel_or_thread(channel_id) if server else None
        if server is None or channel is None:
            return None
        threads = isinstance(channel, discord.TextChannel)
        needed = (
            *(IN_THREAD if isinstance(channel, discord.Thread) else WRITING),
            *(GALLERY if gallery and threads else ()),
        )
        allowed = channel.permissions_for(server.me)
        nicer = GALLERY_NICER if gallery and threads else NICER
        return Ground(server.name, threads, _without(allowed, needed), _without(allowed, nicer))

    async def post(self, channel_id: int, message: Outgoing, key: str) -> str:
        """Write a message, mentioning nobody; wake the thread up that it goes to, where it is one that rests.

        For some minutes the same `key` is the same message: what a process that was killed has written before us is
        found instead of written again. https://docs.discord.com/developers/resources/message#create-message
        """
        sent = await self._write(channel_id, message, nonce=hashlib.sha256(key.encode()).hexdigest()[:NONCE])
        if not await self._is_there(channel_id, int(sent["id"])):  # found, and deleted since
            sent = await self._write(channel_id, message)
        return reference(sent)

    async def edit(self, channel_id: int, message_id: int, message: Outgoing) -> None:
        """Replace a message of ours."""

        async def edit() -> None:
            with parameters(message) as params:
                await self._client.http.edit_message(channel_id, message_id, params=params)

        await self._awake(channel_id, edit)

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Delete a message of ours; one that is gone already is no error."""

        async def delete() -> None:
            try:
                await self._client.http.delete_message(channel_id, message_id)
            except discord.NotFound:
                return

        await self._awake(channel_id, delete)

    async def thread(self, channel_id: int, message_id: int | None, name: str) -> int:
        """Open a thread under a message, or below the channel where the message is gone; give its id.

        A message has one thread at the most, of its own number: where it is there already, that is the one.
        """
        http, name = self._client.http, name[:THREAD_NAME]
        if message_id is not None:
            try:
                made = await http.start_thread_with_message(
                    channel_id, message_id, name=name, auto_archive_duration=A_WEEK
                )
                return int(made["id"])
            except discord.HTTPException as error:
                if error.code == HAS_THREAD:
                    return message_id
                if error.code != UNKNOWN_MESSAGE:
                    raise
        made = await http.start_thread_without_message(
            channel_id, name=name, auto_archive_duration=A_WEEK, type=PUBLIC_THREAD
        )
        return int(made["id"])

    async def close_thread(self, thread_id: int) -> None:
        """Lock a thread and put it away; only put it away where locking is not allowed."""
        try:
            await self._client.http.edit_channel(thread_id, locked=True, archived=True)
        except discord.Forbidden:
            await self._client.http.edit_channel(thread_id, archived=True)

    async def schedule(
        self, server_id: int, channel_id: int, title: str, about: str, span: tuple[datetime, datetime]
    ) -> int:
        """Put an event into the server's list, from one moment to another; give its id.

        One that is held there until that moment already is the same event, from a process that was killed before us.
        """
        location = f"https://discord.com/channels/{server_id}/{channel_id}"
        for known in await self._client.http.get_scheduled_events(server_id, with_user_count=False):
            if _is_held(known, location, span[1]):
                return int(known["id"])
        made = await self._client.http.create_guild_scheduled_event(
            server_id,
            name=title[:TITLE],
            description=about[:ABOUT],
            privacy_level=discord.PrivacyLevel.guild_only.value,
            entity_type=discord.EntityType.external.value,
            entity_metadata={"location": location},
            scheduled_start_time=span[0].isoformat(),
            scheduled_end_time=span[1].isoformat(),
        )
        return int(made["id"])

    async def unschedule(self, server_id: int, scheduled_id: int) -> None:
        """Take an event out of the server's list; one that is gone already is no error."""
        try:
            await self._client.http.delete_scheduled_event(server_id, scheduled_id)
        except discord.NotFound:
            return

    async def _write(self, channel_id: int, message: Outgoing, **how: str) -> Any:
        async def write() -> Any:
            with parameters(message, **how) as params:
                return await self._client.http.send_message(channel_id, params=params)

        return await self._awake(channel_id, write)

    async def _is_there(self, channel_id: int, message_id: int) -> bool:
        try:
            await self._client.http.get_message(channel_id, message_id)
        except discord.NotFound:
            return False
        except discord.Forbidden:  # nothing may be read here; a message that was written is believed in
            return True
        return True

    async def _awake(self, channel_id: int, call: Callable[[], Awaitable[T]]) -> T:
        try:
            return await call()
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
        await self._client.http.edit_channel(channel_id, archived=False)
        try:
            return await call()
        finally:
            await self._client.http.edit_channel(channel_id, archived=True)


def _is_held(scheduled: Any, location: str, until: datetime) -> bool:
    if (scheduled.get("entity_metadata") or {}).get("location") != location:
        return False
    # Discord may keep less of a second than we have sent.
    return abs(datetime.fromisoformat(scheduled["scheduled_end_time"]) - until) < timedelta(seconds=1)


def _without(allowed: discord.Permissions, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not getattr(allowed, name))
