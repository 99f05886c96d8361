"""Scheduled events of a guild.

Source: https://docs.discord.com/developers/resources/guild-scheduled-event.
"""

from datetime import UTC, datetime

from limner.tests.fakes.discord.clock import iso
from limner.tests.fakes.discord.errors import ApiError, MisuseError, missing_permissions, unknown
from limner.tests.fakes.discord.fields import Check, form, integer, one_of, snowflake, text
from limner.tests.fakes.discord.permissions import BITS
from limner.tests.fakes.discord.places import Guild, Json
from limner.tests.fakes.discord.world import Ask

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
EXTERNAL = 3
NEXT = {SCHEDULED: (ACTIVE, CANCELED), ACTIVE: (COMPLETED,)}
EVENTS_MOST = 100
_PARTS: dict[str, Check] = {
    "channel_id": snowflake,
    "entity_metadata": form({"location": text(100, 1)}),
    "scheduled_end_time": text(64, 10),
    "description": text(1000, 1),
    "image": text(20_000_000, 1, r"data:image/(?:png|jpeg|gif);base64,[\w+/=]+"),
}
CREATE: dict[str, Check] = _PARTS | {
    "name!": text(100, 1),
    "privacy_level!": one_of(2),
    "scheduled_start_time!": text(64, 10),
    "entity_type!": integer(1, 3),
}
EDIT: dict[str, Check] = _PARTS | {
    "name": text(100, 1),
    "privacy_level": one_of(2),
    "scheduled_start_time": text(64, 10),
    "entity_type": integer(1, 3),
    "status": integer(1, 4),
}


def create_event(ask: Ask) -> Json:
    """Announce an event somewhere outside of Discord. Raises ApiError and MisuseError."""
    guild = ask.guild()
    if not guild.bot_may & (BITS["CREATE_EVENTS"] | BITS["MANAGE_EVENTS"]):
        raise missing_permissions()
    if sum(event["status"] in NEXT for event in guild.events.values()) >= EVENTS_MOST:
        raise ApiError(400, 30038, f"Maximum number of uncompleted guild scheduled events reached ({EVENTS_MOST})")
    id_ = ask.world.ids.new()
    event: Json = {"id": str(id_), "guild_id": str(guild.id), "creator_id": str(ask.world.me.id), "entity_id": None}
    event |= {"status": SCHEDULED, "channel_id": None, "creator": ask.world.me.json(), "user_count": 0, "image": None}
    event |= _given(ask)
    _check(event, ask.world.now())
    guild.events[id_] = event
    _tell(ask, guild, "GUILD_SCHEDULED_EVENT_CREATE", event)
    return event


def _given(ask: Ask) -> Json:
    given: Json = {name: value for name, value in ask.values.items() if value is not None}
    for name in ("scheduled_start_time", "scheduled_end_time"):
        if name in given:
            given[name] = iso(_time(given[name], name))
    return given | ({"image": "0" * 32} if "image" in given else {})


def _time(written: str, path: str) -> float:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise MisuseError(f"{written!r} is no time.", path, "DATETIME_TYPE_CONVERT") from None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()


def _check(event: Json, now: float) -> None:
    if event["entity_type"] != EXTERNAL:
        raise MisuseError("These guilds have no stage and voice channels.", "entity_type", "BASE_TYPE_CHOICES")
    if not (event.get("entity_metadata") or {}).get("location"):
        raise MisuseError("This field is required", "entity_metadata.location", "BASE_TYPE_REQUIRED")
    if not event.get("scheduled_end_time"):
        raise MisuseError("This field is required", "scheduled_end_time", "BASE_TYPE_REQUIRED")
    start, end = (_time(event[f"scheduled_{which}_time"], which) for which in ("start", "end"))
    if event["status"] == SCHEDULED and start <= now:
        what = "Cannot schedule event in the past."
        raise MisuseError(what, "scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST")
    if end <= start:
        raise MisuseError("An event ends after its start.", "scheduled_end_time", "GUILD_SCHEDULED_EVENT_END_TIME")


def get_events(ask: Ask) -> list[Json]:
    """Tell the events of a guild."""
    return list(ask.guild().events.values())


def get_event(ask: Ask) -> Json:
    """Tell about one event. Raises ApiError."""
    return _find(ask, ask.guild())


def edit_event(ask: Ask) -> Json:
    """Change an event, or begin, end or cancel it. Raises ApiError and MisuseError."""
    guild = ask.guild()
    event = _find(ask, guild, change=True)
    status = ask.get("status", event["status"])
    if event["status"] not in NEXT:
        raise ApiError(400, 180000, "Cannot update a finished event")
    if status != event["status"] and status not in NEXT[event["status"]]:
        raise MisuseError("Invalid Guild Scheduled Event Status Transition", "status", "STATUS_TRANSITION_INVALID")
    changed = event | _given(ask)
    if changed["scheduled_start_time"] != event["scheduled_start_time"] or "scheduled_end_time" in ask.values:
        _check(changed, ask.world.now())
    guild.events[int(event["id"])] = changed
    _tell(ask, guild, "GUILD_SCHEDULED_EVENT_UPDATE", changed)
    return changed


def delete_event(ask: Ask) -> None:
    """Take an event away. Raises ApiError."""
    guild = ask.guild()
    event = _find(ask, guild, change=True)
    del guild.events[int(event["id"])]
    _tell(ask, guild, "GUILD_SCHEDULED_EVENT_DELETE", event)


def _find(ask: Ask, guild: Guild, *, change: bool = False) -> Json:
    event = guild.events.get(ask.id("event_id"))
    if event is None:
        raise unknown("Guild Scheduled Event")
    own = int(event["creator_id"]) == ask.world.me.id and guild.bot_may & BITS["CREATE_EVENTS"]
    if change and not own and not guild.bot_may & BITS["MANAGE_EVENTS"]:
        raise missing_permissions()
    return event


def _tell(ask: Ask, guild: Guild, event: str, data: Json) -> None:
    ask.world.changed.fire()
    ask.world.sessions.tell(event, data, guild.id, "GUILD_SCHEDULED_EVENTS")
