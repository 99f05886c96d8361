"""The outbox: each notice waits for its own platform until it is delivered."""

import pytest

from limner.storage import Storage
from limner.storage.errors import NotFoundError


async def test_notices_wait_until_delivered(storage: Storage) -> None:
    """Each platform finds its own notices, oldest first, and a delivered one no more."""
    for platform, count in (("telegram", 2), ("web", 1)):
        user = await storage.users.get_or_create(platform, "1")
        set_id = await storage.photos.open_set(user.id)
        for _ in range(count):
            request = await storage.requests.accept(user.id, set_id, "oil", 1, 7)
            await storage.requests.fail(request.id, "internal")
    first, second = await storage.outbox.pending("telegram")
    assert first.created_at < second.created_at
    assert (first.kind, first.photo_id, first.delivered_at) == ("request_failed", None, None)
    assert await storage.outbox.delivered(first.id)
    assert not await storage.outbox.delivered(first.id)
    assert await storage.outbox.pending("telegram") == [second]
    assert len(await storage.outbox.pending("web")) == 1


async def test_an_unknown_notice_is_not_found(storage: Storage) -> None:
    """Marking a notice that is not there says so."""
    with pytest.raises(NotFoundError):
        await storage.outbox.delivered("none")


async def test_notices_of_some_users_are_found(storage: Storage) -> None:
    """Who cannot be reached now does not stand in the way of those who can: the list is made for named users."""
    ids = []
    for name in "abc":
        user = await storage.users.get_or_create("telegram", name)
        set_id = await storage.photos.open_set(user.id)
        for _ in range(2):
            request = await storage.requests.accept(user.id, set_id, "oil", 1, 7)
            await storage.requests.fail(request.id, "internal")
        ids.append(user.id)
    found = await storage.outbox.pending("telegram", 3, users=ids[1:])
    assert [notice.user_id for notice in found] == [ids[1], ids[1], ids[2]]
    assert await storage.outbox.pending("telegram", users=[]) == []
    assert await storage.outbox.pending("web", users=ids) == []
    own = await storage.outbox.of_user("telegram", ids[1])
    assert own == found[:2]
    await storage.outbox.delivered(own[0].id)
    assert await storage.outbox.of_user("telegram", ids[1]) == own[1:]
    assert await storage.outbox.of_user("web", ids[1]) == []
