"""Requests: accepted with their quota or not at all, and ended exactly once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from limner.storage import NewPortrait, Request, Storage, User
from limner.storage.errors import NotFoundError, QuotaExceededError
from limner.storage.quota import Balance

Maker = Callable[[int], list[NewPortrait]]


async def ask(storage: Storage, sitter: User, count: int = 8, key: str | None = None) -> Request:
    """Accept a request of a sitter from the open set."""
    set_id = await storage.photos.open_set(sitter.id)
    return await storage.requests.accept(sitter.id, set_id, "pencil", count, seed=7, key=key)


async def told(storage: Storage) -> list[str]:
    """List the kinds of what is pending on the web."""
    return [notice.kind for notice in await storage.outbox.pending("web")]


async def test_acceptance_reserves_quota(storage: Storage, sitter: User) -> None:
    """An accepted request waits in the queue and holds as much quota as it asks for."""
    request = await ask(storage, sitter)
    assert request.state == "queued"
    assert await storage.requests.get(request.id) == request
    assert await storage.requests.queued() == [request]
    assert await storage.requests.active(sitter.id) == [request]
    assert await storage.quota.balance(sitter.id) == Balance(16, 8, 0, 24)


async def test_without_quota_nothing_is_accepted(storage: Storage, sitter: User) -> None:
    """A request beyond the quota raises with what is left, and leaves no trace."""
    await ask(storage, sitter, 20)
    with pytest.raises(QuotaExceededError) as caught:
        await ask(storage, sitter, 5)
    assert (caught.value.available, caught.value.resets_at) == (4, None)
    assert len(await storage.requests.of_user(sitter.id)) == 1
    assert await storage.quota.balance(sitter.id) == Balance(4, 20, 0, 24)


async def test_a_button_pressed_twice_asks_once(storage: Storage, sitter: User) -> None:
    """With a key, pressing again (here five times at once) gives back the first request."""
    requests = await asyncio.gather(*(ask(storage, sitter, key="press 1") for _ in range(5)))
    assert len({request.id for request in requests}) == 1
    assert await storage.quota.balance(sitter.id) == Balance(16, 8, 0, 24)


async def test_a_request_is_found_by_its_key(storage: Storage, sitter: User, stranger: User) -> None:
    """`keyed` gives back the request of the press, to who pressed alone."""
    request = await ask(storage, sitter, key="press 1")
    assert await storage.requests.keyed(sitter.id, "press 1") == request
    assert await storage.requests.keyed(sitter.id, "press 2") is None
    assert await storage.requests.keyed(stranger.id, "press 1") is None


async def test_a_request_needs_its_sitters_set(storage: Storage, sitter: User, stranger: User) -> None:
    """Nobody asks for portraits of somebody else's set."""
    set_id = await storage.photos.open_set(sitter.id)
    with pytest.raises(NotFoundError):
        await storage.requests.accept(stranger.id, set_id, "pencil", 1, 7)


@pytest.mark.parametrize("count", [0, -3])
async def test_a_request_asks_for_something(storage: Storage, sitter: User, count: int) -> None:
    """A request for no portraits is a programmer's error, and nothing is written."""
    with pytest.raises(ValueError, match="positive"):
        await ask(storage, sitter, count)
    assert await storage.requests.of_user(sitter.id) == []


async def test_made_stores_commits_and_tells(storage: Storage, sitter: User, new_portraits: Maker) -> None:
    """Portraits are stored, the quota is spent and one notice waits, once, however often it is reported."""
    request = await ask(storage, sitter)
    assert await storage.requests.start(request.id, 0)
    assert await storage.requests.made(request.id, new_portraits(8))
    assert not await storage.requests.made(request.id, new_portraits(8))
    stored = await storage.portraits.of_request(request.id)
    assert [portrait.n for portrait in stored] == list(range(8))
    assert await storage.portraits.read(stored[3].id, sitter.id) == new_portraits(8)[3].png
    assert await storage.quota.balance(sitter.id) == Balance(16, 0, 8, 24)
    assert await told(storage) == ["portraits_made"]
    ended = await storage.requests.get(request.id)
    assert ended.state == "made"
    assert ended.started_at is not None
    assert ended.finished_at is not None
    assert await storage.requests.active(sitter.id) == []


async def test_fewer_portraits_cost_fewer(storage: Storage, sitter: User, new_portraits: Maker) -> None:
    """Portraits that were asked for and not made are given back."""
    request = await ask(storage, sitter)
    await storage.requests.made(request.id, new_portraits(5))
    assert await storage.quota.balance(sitter.id) == Balance(19, 0, 5, 24)
    kinds = [(entry.kind, entry.amount) for entry in await storage.quota.history(sitter.id)]
    assert kinds == [("grant", 24), ("reserve", 8), ("commit", 5), ("refund", 3)]


async def test_an_answer_is_never_empty(storage: Storage, sitter: User) -> None:
    """A request cannot be made of no portraits."""
    request = await ask(storage, sitter)
    with pytest.raises(ValueError, match="no portraits"):
        await storage.requests.made(request.id, [])
    assert (await storage.requests.get(request.id)).state == "queued"


async def test_failure_refunds_once(storage: Storage, sitter: User) -> None:
    """A failed request keeps its first reason, gives the quota back once and is told once."""
    request = await ask(storage, sitter)
    assert await storage.requests.fail(request.id, "too_few_photos")
    assert not await storage.requests.fail(request.id, "internal")
    assert not await storage.requests.cancel(request.id)
    assert (await storage.requests.get(request.id)).reason == "too_few_photos"
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)
    assert await told(storage) == ["request_failed"]


async def test_racing_ends_have_one_winner(storage: Storage, sitter: User, new_portraits: Maker, place: Any) -> None:
    """Of a cancel, a failure and two results at once, from two processes, exactly one ends the request."""
    async with place.open() as other:
        for _ in range(6):
            request = await ask(storage, sitter, 4)
            wins = await asyncio.gather(
                storage.requests.cancel(request.id),
                other.requests.made(request.id, new_portraits(4)),
                storage.requests.made(request.id, new_portraits(4)),
                other.requests.fail(request.id, "nan"),
            )
            assert sum(wins) == 1
            made = await storage.portraits.of_request(request.id)
            assert len(made) == (4 if wins[1] or wins[2] else 0)
            balance = await storage.quota.balance(sitter.id)
            assert balance.held == 0
            assert balance.spent == len(await storage.portraits.of_user(sitter.id))
    assert len(await told(storage)) == 6
    assert len(place.object_files()) == len(await storage.portraits.of_user(sitter.id))


async def test_late_work_on_an_ended_request_is_refused(
    storage: Storage, sitter: User, new_portraits: Maker, place: Any
) -> None:
    """A worker that comes back after a cancel starts nothing, stores nothing and checkpoints nothing."""
    request = await ask(storage, sitter)
    await storage.requests.cancel(request.id)
    assert not await storage.requests.start(request.id, 1)
    assert not await storage.requests.requeue(request.id, 0)
    assert not await storage.requests.made(request.id, new_portraits(8))
    assert not await storage.requests.checkpoint(request.id, b"state")
    assert place.object_files() == []


async def test_an_overtaken_try_does_not_start(storage: Storage, sitter: User) -> None:
    """A try may begin again after its worker died; once the next try is queued, the old one may not."""
    request = await ask(storage, sitter)
    assert await storage.requests.start(request.id, 0)
    assert await storage.requests.start(request.id, 0)
    assert [running.id for running in await storage.requests.running()] == [request.id]
    assert await storage.requests.requeue(request.id, 0)
    assert not await storage.requests.requeue(request.id, 0)
    assert not await storage.requests.start(request.id, 0)
    again = (await storage.requests.queued())[0]
    assert again.attempt == 1
    assert await storage.requests.start(again.id, again.attempt)


async def test_checkpoints_replace_each_other(storage: Storage, sitter: User, place: Any) -> None:
    """The last checkpoint is given back; earlier ones are deleted, and all of them at the end."""
    request = await ask(storage, sitter)
    assert await storage.requests.read_checkpoint(request.id) is None
    assert await storage.requests.checkpoint(request.id, b"step 50")
    assert await storage.requests.checkpoint(request.id, b"step 100")
    assert await storage.requests.read_checkpoint(request.id) == b"step 100"
    assert len(place.object_files()) == 1
    await storage.requests.fail(request.id, "internal")
    assert await storage.requests.read_checkpoint(request.id) is None
    assert place.object_files() == []


async def test_a_dropped_checkpoint_is_gone(storage: Storage, sitter: User, place: Any) -> None:
    """A checkpoint that is no longer needed leaves nothing in storage; dropping it again does nothing."""
    request = await ask(storage, sitter)
    await storage.requests.checkpoint(request.id, b"step 25")
    for _ in range(2):
        await storage.requests.drop_checkpoint(request.id)
        assert await storage.requests.read_checkpoint(request.id) is None
        assert place.object_files() == []


async def test_unknown_requests_are_not_found(storage: Storage, new_portraits: Maker) -> None:
    """Each step of a request that is not there says so."""
    for call in (
        storage.requests.get("none"),
        storage.requests.start("none", 0),
        storage.requests.made("none", new_portraits(1)),
        storage.requests.fail("none", "internal"),
        storage.requests.cancel("none"),
        storage.requests.checkpoint("none", b""),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_requests_are_listed_in_order(storage: Storage, sitter: User, stranger: User) -> None:
    """The queue is listed oldest first, a user's own requests newest first."""
    first, other, last = [await ask(storage, user, 1) for user in (sitter, stranger, sitter)]
    assert await storage.requests.queued() == [first, other, last]
    assert await storage.requests.of_user(sitter.id) == [last, first]
    assert await storage.requests.of_user(sitter.id, limit=1) == [last]


async def ask_at_an_event(storage: Storage, sitter: User, payer: User, count: int = 8) -> Request:
    """Accept a request of a sitter in an event that somebody else pays for."""
    set_id = await storage.photos.open_set(sitter.id)
    return await storage.requests.accept(
        sitter.id, set_id, "pencil", count, 7, f"event {count}", event_id="party", payer_id=payer.id
    )


async def test_a_request_knows_its_event(storage: Storage, sitter: User, stranger: User) -> None:
    """A request of an event says so wherever it is found; any other says None."""
    request = await ask_at_an_event(storage, sitter, stranger)
    assert request.event_id == "party"
    assert await storage.requests.queued() == [request]
    assert (await ask(storage, sitter)).event_id is None


@pytest.mark.parametrize(
    "end, spent", [("made", 8), ("made with fewer", 5), ("failed", 0), ("cancelled", 0), ("forgotten", 0)]
)
async def test_a_payer_pays_and_nobody_else(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker, end: str, spent: int
) -> None:
    """However a request ends, only the payer's account moves, and both accounts' sums hold at each step."""
    request = await ask_at_an_event(storage, sitter, stranger)
    assert await storage.quota.balance(stranger.id) == Balance(16, 8, 0, 24)
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)
    if end.startswith("made"):
        await storage.requests.made(request.id, new_portraits(spent))
        assert len(await storage.portraits.of_user(sitter.id)) == spent
    elif end == "failed":
        await storage.requests.fail(request.id, "nan")
    elif end == "cancelled":
        await storage.requests.cancel(request.id)
    else:
        await storage.forget(sitter.id)
    assert await storage.quota.balance(stranger.id) == Balance(24 - spent, 0, spent, 24)
    if end != "forgotten":
        assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)


async def test_a_press_at_an_event_is_paid_once(storage: Storage, sitter: User, stranger: User) -> None:
    """With a key, asking again gives back the first request, and the payer is charged once."""
    first, again = [await ask_at_an_event(storage, sitter, stranger) for _ in range(2)]
    assert first == again
    assert await storage.quota.balance(stranger.id) == Balance(16, 8, 0, 24)


async def test_a_payer_without_quota_is_the_one_who_is_short(storage: Storage, sitter: User, stranger: User) -> None:
    """Beyond the payer's quota nothing is accepted, and what is told to be left is the payer's, not the sitter's."""
    await ask_at_an_event(storage, sitter, stranger, 20)
    with pytest.raises(QuotaExceededError) as caught:
        await ask_at_an_event(storage, sitter, stranger, 5)
    assert caught.value.available == 4
    assert len(await storage.requests.of_user(sitter.id)) == 1
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)


async def test_an_unknown_payer_pays_nothing(storage: Storage, sitter: User) -> None:
    """A request whose payer is not there is not accepted."""
    set_id = await storage.photos.open_set(sitter.id)
    with pytest.raises(NotFoundError):
        await storage.requests.accept(sitter.id, set_id, "pencil", 8, 7, payer_id="nobody")
    assert await storage.requests.of_user(sitter.id) == []


async def test_a_forgotten_payer_stops_nobodys_portraits(
    storage: Storage, sitter: User, stranger: User, new_portraits: Maker
) -> None:
    """When the payer is forgotten, what was accepted before still ends: made for one, cancelled for another."""
    made, cancelled = [await ask_at_an_event(storage, sitter, stranger, count) for count in (8, 4)]
    await storage.forget(stranger.id)
    assert await storage.requests.made(made.id, new_portraits(8))
    assert await storage.requests.cancel(cancelled.id)
    assert (await storage.requests.get(made.id)).state == "made"
    assert await storage.quota.balance(sitter.id) == Balance(24, 0, 0, 24)


async def test_the_pace_is_that_of_the_latest_requests(storage: Storage, sitter: User, place: Any) -> None:
    """Before the first portraits nobody knows; then it is the mean of the latest, from their beginning to their end."""
    assert await storage.requests.pace() is None
    set_id = await storage.photos.open_set(sitter.id)
    for seconds in (1000, 10, 20):
        request = await storage.requests.accept(sitter.id, set_id, "oil", 1, 7)
        await storage.requests.start(request.id, 0)
        place.clock.turn(timedelta(seconds=seconds))
        await storage.requests.made(request.id, [NewPortrait(0, b"png", 0.5, 1, "oil")])
    assert round(await storage.requests.pace(2) or 0) == 15
