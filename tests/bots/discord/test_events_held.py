"""Holding an avatar event: who may, what Discord must allow, the announcement, the end, and whatever is gone."""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any

import discord
import pytest
from PIL import Image

from limner.bots.discord.messages.buttons import GALLERY
from limner.bots.hosting import lasting
from limner.storage import Balance, NewPortrait, Server
from limner.tests.bots.discord.conftest import examine
from limner.tests.bots.discord.hall import Hall, hall
from limner.tests.bots.discord.test_ladder import home
from limner.tests.fakes.worker import ScriptedWorker

__all__ = ["hall"]

HOUR_S = 3600.0


async def test_only_who_may_manage_events_holds_any(hall: Hall) -> None:
    """Discord hides the command from others, which an administrator can undo; the bot looks again."""
    stage = hall.stage
    (command,) = [one for one in stage.env.backend.commands[None].values() if one["name"] == "event"]
    command["default_member_permissions"] = None
    assert "Only those who may manage events" in await hall.create(stage.bob)
    role = stage.guild.create_role("boss", permissions=discord.Permissions(manage_guild=True))
    boss = stage.guild.add_member(stage.env.create_user("boss"), roles=[role])
    assert f"I announce it in <#{stage.channel.id}>" in await hall.create(boss)
    assert "has not ended yet" in await hall.create()


@pytest.mark.parametrize(
    "options, words",
    [
        ({"duration": "5m"}, "from 10 minutes to 14 days"),
        ({"duration": "soon"}, "Say how long as 30m"),
        ({"duration": "15d"}, "from 10 minutes to 14 days"),
        ({"payer": "server"}, "needs a quota of at least 4 portraits"),
    ],
)
async def test_wrong_figures_are_answered_in_words(hall: Hall, options: dict[str, str], words: str) -> None:
    """And nothing is opened."""
    assert words in await hall.create(**options)
    assert "There is no event here" in await hall.asked("status")


def test_how_long_is_read() -> None:
    """Minutes, hours and days; anything else says nothing."""
    assert [lasting(typed) for typed in ("30m", " 3 H ", "2d")] == [
        timedelta(minutes=30),
        timedelta(hours=3),
        timedelta(days=2),
    ]
    assert [lasting(typed) for typed in ("", "3", "3w", "1000000m", "-1h", "h")] == [None] * 6


async def test_the_servers_own_quota_pays(hall: Hall) -> None:
    """Where the host chose so and the operator gave some."""
    stage = hall.stage
    community = await stage.storage.users.community("discord", str(stage.guild.id))
    await stage.storage.quota.grant(community.id, 8, "gift")
    answer = await hall.create(payer="server")
    assert "enough for 2 members" in answer
    await hall.sweeps()
    await stage.learned(stage.bob)
    await stage.bob.click(hall.announcement, label="Take part")
    assert await stage.storage.quota.balance(community.id) == Balance(4, 4, 0, 8)


async def test_the_announcement_goes_where_the_server_paints_and_in_its_language(hall: Hall) -> None:
    """The channel and the language of /settings, wherever the host writes; the list of events has it too."""
    stage = hall.stage
    other = stage.guild.create_text_channel("talk")
    await stage.storage.servers.put(Server("discord", str(stage.guild.id), str(stage.channel.id), language="de"))
    assert f"<#{stage.channel.id}>" in await hall.create(channel=other)
    await hall.sweeps()
    assert hall.messages()[0].content.startswith("Avatar-Aktion!")
    assert not [one for one in other.history() if not one.flags.ephemeral]
    (listed,) = hall.scheduled()
    assert listed.name == "Avatar-Aktion: Test Guild"
    assert listed.entity_metadata == {"location": f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}"}


async def test_what_the_bot_lacks_is_named_before_anything_is_opened(hall: Hall) -> None:
    """Without what it needs there is no event; without what is nicer there is one, and the host knows."""
    stage, deny = hall.stage, hall.deny
    deny(attach_files=False, create_public_threads=False)
    answer = await hall.create()
    assert "Attach Files, Create Public Threads" in answer
    assert "There is no event here" in await hall.asked("status")
    deny(create_public_threads=False)
    assert "The event is open" in await hall.create(gallery=False)
    await hall.asked("cancel")
    await hall.sweeps()
    deny(manage_threads=False)
    stage.env.inject_error("POST", "/guilds/*/scheduled-events", status=403, code=50013)
    answer = await hall.create()
    assert "It would be nicer with these permissions: Manage Threads" in answer
    await hall.sweeps()
    assert "Avatar event!" in hall.messages()[-1].content
    assert hall.scheduled() == []


async def test_an_event_ends_by_the_clock_with_a_poster_and_a_locked_gallery(hall: Hall) -> None:
    """The buttons go, the list of events forgets it; whoever takes theirs back then is out of gallery and poster."""
    stage = hall.stage
    stage.work()
    await hall.opened(duration="3h")
    people = {"ann": stage.ann, "bob": stage.bob}
    for n, person in enumerate(people.values()):
        await hall.joined(person, GALLERY, first=100 + 10 * n)
        await stage.ended(await stage.user(person))
    assert len(hall.scheduled()) == 1
    hall.turned = timedelta(hours=4)
    await hall.until(lambda: "All together: Test Guild" in hall.messages()[-1].content, "the poster hangs")
    assert sorted(hall.shown()) == ["ann, style Oil", "bob, style Oil"]
    assert "The avatar event is over. 2 people have portraits." in [one.content for one in hall.messages()][-2]
    assert hall.announcement.components == []
    meta = hall.thread._channel.thread_metadata
    assert (meta.locked, meta.archived) == (True, True)
    assert hall.scheduled() == []
    post = next(one for one in hall.thread.history() if "bob" in one.content)
    await stage.bob.click(post, label="Remove mine")
    stage.env.inject_error("DELETE", "/channels/*/messages/*", status=400, code=50083)
    await hall.until(lambda: hall.shown() == ["ann, style Oil"], "it is taken out of a gallery that was put away")
    assert hall.thread._channel.thread_metadata.archived
    await hall.until(lambda: len([one for one in hall.messages() if one.attachments]) == 1, "one poster hangs")


async def test_the_bot_keeps_events_by_itself(hall: Hall) -> None:
    """What runs beside its connection announces, counts and ends."""
    stage = hall.stage
    with stage.env.time_context():
        stage.tasks.append(asyncio.create_task(stage.bot.keeper.run()))
    await hall.create()
    await stage.until(lambda: any("Avatar event!" in one.content for one in hall.messages()), "it is announced")
    await hall.asked("cancel")
    await stage.until(lambda: "was called off" in hall.messages()[-1].content, "its end is told")


async def test_an_event_that_nobody_joins_ends_in_words(hall: Hall) -> None:
    """One sentence, no gallery, no poster."""
    await hall.opened()
    assert "Nobody takes part yet" in await hall.asked("status")
    assert "takes nobody any more" in await hall.asked("end")
    await hall.sweeps()
    assert "nobody took part" in hall.messages()[-1].content
    assert hall.stage.channel.threads == []
    assert "There is no event here" in await hall.asked("end")


async def test_an_event_that_is_called_off_gives_back_what_has_not_begun(hall: Hall) -> None:
    """Whoever waits is told, nothing is charged, and the announcement has no buttons."""
    stage = hall.stage
    await hall.opened()
    await stage.learned(stage.bob)
    pressed = await stage.bob.click(hall.announcement, label="Take part")
    host = await stage.user(hall.cat)
    assert (await stage.storage.quota.balance(host.id)).held == 4
    assert "called off" in await hall.asked("cancel")
    await hall.sweeps()
    user = await stage.user(stage.bob)
    await stage.told(user)
    assert "nothing was charged" in pressed.followups[-1].content
    assert await stage.storage.quota.balance(host.id) == Balance(12, 0, 0, 12)
    assert "was called off" in hall.messages()[-1].content
    assert hall.announcement.components == []


async def test_an_old_announcement_is_edited_seldom(hall: Hall) -> None:
    """Discord counts edits of what is older than an hour: every ten minutes is enough, and a refusal is no error."""
    stage = hall.stage
    await hall.opened()
    await stage.env.advance_time(HOUR_S)
    await hall.joined(stage.ann)
    await hall.sweeps()
    assert "One person takes part" in hall.announcement.content
    await hall.joined(stage.bob)
    await hall.sweeps()
    assert "One person takes part" in hall.announcement.content
    await stage.env.advance_time(600)
    stage.env.inject_error("PATCH", "/channels/*/messages/*", status=400, code=30046)
    await hall.sweeps()
    assert "One person takes part" in hall.announcement.content
    await stage.env.advance_time(600)
    await hall.sweeps()
    assert "2 people take part" in hall.announcement.content


async def test_what_a_moderator_deletes_comes_again_while_it_is_needed(hall: Hall) -> None:
    """The announcement with the next count, the gallery with the next portrait."""
    stage = hall.stage
    stage.work()
    await hall.opened()
    await hall.joined(stage.ann, GALLERY)
    await stage.ended(await stage.user(stage.ann))
    await hall.until(lambda: hall.shown() == ["ann, style Oil"], "it is shown")
    stage.env.backend.delete_channel(hall.thread.id)
    await hall.joined(stage.bob, GALLERY, first=150)
    await stage.ended(await stage.user(stage.bob))
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "the next one is shown in a new gallery")
    stage.env.backend.delete_message(stage.channel.id, hall.announcement.id)
    await stage.bob.click(next(one for one in hall.thread.history() if one.attachments), label="Remove mine")
    event = await hall.event()
    await stage.storage.events.leave(event.id, (await stage.user(stage.ann)).id)
    await hall.sweeps()
    assert "One person takes part" in hall.announcement.content


async def test_an_event_in_a_thread_shows_its_gallery_there(hall: Hall) -> None:
    """A thread has no threads; it is not locked for an event that is over."""
    stage = hall.stage
    stage.work()
    made = stage.env.backend.create_thread(stage.channel.id, "party", stage.env.backend.bot_user.id)
    thread: Any
    (thread,) = [one for one in stage.channel.threads if one.id == made.id]
    assert "The event is open" in await hall.create(channel=thread)
    await hall.sweeps()
    announcement = next(one for one in thread.history() if "Avatar event!" in one.content)
    await stage.learned(stage.bob)
    pressed = await stage.bob.click(announcement, label="Take part")
    await stage.bob.click(pressed.followups[0], label="Show mine to the group")
    await stage.ended(await stage.user(stage.bob))
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    await hall.cat.slash(thread, "event end")
    await hall.sweeps()
    assert "is over" in " ".join(one.content for one in thread.history())
    assert not thread._channel.thread_metadata.archived


async def test_a_gallery_that_cannot_be_locked_ends_all_the_same(hall: Hall) -> None:
    """Without Manage Threads it is only put away, and the end is told once."""
    stage = hall.stage
    stage.work()
    await hall.opened()
    await hall.joined(stage.bob, GALLERY)
    await stage.ended(await stage.user(stage.bob))
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    stage.env.inject_error("PATCH", f"/channels/{hall.thread.id}", status=403, code=50013)
    await hall.asked("end")
    await hall.sweeps()
    meta = hall.thread._channel.thread_metadata
    assert (meta.locked, meta.archived) == (False, True)
    assert [one.content for one in hall.messages()].count(
        "The avatar event is over. One person has portraits. Thank you all!"
    ) == 1


async def test_a_portrait_that_is_too_large_is_shown_in_words(hall: Hall) -> None:
    """It does not hold up the others, nor the end."""
    stage = hall.stage
    stage.work()
    await hall.opened()
    await hall.joined(stage.bob, GALLERY)
    await stage.ended(await stage.user(stage.bob))
    stage.env.inject_error("POST", "/channels/*/messages", status=413, code=40005)
    await hall.sweeps()
    assert "This portrait is too large to be shown here." in hall.thread.history()[-1].content


async def test_a_portrait_above_the_limit_is_shown_as_a_copy(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server without boosts does not take is in the gallery all the same, written smaller."""
    stage = hall.stage
    monkeypatch.setattr("limner.bots.discord.stage.FILE_BYTES", 100_000)
    grain = BytesIO()
    Image.effect_noise((512, 512), 90).save(grain, "PNG")
    stage.worker = ScriptedWorker(
        stage.storage, stage.queue, examine, lambda request: [NewPortrait(0, grain.getvalue(), 0.5, 1, request.style)]
    )
    stage.work()
    await hall.opened()
    await hall.joined(stage.bob, GALLERY)
    await stage.ended(await stage.user(stage.bob))
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    (file,) = hall.thread.history()[-1].attachments
    assert file.filename.endswith(".jpg")
    assert file.size <= 100_000 < len(grain.getvalue())


async def test_a_channel_that_is_deleted_ends_its_event(hall: Hall) -> None:
    """The host is told, what waited is given back, and nothing is tried for ever."""
    stage = hall.stage
    await hall.opened()
    await stage.learned(stage.bob)
    await stage.bob.click(hall.announcement, label="Take part")
    stage.env.backend.delete_channel(stage.channel.id)
    await hall.sweeps()
    assert not await stage.storage.events.unfinished("discord")
    host = await stage.user(hall.cat)
    assert await stage.storage.quota.balance(host.id) == Balance(12, 0, 0, 12)
    assert "“Test Guild” is given up: its channel is gone" in hall.told()
    await stage.told(await stage.user(stage.bob))


async def test_permissions_that_are_taken_away_end_an_event_and_are_named(hall: Hall) -> None:
    """In a message to the host."""
    stage = hall.stage
    await hall.opened()
    hall.deny(send_messages=False)
    await hall.asked("end")
    await hall.sweeps()
    assert not await stage.storage.events.unfinished("discord")
    assert "I lack permissions in its channel: Send Messages" in hall.told()


async def test_a_server_that_removes_the_bot_ends_its_event(hall: Hall) -> None:
    """Whoever is painted still gets theirs."""
    stage = hall.stage
    await hall.opened()
    await stage.learned(stage.bob)
    await stage.bob.click(hall.announcement, label="Take part")
    user = await stage.user(stage.bob)
    stage.worker.paused.clear()
    stage.work()
    await stage.until(lambda: not stage.queue.requests, "it is being painted")
    stage.env.backend.remove_guild(stage.guild.id)
    hall.turned = timedelta(days=2)
    await hall.sweeps()
    assert not await stage.storage.events.unfinished("discord")
    stage.worker.paused.set()
    await stage.ended(user)
    assert len(home(stage.bob)[-1].attachments) == 4
