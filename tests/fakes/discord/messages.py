"""Messages in channels: written, edited, deleted, read.

Source: https://docs.discord.com/developers/resources/message.
"""

from typing import Any

from limner.tests.fakes.discord.content import ANSWER, BASE, apply, read_draft
from limner.tests.fakes.discord.errors import ApiError, MisuseError, cannot_dm, missing_permissions, too_many
from limner.tests.fakes.discord.fields import Check, anything, boolean, form, integer, snowflake
from limner.tests.fakes.discord.files import UPLOAD_MOST_BYTES
from limner.tests.fakes.discord.permissions import BITS
from limner.tests.fakes.discord.places import EPHEMERAL, REPLY, THREADS, Channel, Json, Message
from limner.tests.fakes.discord.rendering import message_json, tell_deleted, tell_message
from limner.tests.fakes.discord.world import Ask

HOUR_S = 3600.0
# Edits of messages older than an hour, by channel. Discord does not document them; this is what bots have seen.
OLD_EDITS_MOST, OLD_EDITS_WINDOW_S = 3, 20.0
NONCE_LIFE_S = 300.0


def _nonce(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not 1 <= len(str(value)) <= 25:
        raise MisuseError("A nonce is an integer or a string of up to 25 characters.", path, "NONCE_TYPE_BAD")


CREATE: dict[str, Check] = ANSWER | {
    "nonce": _nonce,
    "enforce_nonce": boolean,
    "message_reference": form(
        {
            "type": integer(0, 1),
            "message_id!": snowflake,
            "channel_id": snowflake,
            "guild_id": snowflake,
            "fail_if_not_exists": boolean,
        }
    ),
}
EDIT: dict[str, Check] = BASE | {"tts": anything}
"""What an edit takes; `tts` is sent by discord.py and has no effect."""


def create_message(ask: Ask) -> Json:
    """Write a message. Raises ApiError and MisuseError; what was refused is not there."""
    channel = ask.channel()
    ask.check(channel, "SEND_MESSAGES_IN_THREADS" if channel.kind in THREADS else "SEND_MESSAGES")
    if ask.uploads:
        ask.check(channel, "ATTACH_FILES")
    _check_open(ask, channel)
    if ask.get("flags", 0) & EPHEMERAL:
        raise MisuseError("Only answers to interactions are ephemeral.", "flags", "BITFIELD_TYPE_INVALID")
    if (known := _known(ask, channel)) is not None:
        return message_json(ask.world, known)
    draft = read_draft(ask.values, ask.uploads, upload_most(channel))
    message = Message(ask.world.ids.new(), channel, ask.world.me, ask.world.now())
    _refer(ask, channel, message)
    apply(ask.world, draft, message)
    if (nonce := ask.get("nonce")) is not None:
        message.nonce = str(nonce)
        ask.world.nonces[channel.id, str(nonce)] = message
    channel.messages[message.id] = message
    channel.archived = False
    tell_message(ask.world, "MESSAGE_CREATE", message)
    return message_json(ask.world, message)


def upload_most(channel: Channel) -> int:
    """Tell how many bytes a file may have in a channel."""
    return channel.guild.upload_most if channel.guild else UPLOAD_MOST_BYTES


def _check_open(ask: Ask, channel: Channel) -> None:
    if channel.recipient is not None and not (channel.recipient.takes_dms and ask.world.meets(channel.recipient)):
        raise cannot_dm()
    if channel.kind in THREADS and channel.archived and channel.locked:
        raise ApiError(400, 50083, "Thread is archived")


def _known(ask: Ask, channel: Channel) -> Message | None:
    """Find the message of the last minutes that was written with the same nonce, where the bot asks for that."""
    if not ask.get("enforce_nonce"):
        return None
    known = ask.world.nonces.get((channel.id, str(ask.get("nonce"))))
    return known if known is not None and ask.world.now() - known.created_at < NONCE_LIFE_S else None


def _refer(ask: Ask, channel: Channel, message: Message) -> None:
    wanted = ask.get("message_reference")
    if wanted is None:
        return
    ask.check(channel, "READ_MESSAGE_HISTORY")
    target = channel.messages.get(int(wanted["message_id"]))
    if target is None and wanted.get("fail_if_not_exists", True):
        raise MisuseError("Unknown message", "message_reference", "REPLIES_UNKNOWN_MESSAGE")
    message.reference, message.kind = target, REPLY if target is not None else message.kind


def edit_message(ask: Ask) -> Json:
    """Edit a message of the bot's own. Raises ApiError and MisuseError."""
    channel = ask.channel()
    message = ask.message(channel)
    if message.author is not ask.world.me:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    if channel.kind in THREADS and channel.archived and channel.locked:
        raise ApiError(400, 50083, "Thread is archived")
    draft = read_draft(ask.values, ask.uploads, upload_most(channel), message)
    if ask.world.now() - message.created_at > HOUR_S:
        _count_old(channel, ask.world.now())
    apply(ask.world, draft, message)
    message.edited_at = ask.world.now()
    tell_message(ask.world, "MESSAGE_UPDATE", message)
    return message_json(ask.world, message)


def _count_old(channel: Channel, now: float) -> None:
    while channel.old_edits and now - channel.old_edits[0] >= OLD_EDITS_WINDOW_S:
        channel.old_edits.popleft()
    if len(channel.old_edits) >= OLD_EDITS_MOST:
        what = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        raise too_many(channel.old_edits[0] + OLD_EDITS_WINDOW_S - now, "user", 30046, what)
    channel.old_edits.append(now)


def delete_message(ask: Ask) -> None:
    """Take a message away: the bot's own, or with the permission anybody's. Raises ApiError."""
    channel = ask.channel()
    message = ask.message(channel)
    if message.author is not ask.world.me:
        if channel.guild is None:
            raise ApiError(403, 50003, "Cannot execute action on a DM channel")
        if not channel.may(ask.world.me) & BITS["MANAGE_MESSAGES"]:
            raise missing_permissions()
    del channel.messages[message.id]
    tell_deleted(ask.world, message)


def get_message(ask: Ask) -> Json:
    """Read one message. Raises ApiError."""
    channel = ask.channel("READ_MESSAGE_HISTORY")
    return message_json(ask.world, ask.message(channel))


def get_messages(ask: Ask) -> list[Json]:
    """Read messages, newest first; those that only one person sees are not there. Raises ApiError."""
    channel = ask.channel("READ_MESSAGE_HISTORY")
    query = ask.call.query
    first, last = int(query.get("after", 0)), int(query.get("before", 2**63))
    found = [each for each in channel.messages.values() if each.only_for is None and first < each.id < last]
    limit = int(query.get("limit", 50))
    found = found[:limit] if "after" in query else found[-limit:]
    return [message_json(ask.world, message) for message in reversed(found)]


def pin_message(ask: Ask) -> None:
    """Pin a message."""
    _pin(ask, pinned=True)


def unpin_message(ask: Ask) -> None:
    """Pin a message no more."""
    _pin(ask, pinned=False)


def _pin(ask: Ask, *, pinned: bool) -> None:
    channel = ask.channel("PIN_MESSAGES")
    ask.message(channel).pinned = pinned


def send_typing(ask: Ask) -> None:
    """Show that the bot is writing."""
    channel = ask.channel()
    ask.check(channel, "SEND_MESSAGES_IN_THREADS" if channel.kind in THREADS else "SEND_MESSAGES")
    if channel.recipient is not None and not channel.recipient.takes_dms:
        raise cannot_dm()
