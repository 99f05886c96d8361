"""Avatar events: one at a time in a community, each member once, paid from one account, shown only as wished."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from limner.storage import AvatarEvent, Balance, NewEvent, NewPortrait, Storage, User
from limner.storage.errors import (
    EventClosedError,
    EventFullError,
    EventOpenError,
    NotFoundError,
    QuotaExceededError,
)
from limner.storage.events import Counts

Portraits = Callable[[int], list[NewPortrait]]


async def open_event(storage: Storage, host: User, *, most: int = 3, community: str = "g") -> AvatarEvent:
    """Open an event that the host pays."""
    there = await storage.users.community("web", community)
    ends = datetime(2031, 1, 1, tzinfo=UTC)
    new = NewEvent(
        there.id, host.id, host.id, "web", "g 0", "Friends", "en", "oil", 2, most, gallery=True, ends_at=ends
    )
    return await storage.events.create(new)


@pytest_asyncio.fixture
async def event(storage: Storage, sitter: User) -> AvatarEvent:
    """Give an open event for three members."""
    return await open_event(storage, sitter)


async def joined(storage: Storage, event: AvatarEvent, name: str, *, gallery: bool = True) -> User:
    """Let somebody take part."""
    user = await storage.users.get_or_create("web", name)
    await storage.events.join(event.id, user.id, name, gallery=gallery)
    return user


async def asked(storage: Storage, event: AvatarEvent, user: User) -> str:
    """Ask for a member's portraits; return the request."""
    set_id = await storage.photos.open_set(user.id)
    key = f"event:{event.id}:{await storage.events.tries(event.id, user.id)}"
    request = await storage.requests.accept(
        user.id, set_id, "oil", 2, 7, key, event_id=event.id, payer_id=event.payer_id
    )
    return request.id


async def test_a_community_has_an_empty_account_that_nothing_fills(place: Any) -> None:
    """Neither the free portraits of a newcomer nor the daily ones go to a group: new groups would be a way to more."""
    async with place.open(daily=10) as storage:
        there = await storage.users.community("web", "g")
        assert await storage.quota.balance(there.id) == Balance(0, 0, 0, 0)
        place.clock.turn(timedelta(days=3))
        assert await storage.quota.balance(there.id) == Balance(0, 0, 0, 0)
        await storage.quota.grant(there.id, 5, "operator:1")
        assert await storage.quota.balance(there.id) == Balance(5, 0, 0, 5)
        assert await storage.users.community("web", "g") == there


async def test_a_community_that_moves_keeps_its_account(storage: Storage) -> None:
    """A group with another id is the same community; moving twice changes nothing, and strangers move nothing."""
    there = await storage.users.community("web", "1")
    for _ in range(2):
        await storage.users.move_community("web", "1", "2")
    assert (await storage.users.community("web", "2")).id == there.id
    assert await storage.users.move_community("web", "9", "10") is None


async def test_a_community_has_one_event_at_a_time(storage: Storage, sitter: User, event: AvatarEvent) -> None:
    """A second event is refused until the first has ended; another community's is not."""
    with pytest.raises(EventOpenError):
        await open_event(storage, sitter)
    await open_event(storage, sitter, community="other")
    assert await storage.events.move(event.id, "open", "closing")
    with pytest.raises(EventOpenError):
        await open_event(storage, sitter)
    assert await storage.events.move(event.id, "closing", "ended")
    assert not await storage.events.move(event.id, "closing", "ended")
    again = await open_event(storage, sitter)
    assert await storage.events.of_community(event.community_id) == again


async def test_joining_is_once_for_each_and_ends_with_the_places(storage: Storage, event: AvatarEvent) -> None:
    """Three may join, each once; a fourth is told that it is full, and nobody joins what is closed or unknown."""
    ann = await joined(storage, event, "ann")
    assert not await storage.events.join(event.id, ann.id, "ann", gallery=True)
    for name in ("bob", "cem"):
        await joined(storage, event, name)
    with pytest.raises(EventFullError):
        await joined(storage, event, "dan")
    await storage.events.leave(event.id, ann.id)
    await storage.events.move(event.id, "open", "closing")
    with pytest.raises(EventClosedError):
        await joined(storage, event, "dan")
    with pytest.raises(NotFoundError):
        await storage.events.join("nothing", ann.id, "ann", gallery=False)


async def test_a_member_is_served_once_and_again_only_after_a_failure(
    storage: Storage, event: AvatarEvent, new_portraits: Portraits
) -> None:
    """A request of the event's takes a member out of those who wait; one that failed brings them back."""
    ann = await joined(storage, event, "ann")
    assert await storage.events.joining(ann.id) == event
    first = await asked(storage, event, ann)
    assert await asked(storage, event, ann) == first
    assert await storage.events.joining(ann.id) is None
    await storage.requests.fail(first, "nan")
    assert await storage.events.joining(ann.id) == event
    second = await asked(storage, event, ann)
    assert second != first
    await storage.requests.made(second, new_portraits(2))
    assert await storage.events.joining(ann.id) is None
    assert await storage.events.counts(event.id) == Counts(members=1, under_way=0, made=1)


async def test_the_payer_pays_and_gets_back(
    storage: Storage, sitter: User, event: AvatarEvent, new_portraits: Portraits
) -> None:
    """Reserved, spent and given back is the host's quota, never the member's; an empty pool refuses."""
    ann, bob = await joined(storage, event, "ann"), await joined(storage, event, "bob")
    made, cancelled = await asked(storage, event, ann), await asked(storage, event, bob)
    assert await storage.quota.balance(sitter.id) == Balance(20, 4, 0, 24)
    await storage.requests.made(made, new_portraits(1))
    await storage.requests.cancel(cancelled)
    assert await storage.quota.balance(sitter.id) == Balance(23, 0, 1, 24)
    assert await storage.quota.balance(ann.id) == Balance(24, 0, 0, 24)
    set_id = await storage.photos.open_set(bob.id)
    with pytest.raises(QuotaExceededError):
        await storage.requests.accept(bob.id, set_id, "oil", 24, 7, event_id=event.id, payer_id=sitter.id)


async def test_a_member_gets_their_portraits_though_the_payer_is_gone(
    storage: Storage, sitter: User, event: AvatarEvent, new_portraits: Portraits
) -> None:
    """A host who is forgotten while members are painted takes nothing from them."""
    ann = await joined(storage, event, "ann")
    request_id = await asked(storage, event, ann)
    await storage.forget(sitter.id)
    assert await storage.requests.made(request_id, new_portraits(2))
    assert len(await storage.portraits.of_request(request_id)) == 2


async def test_a_gallery_shows_the_best_of_those_who_wish_it(
    storage: Storage, event: AvatarEvent, new_portraits: Portraits
) -> None:
    """Due is the best portrait of each willing member who has some, until it is posted; a deleted one is replaced."""
    ann, bob = await joined(storage, event, "ann"), await joined(storage, event, "bob", gallery=False)
    for user in (ann, bob):
        await storage.requests.made(await asked(storage, event, user), new_portraits(2))
    (show,) = await storage.galleries.due(event.id)
    best, second = await storage.portraits.of_user(ann.id)
    assert (show.name, show.portrait_id) == ("ann", best.id)
    await storage.portraits.delete(best.id, ann.id)
    assert [one.portrait_id for one in await storage.galleries.due(event.id)] == [second.id]
    await storage.galleries.shown(event.id, ann.id, "11")
    assert not await storage.galleries.due(event.id)
    assert [one.user_id for one in await storage.galleries.on_show(event.id)] == [ann.id]
    assert not await storage.galleries.stale(event.id)


@pytest.mark.parametrize("how", ["hides", "leaves", "is forgotten", "deletes"])
async def test_a_post_goes_with_its_member(
    storage: Storage, event: AvatarEvent, new_portraits: Portraits, how: str
) -> None:
    """Whatever makes a post unwanted, it is to be taken away, and a poster made with it is wanted anew."""
    ann = await joined(storage, event, "ann")
    await storage.requests.made(await asked(storage, event, ann), new_portraits(1))
    await storage.galleries.shown(event.id, ann.id, "11")
    await storage.events.move(event.id, "open", "closing")
    await storage.events.move(event.id, "closing", "ended")
    await storage.events.note(event.id, told=True)
    await storage.galleries.want_poster(event.id)
    await storage.galleries.save_poster(event.id, 1, b"poster")
    await storage.events.note(event.id, poster_shown=1)
    assert not await storage.events.unfinished("web")
    if how == "hides":
        await storage.events.set_gallery(event.id, ann.id, gallery=False)
    elif how == "leaves":
        await storage.events.leave(event.id, ann.id)
    elif how == "deletes":
        await storage.portraits.delete((await storage.portraits.of_user(ann.id))[0].id, ann.id)
    else:
        await storage.forget(ann.id)
    assert await storage.galleries.stale(event.id) == ["11"]
    assert [one.id for one in await storage.events.unfinished("web")] == [event.id]
    await storage.galleries.taken_away(event.id, "11")
    assert (await storage.events.get(event.id)).poster_wanted == 2


async def test_a_post_that_was_sent_twice_or_for_nobody_is_to_be_taken_away(
    storage: Storage, event: AvatarEvent, new_portraits: Portraits
) -> None:
    """A second post of one member, and one of somebody who was forgotten meanwhile, belong to nobody and go."""
    ann = await joined(storage, event, "ann")
    await storage.requests.made(await asked(storage, event, ann), new_portraits(1))
    await storage.galleries.shown(event.id, ann.id, "11")
    await storage.galleries.shown(event.id, ann.id, "12")
    await storage.galleries.shown(event.id, "0" * 32, "13")
    assert sorted(await storage.galleries.stale(event.id)) == ["12", "13"]


async def test_a_poster_is_kept_in_its_newest_version(storage: Storage, event: AvatarEvent, place: Any) -> None:
    """An older version that comes late changes nothing, the one before is deleted, and none is readable at rest."""
    assert await storage.galleries.save_poster(event.id, 1, b"first poster")
    assert await storage.galleries.save_poster(event.id, 2, b"second poster")
    assert not await storage.galleries.save_poster(event.id, 1, b"first poster")
    assert await storage.galleries.read_poster(event.id) == b"second poster"
    assert len(place.object_files()) == 1
    assert b"second poster" not in place.bytes_at_rest()


async def test_an_event_outlives_its_host_and_goes_after_its_time(
    storage: Storage, sitter: User, event: AvatarEvent, place: Any
) -> None:
    """A host who is forgotten leaves an event without a payer; what has ended is gone after the retention time."""
    await storage.forget(sitter.id)
    left = await storage.events.get(event.id)
    assert (left.host_id, left.payer_id) == (None, None)
    await storage.events.move(event.id, "open", "cancelled")
    await storage.galleries.give_up(event.id)
    place.clock.turn(timedelta(days=31))
    await storage.retire(30)
    with pytest.raises(NotFoundError):
        await storage.events.get(event.id)
