"""A restart, or a second process, finds everything as it was left."""

from collections.abc import Callable
from typing import Any

from limner.storage import ChatState, NewPortrait
from limner.storage.quota import Balance


async def test_everything_survives_a_restart(place: Any, new_portraits: Callable[[int], list[NewPortrait]]) -> None:
    """Chat state, photos, a queued request with its hold and checkpoint, and portraits are there after reopening."""
    async with place.open() as storage:
        user = await storage.users.get_or_create("web", "1")
        set_id = await storage.photos.open_set(user.id)
        photo = await storage.photos.add(user.id, set_id, b"photo")
        await storage.users.set_state(user.id, ChatState("waiting", set_id, "oil"))
        made = await storage.requests.accept(user.id, set_id, "pencil", 2, 7)
        await storage.requests.made(made.id, new_portraits(2))
        queued = await storage.requests.accept(user.id, set_id, "oil", 4, 7)
        await storage.requests.checkpoint(queued.id, b"step 50")
    async with place.open() as storage:
        assert await storage.users.get_or_create("web", "1") == user
        assert await storage.users.get_state(user.id) == ChatState("waiting", set_id, "oil")
        assert await storage.photos.read(photo.id, user.id) == b"photo"
        assert await storage.requests.queued() == [queued]
        assert await storage.requests.read_checkpoint(queued.id) == b"step 50"
        assert await storage.quota.balance(user.id) == Balance(18, 4, 2, 24)
        first = (await storage.portraits.of_request(made.id))[0]
        assert await storage.portraits.read(first.id, user.id) == new_portraits(2)[0].png
        assert [notice.kind for notice in await storage.outbox.pending("web")] == ["portraits_made"]


async def test_times_come_back_in_utc(place: Any) -> None:
    """Moments are the same, with their zone, after a restart."""
    async with place.open() as storage:
        user = await storage.users.get_or_create("web", "1")
    async with place.open() as storage:
        again = await storage.users.get(user.id)
    assert again.created_at == user.created_at
    assert again.created_at.utcoffset() is not None


async def test_a_reader_is_not_stopped_by_a_writer(place: Any) -> None:
    """A second process reads while the first one writes."""
    async with place.open() as storage, place.open() as other:
        user = await storage.users.get_or_create("web", "1")
        async with storage.quota._database.write():
            assert (await other.quota.balance(user.id)).available == 24
