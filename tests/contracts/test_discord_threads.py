"""Threads, scheduled events and permissions at the Discord of the tests: what is refused, and with which code."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from limner.tests.fakes.discord import Guild
from limner.tests.fakes.discord.caller import Bot


@pytest.fixture
def here(bot: Bot) -> str:
    """Give the path of the channel."""
    return f"/channels/{bot.general.id}"


@pytest.fixture
def guild(bot: Bot) -> Guild:
    """Give the guild."""
    assert bot.general.guild is not None
    return bot.general.guild


def thread(name: str = "Gallery", **more: Any) -> dict[str, Any]:
    """Describe a public thread."""
    return {"name": name, "type": 11} | more


def event(hours: float = 1, **more: Any) -> dict[str, Any]:
    """Describe an event."""
    begins = datetime.now(UTC) + timedelta(hours=hours)
    found = {"name": "Portraits", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "#general"}}
    times = {"scheduled_start_time": begins, "scheduled_end_time": begins + timedelta(hours=1)}
    return found | {name: at.isoformat() for name, at in times.items()} | more


async def test_a_thread_has_a_name_and_a_time(bot: Bot, here: str) -> None:
    """Names of 1 to 100 characters and the four times pass; one more thread below a message does not."""
    await bot.rest(f"POST {here}/threads", thread("x" * 100, auto_archive_duration=10080))
    for wrong in ({"name": ""}, {"name": "x" * 101}, {"auto_archive_duration": 61}, {"type": 1}, {"nam": "x"}):
        await bot.rest.misused(f"POST {here}/threads", thread() | wrong)
    sent = await bot.rest(f"POST {here}/messages", {"content": "x"})
    started = await bot.rest(f"POST {here}/messages/{sent['id']}/threads", {"name": "Below"})
    assert (started["id"], started["owner_id"]) == (sent["id"], str(bot.rest.server.application_id))
    again = f"POST {here}/messages/{sent['id']}/threads"
    assert await bot.rest.refused(again, {"name": "Below"}) == (400, 160004)
    assert await bot.rest.refused(f"POST /channels/{sent['id']}/threads", thread()) == (400, 50024)


async def test_an_archived_thread_opens_by_a_message_unless_it_is_locked(bot: Bot, here: str) -> None:
    """A message opens it; a locked one stays as it is, until it is opened by name."""
    path = f"/channels/{(await bot.rest(f'POST {here}/threads', thread()))['id']}"
    await bot.rest(f"PATCH {path}", {"archived": True})
    assert await bot.rest.refused(f"PATCH {path}", {"name": "Other"}) == (400, 50083)
    assert await bot.rest.refused(f"PUT {path}/thread-members/@me") == (400, 50083)
    await bot.rest(f"POST {path}/messages", {"content": "x"})
    assert not (await bot.rest(f"GET {path}"))["thread_metadata"]["archived"]
    await bot.rest(f"PATCH {path}", {"archived": True, "locked": True})
    assert await bot.rest.refused(f"POST {path}/messages", {"content": "x"}) == (400, 50083)
    await bot.rest(f"PATCH {path}", {"archived": False, "locked": False, "name": "Other"})
    await bot.rest(f"POST {path}/messages", {"content": "x"})


async def test_threads_of_others_need_the_permission(bot: Bot, guild: Guild) -> None:
    """Without MANAGE_THREADS the bot edits only its own threads, and locks and deletes none."""
    theirs = bot.rest.server.thread(bot.general, "Theirs", bot.ann)
    await bot.rest(f"PATCH /channels/{theirs.id}", {"name": "Other"})
    bot.rest.server.forbid_bot(guild, "MANAGE_THREADS")
    assert await bot.rest.refused(f"PATCH /channels/{theirs.id}", {"name": "More"}) == (403, 50013)
    own = (await bot.rest(f"POST /channels/{bot.general.id}/threads", thread()))["id"]
    await bot.rest(f"PATCH /channels/{own}", {"archived": True})
    await bot.rest(f"PATCH /channels/{own}", {"archived": False})
    assert await bot.rest.refused(f"PATCH /channels/{own}", {"locked": True}) == (403, 50013)
    assert await bot.rest.refused(f"DELETE /channels/{own}") == (403, 50013)


@pytest.mark.parametrize(
    "permission, call, body",
    [
        ("SEND_MESSAGES", "POST {}/messages", {"content": "x"}),
        ("SEND_MESSAGES", "POST {}/typing", None),
        ("READ_MESSAGE_HISTORY", "GET {}/messages", None),
        ("CREATE_PUBLIC_THREADS", "POST {}/threads", thread()),
        ("CREATE_PRIVATE_THREADS", "POST {}/threads", {"name": "Hidden"}),
    ],
)
async def test_what_the_bot_lacks_is_told(
    bot: Bot, guild: Guild, here: str, permission: str, call: str, body: Any
) -> None:
    """Without the permission 403 / 50013, without sight of the channel 50001, without the channel 10003."""
    route = call.format(here)
    await bot.rest(route, body)
    bot.rest.server.forbid_bot(guild, permission)
    assert await bot.rest.refused(route, body) == (403, 50013)
    bot.rest.server.let_bot(guild, permission)
    bot.rest.server.deny(bot.general, permission)
    assert await bot.rest.refused(route, body) == (403, 50013)
    bot.rest.server.deny(bot.general, "VIEW_CHANNEL")
    assert await bot.rest.refused(route, body) == (403, 50001)
    assert await bot.rest.refused(call.format("/channels/5"), body) == (404, 10003)


async def test_threads_have_a_permission_of_their_own(bot: Bot, guild: Guild, here: str) -> None:
    """Writing in a thread needs SEND_MESSAGES_IN_THREADS and not SEND_MESSAGES; what its channel denies, it denies."""
    path = f"/channels/{(await bot.rest(f'POST {here}/threads', thread()))['id']}"
    bot.rest.server.forbid_bot(guild, "SEND_MESSAGES")
    await bot.rest(f"POST {path}/messages", {"content": "x"})
    bot.rest.server.forbid_bot(guild, "SEND_MESSAGES_IN_THREADS")
    assert await bot.rest.refused(f"POST {path}/messages", {"content": "x"}) == (403, 50013)
    bot.rest.server.let_bot(guild, "SEND_MESSAGES_IN_THREADS")
    bot.rest.server.deny(bot.general, "SEND_MESSAGES_IN_THREADS")
    assert await bot.rest.refused(f"POST {path}/messages", {"content": "x"}) == (403, 50013)


async def test_a_text_channel_is_not_the_bots_to_change(bot: Bot, here: str) -> None:
    """The bot has no permission to rename or delete channels, and only threads are archived."""
    assert await bot.rest.refused(f"PATCH {here}", {"name": "mine"}) == (403, 50013)
    assert await bot.rest.refused(f"DELETE {here}") == (403, 50013)
    await bot.rest.misused(f"PATCH {here}", {"archived": True})


async def test_a_bot_that_was_thrown_out_sees_nothing(bot: Bot, guild: Guild, here: str) -> None:
    """The guild and its channels are out of reach, and its members are not met any more."""
    bot.rest.server.remove_bot(guild)
    assert await bot.rest.refused(f"GET {here}") == (403, 50001)
    assert await bot.rest.refused(f"GET /guilds/{guild.id}") == (403, 50001)
    dm = await bot.rest("POST /users/@me/channels", {"recipient_id": bot.ann.id})
    assert await bot.rest.refused(f"POST /channels/{dm['id']}/messages", {"content": "x"}) == (403, 50007)


async def test_an_event_has_its_form(bot: Bot, guild: Guild) -> None:
    """A place, an end after the start, and a start to come are needed; a text has its length."""
    route = f"POST /guilds/{guild.id}/scheduled-events"
    await bot.rest(route, event(name="x" * 100, description="x" * 1000))
    wrongs: list[dict[str, Any]] = [
        event(name=""),
        event(name="x" * 101),
        event(description="x" * 1001),
        event(privacy_level=1),
        event(entity_type=2),
        event(entity_metadata={"location": "x" * 101}),
        event(entity_metadata=None),
        event(scheduled_end_time=None),
        event(scheduled_end_time=datetime.now(UTC).isoformat()),
        event(scheduled_start_time="tomorrow morning"),
        event(hours=-0.1),
        event(image="no picture"),
        event(place="#general"),
    ]
    for wrong in wrongs:
        await bot.rest.misused(route, wrong)
    assert len(guild.events) == 1


async def test_an_event_goes_its_way(bot: Bot, guild: Guild) -> None:
    """Scheduled, active, completed, in this order; or canceled before it began; then it is finished."""
    route = f"/guilds/{guild.id}/scheduled-events"
    path = f"{route}/{(await bot.rest(f'POST {route}', event()))['id']}"
    await bot.rest.misused(f"PATCH {path}", {"status": 3})
    for status in (2, 3):
        assert (await bot.rest(f"PATCH {path}", {"status": status}))["status"] == status
    assert await bot.rest.refused(f"PATCH {path}", {"name": "Late"}) == (400, 180000)
    assert [each["status"] for each in await bot.rest(f"GET {route}")] == [3]
    await bot.rest(f"DELETE {path}")
    assert await bot.rest.refused(f"GET {path}") == (404, 10070)


async def test_events_need_the_permission_and_are_few(bot: Bot, guild: Guild) -> None:
    """A hundred are the most; none is made without CREATE_EVENTS, another's not changed without MANAGE_EVENTS."""
    route = f"/guilds/{guild.id}/scheduled-events"
    last, *_ = [await bot.rest(f"POST {route}", event()) for _ in range(100)]
    assert await bot.rest.refused(f"POST {route}", event()) == (400, 30038)
    guild.events[int(last["id"])]["creator_id"] = str(bot.ann.id)
    assert await bot.rest.refused(f"PATCH {route}/{last['id']}", {"name": "Mine"}) == (403, 50013)
    bot.rest.server.forbid_bot(guild, "CREATE_EVENTS")
    assert await bot.rest.refused(f"POST {route}", event()) == (403, 50013)
    bot.rest.server.let_bot(guild, "MANAGE_EVENTS")
    await bot.rest(f"DELETE {route}/{last['id']}")


async def test_users_and_members_that_are_not_there(bot: Bot, guild: Guild) -> None:
    """An unknown user, one who is no member, and an unknown guild have codes of their own."""
    eve = bot.rest.server.person("eve")
    assert await bot.rest.refused("GET /users/5") == (404, 10013)
    assert await bot.rest.refused(f"GET /guilds/{guild.id}/members/5") == (404, 10013)
    assert await bot.rest.refused(f"GET /guilds/{guild.id}/members/{eve.id}") == (404, 10007)
    assert await bot.rest.refused("GET /guilds/5") == (404, 10004)
