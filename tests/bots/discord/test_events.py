"""Taking part in an avatar event: by one form or one press, in private, shown in a thread to whoever wishes it."""

import asyncio
from typing import Any

import pytest

from limner.bots.discord.messages.buttons import AGREE, GALLERY, PHOTOS, read
from limner.storage import Balance, Server
from limner.tests.bots.discord.conftest import examine
from limner.tests.bots.discord.hall import Hall, hall
from limner.tests.bots.discord.test_ladder import QUARTER_S, home
from limner.tests.fakes.worker import ScriptedWorker

__all__ = ["hall"]


async def test_a_member_is_painted_from_one_form(hall: Hall) -> None:
    """Photos, consent and wish come with one form; the rest comes by itself, at the host's cost, in private."""
    stage = hall.stage
    stage.work()
    await hall.opened(duration="3h", members=20)
    opened = await stage.bob.click(hall.announcement, label="Take part")
    assert opened.modal is not None
    assert [one["type"] for one in opened.modal["components"]] == [18, 10, 18, 18]
    values = {PHOTOS: stage.selfies(3), AGREE: [AGREE], GALLERY: []}
    sent = await stage.bob.submit_modal(opened, values)
    user = await stage.user(stage.bob)
    (request,) = await stage.ended(user)
    assert (request.style, request.event_id) == ("oil", (await hall.event()).id)
    (result,) = sent.followups
    assert result.ephemeral
    assert len(result.attachments) == 4
    await hall.sweeps()
    assert not hall.shown(), "nobody sees what its owner did not wish to be seen"
    assert "One person takes part" in hall.announcement.content
    host = await stage.user(hall.cat)
    assert await stage.storage.quota.balance(host.id) == Balance(8, 0, 4, 12)
    assert await stage.storage.quota.balance(user.id) == Balance(12, 0, 0, 12)


async def test_whoever_is_known_joins_with_one_press(hall: Hall) -> None:
    """No form and no further press; whether the portrait may be shown is asked beside it, and can be changed."""
    stage = hall.stage
    await stage.public()  # what the server chose for /portrait makes nobody's portraits public here
    await hall.opened()
    user = await stage.learned(stage.bob)
    pressed = await stage.bob.click(hall.announcement, label="Take part")
    assert pressed.modal is None
    assert "Oil, 4 portraits: on it." in pressed.response.content
    (card,) = pressed.followups
    assert card.ephemeral
    assert "Nobody else sees your portraits." in card.content
    stage.work()
    await stage.ended(user)
    assert [len(one.attachments) for one in pressed.followups if one.ephemeral and one.attachments] == [4]
    await hall.sweeps()
    assert hall.shown() == []
    assert not [one for one in hall.messages() if one.attachments]
    await stage.bob.click(card, label="Show mine to the group")
    assert "Your best portrait is shown to the group." in pressed.followups[0].content
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    await stage.bob.click(card, label="Do not show mine")
    await hall.until(lambda: hall.shown() == [], "it is taken away")


async def test_only_its_owner_takes_a_portrait_out_of_the_gallery(hall: Hall) -> None:
    """A stranger's press has no effect; the owner's takes the post away, and the portraits stay theirs."""
    stage = hall.stage
    stage.work()
    await hall.opened()
    await hall.joined(stage.bob, GALLERY)
    user = await stage.user(stage.bob)
    (request,) = await stage.ended(user)
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    post = next(one for one in hall.thread.history() if one.attachments)
    refused = await stage.ann.click(post, label="Remove mine")
    assert "This button belongs to somebody else" in refused.response.content
    await hall.sweeps()
    assert hall.shown() == ["bob, style Oil"]
    pressed = await stage.bob.click(post, label="Remove mine")
    assert pressed.response.ephemeral
    await hall.until(lambda: hall.shown() == [], "it is taken away")
    assert len(await stage.storage.portraits.of_request(request.id)) == 4


async def test_whoever_deletes_everything_is_gone_from_the_gallery(hall: Hall) -> None:
    """Without another press; the post is not known by a name any more, and goes all the same."""
    stage = hall.stage
    stage.work()
    await hall.opened()
    await hall.joined(stage.bob, GALLERY)
    await stage.ended(await stage.user(stage.bob))
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    asked = await stage.bob.slash(stage.channel, "delete")
    await stage.bob.click(asked.response, label="Delete everything")
    await hall.until(lambda: hall.shown() == [], "it is taken away")


async def test_a_card_tells_how_one_stands(hall: Hall) -> None:
    """Who does not take part is told so, and does not by asking; whoever leaves is out, and out of the count."""
    stage = hall.stage
    await hall.opened()
    asked = await stage.bob.click(hall.announcement, label="My status")
    assert "You do not take part" in asked.response.content
    await hall.joined(stage.bob)
    asked = await stage.bob.click(hall.announcement, label="My status")
    assert "**Avatar event: Test Guild**" in asked.response.content
    assert "Press Add photos" in asked.response.content
    await hall.sweeps()
    assert "One person takes part" in hall.announcement.content
    left = await stage.bob.click(asked.response, label="Leave the event")
    assert left.modal is None
    assert "You no longer take part" in asked.response.content
    again = await stage.bob.click(hall.announcement, label="Leave the event")
    assert "You do not take part" in again.response.content
    await hall.sweeps()
    assert "Nobody takes part yet" in hall.announcement.content


async def test_a_set_that_is_too_small_is_added_to_and_goes_on_by_itself(hall: Hall) -> None:
    """The button below the reasons opens the event's form again, and no style has to be chosen."""
    stage = hall.stage
    stage.work()
    await hall.opened()
    opened = await stage.bob.click(hall.announcement, label="Take part")
    photos = [*stage.selfies(2), ("night.png", b"dark")]
    sent = await stage.bob.submit_modal(opened, {PHOTOS: photos, AGREE: [AGREE], GALLERY: []})
    message = await stage.shows(sent, "night.png")
    more = await stage.bob.click(message, label="Add photos")
    added = await stage.bob.submit_modal(more, {PHOTOS: stage.selfies(1, 150), AGREE: [AGREE], GALLERY: [GALLERY]})
    (request,) = await stage.ended(await stage.user(stage.bob))
    assert request.event_id == (await hall.event()).id
    assert len(added.followups[0].attachments) == 4
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "the wish of the second form counts")


@pytest.mark.parametrize("when", ["before the form", "while photos are looked at", "after the result"])
async def test_a_restart_changes_nothing(hall: Hall, when: str) -> None:
    """Announcement, form, wish and posts belong to whatever process is there."""
    stage = hall.stage
    await hall.opened()
    opened = await stage.bob.click(hall.announcement, label="Take part")
    if when == "before the form":
        await stage.restart()
    values = {PHOTOS: stage.selfies(3), AGREE: [AGREE], GALLERY: [GALLERY]}
    await stage.bob.submit_modal(opened, values)
    if when == "while photos are looked at":
        await stage.restart()
    stage.work()
    user = await stage.user(stage.bob)
    await stage.ended(user)
    if when == "after the result":
        await stage.restart()
    await hall.until(lambda: hall.shown() == ["bob, style Oil"], "it is shown")
    await stage.learned(stage.ann)
    pressed = await stage.ann.click(hall.announcement, label="Take part")
    assert "Oil, 4 portraits: on it." in pressed.response.content
    await stage.bob.click(next(one for one in hall.thread.history() if one.attachments), label="Remove mine")
    await hall.until(lambda: hall.shown() == [], "it is taken away")


@pytest.mark.parametrize("known", [True, False])
async def test_what_was_killed_after_asking_goes_on_from_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """The next process answers by the same message and knows where the portraits are to go; nothing is asked twice."""
    stage = hall.stage
    stage.worker.step_s = 2.0  # what was asked for waits in its line
    stage.work()
    await hall.opened()

    reached = asyncio.Event()

    async def killed(*_: Any) -> None:
        reached.set()
        await stage.env.external_wait(asyncio.Event().wait(), reason="killed here")

    monkeypatch.setattr(stage.bot.progress, "began", killed)
    if known:
        await stage.learned(stage.bob)
        asked = await stage.bob.click(hall.announcement, label="Take part")
    else:
        asked = await hall.joined(stage.bob)
    user = await stage.user(stage.bob)

    await stage.until(reached.is_set, "the process dies where it is to die")
    (request,) = await stage.storage.requests.active(user.id)
    await stage.restart()

    async def noted() -> bool:
        return await stage.bot.progress.place(user.id, request.id) is not None

    await stage.until(noted, "it is known where the portraits are to go")
    assert "Oil, 4 portraits: on it." in asked.response.content
    stage.worker.step_s = 0.02
    stage.work()
    assert await stage.ended(user) == [await stage.storage.requests.get(request.id)]
    assert [len(one.attachments) for one in asked.followups if one.attachments] == [4]


async def _nothing(*_: Any) -> None:
    """Do nothing."""


async def test_somebody_who_has_left_the_server_gets_theirs_by_direct_message(hall: Hall) -> None:
    """However long it took; the channel sees none of it."""
    stage = hall.stage
    await hall.opened()
    await stage.learned(stage.bob)
    await stage.bob.click(hall.announcement, label="Take part")
    stage.guild.remove_member(stage.bob)
    await stage.env.advance_time(QUARTER_S)
    stage.work()
    await stage.ended(await stage.user(stage.bob))
    assert len(home(stage.bob)[-1].attachments) == 4
    assert not [one for one in hall.messages() if one.attachments]


async def test_a_consent_whose_text_has_changed_is_asked_for_first(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is known agrees anew, and is painted by that press."""
    stage = hall.stage
    await hall.opened()
    with monkeypatch.context() as former:
        former.setattr(stage.storage.users, "record_consent", _nothing)
        user = await stage.learned(stage.ann)
    pressed = await stage.ann.click(hall.announcement, label="Take part")
    assert pressed.modal is None
    assert "Before we begin" in pressed.response.content
    await stage.ann.click(pressed.response, label="I agree")
    (request,) = await stage.storage.requests.active(user.id)
    assert request.event_id == (await hall.event()).id
    assert "Oil, 4 portraits: on it." in pressed.response.content


async def test_a_pool_that_is_used_up_is_told_and_a_press_goes_on_later(hall: Hall) -> None:
    """The member keeps the place; once the host has more, the button under the words is enough."""
    stage = hall.stage
    host = await stage.user(hall.cat)
    await hall.opened()
    held = await stage.storage.requests.accept(host.id, await stage.storage.photos.open_set(host.id), "oil", 10, 7)
    await stage.learned(stage.bob)
    pressed = await stage.bob.click(hall.announcement, label="Take part")
    assert "The portraits of this event are used up." in pressed.response.content
    await stage.storage.requests.cancel(held.id)
    again = await stage.bob.click(pressed.response, label="Paint mine")
    assert "Oil, 4 portraits: on it." in again.response.content


async def test_events_that_take_nobody_open_no_form(hall: Hall) -> None:
    """Full, without the server's role, over: words instead of a form, for people who would give photos for nothing."""
    stage = hall.stage
    await hall.opened(members=2)
    for person in (stage.ann, stage.bob):
        await hall.joined(person)
    dan: Any = stage.guild.add_member(stage.env.create_user("dan"))
    refused = await dan.click(hall.announcement, label="Take part")
    assert refused.modal is None
    assert "has its 2 members already" in refused.response.content
    role = stage.guild.create_role("painted")
    await stage.storage.servers.put(Server("discord", str(stage.guild.id), role_id=str(role.id)))
    refused = await dan.click(hall.announcement, label="Take part")
    assert "I paint for" in refused.response.content
    announcement = hall.announcement
    await hall.asked("end")
    await stage.storage.servers.put(Server("discord", str(stage.guild.id)))
    refused = await dan.click(announcement, label="Take part")
    assert refused.modal is None
    assert "takes nobody any more" in refused.response.content


def test_a_button_for_everybody_has_no_owner() -> None:
    """It obeys whoever presses it."""
    assert read("limner:1:join:0:e").owner is None
    assert read("limner:1:unshow:7:e").owner == 7


async def test_a_failed_request_leads_back_to_the_event(hall: Hall) -> None:
    """Not to a style at the member's own cost: to how they stand, where Paint mine is."""
    stage = hall.stage
    stage.worker = ScriptedWorker(stage.storage, stage.queue, examine, lambda _: [])
    await hall.opened()
    await stage.learned(stage.bob)
    pressed = await stage.bob.click(hall.announcement, label="Take part")
    stage.work()
    await stage.ended(await stage.user(stage.bob))
    failed = next(one for one in pressed.followups if "could not" in one.content or "memory" in one.content)
    card = await stage.bob.click(failed, label="My status")
    assert "one press is enough" in card.response.content
    again = await stage.bob.click(card.response, label="Paint mine")
    assert "Oil, 4 portraits: on it." in again.response.content
