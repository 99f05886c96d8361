"""Taking part in avatar events, from the conversation's side."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from limner.bots import events
from limner.bots.replies import EventShown, RequestAccepted, Said
from limner.storage import AvatarEvent, ChatState, NewEvent
from limner.tests.fakes.talk import Talk, conversation, migrated, png, queue, storage, talk

__all__ = ["conversation", "migrated", "queue", "storage", "talk"]


@dataclass
class Invited:
    """Somebody with good photos who takes part in two events of different groups."""

    talk: Talk
    first: AvatarEvent
    second: AvatarEvent


@pytest.fixture
async def invited(talk: Talk) -> Invited:
    """Give somebody who has joined both, the second one last."""
    await talk.agree()
    host = await talk.storage.users.get_or_create("web", "host")
    made = []
    for name in ("a", "b"):
        there = await talk.storage.users.community("web", name)
        ends = datetime(2099, 1, 1, tzinfo=UTC)
        new = NewEvent(there.id, host.id, host.id, "web", name, name, "en", "oil", 2, 9, gallery=True, ends_at=ends)
        made.append(await talk.storage.events.create(new))
    set_id = await talk.storage.photos.open_set(talk.user.id)
    for n in range(3):
        photo = await talk.storage.photos.add(talk.user.id, set_id, png(60 * n))
        await talk.storage.photos.accept(photo.id, embedding=bytes(512), thumbnail=png(1), quality={})
    await talk.storage.users.set_state(talk.user.id, ChatState("choosing"))
    for event in made:
        await talk.say(events.EventJoined(event.id, "Ann"))
    return Invited(talk, *made)


async def test_the_event_whose_button_is_pressed_is_begun(invited: Invited) -> None:
    """Who takes part in two events gets the portraits of the one they asked for, and then those of the other."""
    (begun,) = await invited.talk.say(events.EventBegun(invited.first.id))
    assert isinstance(begun, RequestAccepted)
    assert begun.request.event_id == invited.first.id
    assert await invited.talk.storage.events.served(invited.first.id, invited.talk.user.id)
    assert not await invited.talk.storage.events.served(invited.second.id, invited.talk.user.id)


async def test_pressing_again_begins_nothing_more(invited: Invited) -> None:
    """A second press shows how one stands: served."""
    await invited.talk.say(events.EventBegun(invited.first.id))
    (shown,) = await invited.talk.say(events.EventBegun(invited.first.id))
    assert isinstance(shown, EventShown)
    assert shown.served
    assert len(await invited.talk.storage.requests.of_user(invited.talk.user.id)) == 1


async def test_who_was_not_served_is_told_that_it_is_over(invited: Invited) -> None:
    """When an event has closed without somebody, they are not told that theirs are on their way."""
    await invited.talk.storage.events.move(invited.first.id, "open", "closing")
    for event in (events.EventBegun(invited.first.id), events.EventJoined(invited.first.id, "Ann")):
        assert await invited.talk.say(event) == [Said("event-closed")]
