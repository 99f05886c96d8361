"""All routes of the server: what each takes, who does it, and how often one may ask.

The routes are those of https://docs.discord.com/developers that a bot like limner can have a use for. What is not
listed is refused and noted as a problem, since a silent server would hide a misspelt name. (Discord takes an unknown
route for a 404 and overlooks an unknown field.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from limner.tests.fakes.discord import about, callbacks, channels, commands, events, followups, messages
from limner.tests.fakes.discord.fields import Check, anything, form, listed
from limner.tests.fakes.discord.rates import Limit
from limner.tests.fakes.discord.world import Ask

USUAL = Limit(50, 1.0)
# Five in five seconds: messages and their edits in a channel, channels themselves, events of a guild.
WRITING = Limit(5, 5.0)
# Interactions are not bound to the limit for all; their tokens are rated as webhooks are.
ANSWERING = Limit(50, 1.0, free=True)
TOKEN = Limit(5, 2.0, free=True)
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
# What may stand in a query, as a pattern.
_YES_NO, _ID = "true|false|0|1", r"\d{1,20}"
QUERIES = {
    **dict.fromkeys(("with_localizations", "with_response", "wait", "with_components"), _YES_NO),
    **dict.fromkeys(("with_counts", "with_user_count"), _YES_NO),
    **dict.fromkeys(("thread_id", "before", "after"), _ID),
    "limit": r"[1-9]\d?|100",
}
EVENT = "/guilds/{guild_id}/scheduled-events/{event_id}"
FOLLOWUP = "/webhooks/{application_id}/{interaction_token}"


@dataclass(frozen=True, slots=True)
class Route:
    """A route: who does it, what its body and its query may be, and whether the bot shows its token."""

    handle: Callable[[Ask], Any]
    body: Check | None = None
    query: frozenset[str] = frozenset()
    limit: Limit = USUAL
    status: int = 200
    files: bool = False
    token: bool = True


def _reads(handle: Callable[[Ask], Any], *query: str) -> Route:
    return Route(handle, query=frozenset(query))


def _writes(
    handle: Callable[[Ask], Any], body: Mapping[str, Check], *query: str, limit: Limit = WRITING, status: int = 200
) -> Route:
    return Route(handle, form(body), frozenset(query), limit, status)


def _sends(handle: Callable[[Ask], Any], body: Mapping[str, Check]) -> Route:
    return Route(handle, form(body), limit=WRITING, files=True)


def _answers(
    handle: Callable[[Ask], Any], body: Mapping[str, Check] | None, *query: str, limit: Limit = TOKEN
) -> Route:
    check = None if body is None else form(body)
    return Route(handle, check, frozenset(query), limit, files=body is not None, token=False)


_COMMANDS = Route(commands.put_commands, listed(anything, 110), limit=WRITING)
_JOIN, _LEAVE = Route(channels.join_thread), Route(channels.leave_thread)

ROUTES: dict[str, Route] = {
    "GET /users/@me": _reads(about.get_me),
    "GET /users/{user_id}": _reads(about.get_user),
    "POST /users/@me/channels": _writes(channels.open_dm, channels.OPEN_DM, limit=USUAL),
    "GET /gateway": _reads(about.get_gateway),
    "GET /gateway/bot": _reads(about.get_gateway),
    "GET /oauth2/applications/@me": _reads(about.get_application),
    "GET /applications/@me": _reads(about.get_application),
    "GET /applications/{application_id}/commands": _reads(commands.get_commands, "with_localizations"),
    "PUT /applications/{application_id}/commands": _COMMANDS,
    "GET /applications/{application_id}/guilds/{guild_id}/commands": _reads(
        commands.get_commands, "with_localizations"
    ),
    "PUT /applications/{application_id}/guilds/{guild_id}/commands": _COMMANDS,
    "POST /interactions/{interaction_id}/{interaction_token}/callback": _answers(
        callbacks.create_callback, callbacks.CALLBACK, "with_response", limit=ANSWERING
    ),
    f"POST {FOLLOWUP}": _answers(followups.create_followup, followups.FOLLOWUP, "wait", "with_components", "thread_id"),
    f"GET {FOLLOWUP}/messages/{{message_id}}": _answers(followups.get_followup, None, "thread_id"),
    f"PATCH {FOLLOWUP}/messages/{{message_id}}": _answers(
        followups.edit_followup, followups.EDIT, "with_components", "thread_id"
    ),
    f"DELETE {FOLLOWUP}/messages/{{message_id}}": _answers(followups.delete_followup, None, "thread_id"),
    "GET /channels/{channel_id}": _reads(channels.get_channel),
    "PATCH /channels/{channel_id}": _writes(channels.edit_channel, channels.EDIT),
    "DELETE /channels/{channel_id}": Route(channels.delete_channel),
    "GET /channels/{channel_id}/messages": _reads(messages.get_messages, "limit", "before", "after"),
    "POST /channels/{channel_id}/messages": _sends(messages.create_message, messages.CREATE),
    f"GET {MESSAGE}": _reads(messages.get_message),
    f"PATCH {MESSAGE}": _sends(messages.edit_message, messages.EDIT),
    f"DELETE {MESSAGE}": Route(messages.delete_message, limit=Limit(5, 1.0)),
    "PUT /channels/{channel_id}/messages/pins/{message_id}": Route(messages.pin_message, limit=WRITING),
    "DELETE /channels/{channel_id}/messages/pins/{message_id}": Route(messages.unpin_message, limit=WRITING),
    "POST /channels/{channel_id}/typing": Route(messages.send_typing, limit=WRITING),
    f"POST {MESSAGE}/threads": _writes(
        channels.start_thread_on_message, channels.THREAD_ON_MESSAGE, limit=USUAL, status=201
    ),
    "POST /channels/{channel_id}/threads": _writes(channels.start_thread, channels.THREAD, limit=USUAL, status=201),
    "PUT /channels/{channel_id}/thread-members/@me": _JOIN,
    "PUT /channels/{channel_id}/thread-members/{user_id}": _JOIN,
    "DELETE /channels/{channel_id}/thread-members/@me": _LEAVE,
    "DELETE /channels/{channel_id}/thread-members/{user_id}": _LEAVE,
    "GET /guilds/{guild_id}": _reads(about.get_guild, "with_counts"),
    "GET /guilds/{guild_id}/members/{user_id}": _reads(about.get_member),
    "GET /guilds/{guild_id}/scheduled-events": _reads(events.get_events, "with_user_count"),
    "POST /guilds/{guild_id}/scheduled-events": _writes(events.create_event, events.CREATE),
    f"GET {EVENT}": _reads(events.get_event, "with_user_count"),
    f"PATCH {EVENT}": _writes(events.edit_event, events.EDIT),
    f"DELETE {EVENT}": Route(events.delete_event),
}
