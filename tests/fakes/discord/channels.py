"""Channels, direct messages and threads.

Source: https://docs.discord.com/developers/resources/channel.
"""

from limner.tests.fakes.discord.errors import ApiError, MisuseError, missing_permissions, unknown
from limner.tests.fakes.discord.fields import Check, boolean, integer, one_of, snowflake, text
from limner.tests.fakes.discord.permissions import BITS
from limner.tests.fakes.discord.places import DM, PRIVATE_THREAD, PUBLIC_THREAD, TEXT, THREADS, Channel, Json
from limner.tests.fakes.discord.world import Ask, World

HAS_THREAD = 1 << 5
SLOW_MOST_S = 21_600
_NEW: dict[str, Check] = {
    "name!": text(100, 1),
    "auto_archive_duration": one_of(60, 1440, 4320, 10080),
    "rate_limit_per_user": integer(0, SLOW_MOST_S),
}
OPEN_DM: dict[str, Check] = {"recipient_id!": snowflake}
THREAD_ON_MESSAGE: dict[str, Check] = _NEW
THREAD: dict[str, Check] = _NEW | {"type": one_of(PUBLIC_THREAD, PRIVATE_THREAD), "invitable": boolean}
EDIT: dict[str, Check] = {
    "name": text(100, 1),
    "topic": text(1024),
    "archived": boolean,
    "locked": boolean,
    "invitable": boolean,
    "auto_archive_duration": one_of(60, 1440, 4320, 10080),
    "rate_limit_per_user": integer(0, SLOW_MOST_S),
}
THREADS_ONLY = ("archived", "locked", "invitable", "auto_archive_duration")


def open_dm(ask: Ask) -> Json:
    """Open the direct messages with a user. Raises ApiError; whether one may write there shows when writing."""
    user = ask.world.users.get(int(ask.values["recipient_id"]))
    if user is None or user.bot:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return ask.world.dm(user).json()


def get_channel(ask: Ask) -> Json:
    """Tell about a channel. Raises ApiError."""
    return ask.channel().json()


def start_thread_on_message(ask: Ask) -> Json:
    """Start a thread below a message; it has the message's id. Raises ApiError."""
    channel = _text_channel(ask, "CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    message = ask.message(channel)
    if message.thread is not None:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    thread = _start(ask, channel, message.id, PUBLIC_THREAD)
    message.thread = thread
    message.flags |= HAS_THREAD
    return thread.json()


def start_thread(ask: Ask) -> Json:
    """Start a thread without a message; a private one where no type is given. Raises ApiError."""
    kind = ask.get("type", PRIVATE_THREAD)
    channel = _text_channel(ask, "CREATE_PUBLIC_THREADS" if kind == PUBLIC_THREAD else "CREATE_PRIVATE_THREADS")
    return _start(ask, channel, ask.world.ids.new(), kind).json()


def _text_channel(ask: Ask, *needed: str) -> Channel:
    channel = ask.channel(*needed)
    if channel.kind != TEXT:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    return channel


def _start(ask: Ask, parent: Channel, id_: int, kind: int) -> Channel:
    now = ask.world.now()
    thread = Channel(id_, kind, ask.values["name"], parent.guild, parent, owner_id=ask.world.me.id, created_at=now)
    thread.archive_minutes = ask.get("auto_archive_duration", thread.archive_minutes)
    thread.slow_s, thread.invitable = ask.get("rate_limit_per_user", 0), ask.get("invitable", True)
    thread.joined.add(ask.world.me.id)
    ask.world.channels[id_] = thread
    _tell(ask.world, "THREAD_CREATE", thread, thread.json() | {"newly_created": True})
    return thread


def edit_channel(ask: Ask) -> Json:
    """Edit a channel or a thread: name, archive, lock and the like. Raises ApiError and MisuseError."""
    channel = ask.channel()
    if channel.kind == DM:
        raise ApiError(403, 50003, "Cannot execute action on a DM channel")
    if channel.kind in THREADS:
        _check_thread(ask, channel)
    elif any(ask.values.get(name) is not None for name in THREADS_ONLY):
        raise MisuseError("Only a thread has this.", "archived", "CHANNEL_TYPE_INVALID")
    else:
        raise missing_permissions()
    channel.name = ask.get("name", channel.name)
    channel.slow_s = ask.get("rate_limit_per_user", channel.slow_s)
    channel.invitable = ask.get("invitable", channel.invitable)
    channel.archive_minutes = ask.get("auto_archive_duration", channel.archive_minutes)
    channel.locked = ask.get("locked", channel.locked)
    if ask.get("archived", channel.archived) != channel.archived:
        channel.archived, channel.archived_at = ask.values["archived"], ask.world.now()
    _tell(ask.world, "THREAD_UPDATE", channel, channel.json())
    return channel.json()


def _check_thread(ask: Ask, thread: Channel) -> None:
    manages = bool(thread.may(ask.world.me) & BITS["MANAGE_THREADS"])
    own = thread.owner_id == ask.world.me.id
    if not manages and (not own or ask.values.get("locked") is not None):
        raise missing_permissions()
    changed = {name for name, value in ask.values.items() if value is not None}
    if thread.archived and ask.get("archived", True) and changed:
        raise ApiError(400, 50083, "Thread is archived")


def delete_channel(ask: Ask) -> Json:
    """Take a thread away. Raises ApiError; this bot has no permission for other channels."""
    channel = ask.channel()
    if channel.kind not in THREADS or not channel.may(ask.world.me) & BITS["MANAGE_THREADS"]:
        raise missing_permissions()
    del ask.world.channels[channel.id]
    _tell(ask.world, "THREAD_DELETE", channel, channel.json())
    return channel.json()


def join_thread(ask: Ask) -> None:
    """Have the bot, or somebody else, be in a thread. Raises ApiError."""
    thread = _thread(ask)
    wanted = ask.call.ids.get("user_id", "@me")
    user = ask.world.me if wanted == "@me" else ask.world.users.get(int(wanted))
    if user is None or thread.guild is None or (user is not ask.world.me and user.id not in thread.guild.members):
        raise unknown("Member")
    thread.joined.add(user.id)


def leave_thread(ask: Ask) -> None:
    """Have the bot, or somebody else, be in a thread no more. Raises ApiError."""
    thread = _thread(ask)
    wanted = ask.call.ids.get("user_id", "@me")
    if wanted != "@me":
        ask.check(thread, "MANAGE_THREADS")
    thread.joined.discard(ask.world.me.id if wanted == "@me" else int(wanted))


def _thread(ask: Ask) -> Channel:
    thread = ask.channel()
    if thread.kind not in THREADS:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    if thread.archived:
        raise ApiError(400, 50083, "Thread is archived")
    return thread


def _tell(world: World, event: str, thread: Channel, data: Json) -> None:
    world.changed.fire()
    if thread.guild is not None and thread.guild.installed:
        world.sessions.tell(event, data, thread.guild.id, "GUILDS")
