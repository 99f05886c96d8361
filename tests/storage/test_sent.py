"""What was delivered of a notice already: each part once, and gone with the notice."""

import asyncio
from typing import Any

import pytest

from limner.storage import Notice, Storage, User
from limner.storage.errors import NotFoundError


async def notice_for(storage: Storage, user: User) -> Notice:
    """Have a request fail, and give the notice of it."""
    set_id = await storage.photos.open_set(user.id)
    request = await storage.requests.accept(user.id, set_id, "oil", 1, 7)
    await storage.requests.fail(request.id, "internal")
    return (await storage.outbox.of_user(user.platform, user.id))[-1]


async def test_each_part_is_recorded_once(storage: Storage, sitter: User) -> None:
    """Of ten records of one part at once one counts, and its reference stays."""
    notice = await notice_for(storage, sitter)
    outcomes = await asyncio.gather(*(storage.sent.record(notice.id, 0, f"message {n}") for n in range(10)))
    assert outcomes.count(True) == 1
    assert await storage.sent.parts(notice.id) == {0: f"message {outcomes.index(True)}"}


async def test_a_delivery_goes_on_where_it_was(storage: Storage, sitter: User, place: Any) -> None:
    """After a crash the parts that arrived are known, in their order, for each notice by itself."""
    first, second = [await notice_for(storage, sitter) for _ in range(2)]
    for notice, part in ((first, 2), (first, 0), (second, 1)):
        await storage.sent.record(notice.id, part, f"{part}")
    async with place.open() as again:
        assert list((await again.sent.parts(first.id)).items()) == [(0, "0"), (2, "2")]
        assert await again.sent.parts(second.id) == {1: "1"}
        assert await again.sent.parts("none") == {}


async def test_parts_belong_to_a_notice(storage: Storage, sitter: User) -> None:
    """Nothing is recorded of a notice that is not there, and what was recorded goes with its person."""
    with pytest.raises(NotFoundError):
        await storage.sent.record("none", 0, "17")
    notice = await notice_for(storage, sitter)
    await storage.sent.record(notice.id, 0, "17")
    await storage.forget(sitter.id)
    assert await storage.sent.parts(notice.id) == {}
